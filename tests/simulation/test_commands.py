import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.api.errors import StatusError
from simulation.api.wire import to_json
from simulation.cluster import Cluster
from simulation.commands import (
    Annotate,
    Apply,
    Command,
    Create,
    CreateDeployment,
    Delete,
    Label,
    Patch,
    Pause,
    Restart,
    Resume,
    Scale,
    SetImage,
    Several,
    Undo,
    decode,
)
from simulation.kubectl.parse import parse
from simulation.objects import LAST_APPLIED
from simulation.requests import Bind, DeleteObjects, Evict, PatchObject, Post, Put
from tests.simulation.api.objects import manifest


@pytest.fixture
def cluster():
    """A Deployment `web` of three nginx pods, all available."""
    cluster = Cluster(1)
    cluster.do(CreateDeployment("web", ("nginx",), 3))
    cluster.run(20_000)
    return cluster


def do(cluster, line: str) -> str:
    return cluster.do(parse(line))


def refused(cluster, command: Command | str) -> str:
    """What kubectl prints of a refusal, which must leave no trace even in a bare store."""
    before = state(cluster)
    with pytest.raises(StatusError) as refusal:
        (parse(command) if isinstance(command, str) else command).apply(cluster.store)
    assert state(cluster) == before
    return refusal.value.kubectl()


def state(cluster):
    kinds = ("Deployment", "ReplicaSet", "Pod", "Service", "EndpointSlice", "Event")
    return cluster.store.revision, [to_json(obj) for kind in kinds for obj in cluster.store.list(kind)], cluster.engine.random.getstate()


def web(cluster):
    return cluster.store.get("Deployment", "web")


# ------------------------------------------------------------------------------------------------------ kubectl's words


def test_the_articles_demo_prints_what_kubectl_prints():
    cluster = Cluster(1)
    assert do(cluster, "create deployment web --image=nginx") == "deployment.apps/web created"
    assert do(cluster, "scale deployment web --replicas=10") == "deployment.apps/web scaled"
    cluster.run(30_000)
    assert do(cluster, "set image deployment web nginx=that-image-does-not-exist") == "deployment.apps/web image updated"
    cluster.run(60_000)
    assert do(cluster, "rollout undo deployment web") == "deployment.apps/web rolled back"
    cluster.run(90_000)
    assert do(cluster, "expose deployment web --port=80") == "service/web exposed"
    assert web(cluster).status.available_replicas == 10


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("scale deployment web --replicas=3", "deployment.apps/web scaled"),
        ("set image deployment web nginx=nginx", ""),
        ("set image deployment web '*=httpd'", "deployment.apps/web image updated"),
        ("rollout pause deployment web", "deployment.apps/web paused"),
        ("rollout restart deployment web", "deployment.apps/web restarted"),
        ("create service clusterip front --tcp=80", "service/front created"),
        ("run lone --image=nginx", "pod/lone created"),
        ("run both --image=nginx --port=80 --expose", "service/both created\npod/both created"),
        ("label deployment web tier=front", "deployment.apps/web labeled"),
        ("label deployment web app=web", "deployment.apps/web not labeled"),
        ("label deployment web app-", "deployment.apps/web unlabeled"),
        ("label deployment web app- tier=front", "deployment.apps/web labeled"),
        ("label deployment web nope-", 'label "nope" not found.\ndeployment.apps/web not labeled'),
        ("label pods -l app=nobody x=y", ""),
        ("annotate deployment web note=hello", "deployment.apps/web annotated"),
        ("""patch deployment web -p '{"spec":{"replicas":5}}'""", "deployment.apps/web patched"),
        ("""patch deployment web -p '{"spec":{"replicas":3}}'""", "deployment.apps/web patched (no change)"),
        (
            """patch deployment web -p '{"spec":{"replicaz":3}}'""",
            'Warning: unknown field "spec.replicaz"\ndeployment.apps/web patched (no change)',
        ),
        ("delete deployment web", 'deployment.apps "web" deleted from default namespace'),
        ("delete pods -l app=nobody", "No resources found"),
        ("delete deployment nope --ignore-not-found", ""),
    ],
)
def test_each_success_has_kubectls_line(cluster, line, said):
    assert do(cluster, line) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("create deployment web --image=x", 'error: failed to create deployment: deployments.apps "web" already exists'),
        (
            "create deployment Web --image=x",
            'error: failed to create deployment: Deployment.apps "Web" is invalid: metadata.name: Invalid value: "Web": '
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
            "and must start and end with an alphanumeric character (e.g. 'example.com', "
            "regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        ),
        ("create service clusterip x", "error: at least one tcp port specifier must be provided"),
        ("expose deployment web", "error: couldn't find port via --port flag or introspection"),
        ("scale deployment nosuch --replicas=3", 'error: no objects passed to scale deployments.apps "nosuch" not found'),
        ("scale rs nosuch --replicas=2", 'error: no objects passed to scale replicasets.apps "nosuch" not found'),
        ("scale deployment web --replicas=1 --current-replicas=2", "error: Expected replicas to be 2, was 3"),
        ("set image deployment web foo=bar", 'error: unable to find container named "foo"'),
        ("set selector deployment web app=x", "error: setting a selector is only supported for Services"),
        ("label deployment web app=other", "error: 'app' already has a value (web), and --overwrite is false"),
        ("rollout resume deployment web", 'error: deployments.apps "web" is not paused'),
        ("rollout undo deployment web", 'error: no rollout history found for deployment "web"'),
        ("rollout undo deployment web --to-revision=7", "error: unable to find specified revision 7 in history"),
        ("delete pod web", 'Error from server (NotFound): pods "web" not found'),
        (
            """patch deployment web -p '{"spec":{"replicas":"x"}}'""",
            'The request is invalid: patch: Invalid value: "map[spec:map[replicas:x]]": unrecognized type: int32',
        ),
        (
            """patch deployment web --type=merge -p '{"spec":{"selector":{"matchLabels":{"a":"b"}}}}'""",
            'The Deployment "web" is invalid: \n'
            '* spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`\n'
            '* spec.selector: Invalid value: {"matchLabels":{"a":"b","app":"web"}}: field is immutable',
        ),
        (
            """patch deployment web -p '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":0}}}}'""",
            'The Deployment "web" is invalid: spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: '
            "may not be 0 when `maxSurge` is 0",
        ),
    ],
)
def test_each_refusal_has_kubectls_words_and_leaves_no_trace(cluster, line, said):
    assert refused(cluster, line) == said


def test_a_rollout_is_paused_once_and_a_paused_one_is_neither_restarted_nor_undone(cluster):
    do(cluster, "set image deployment/web nginx=nginx:2")
    cluster.run(cluster.now + 1000)
    do(cluster, "rollout pause deployment/web")
    assert refused(cluster, Pause("Deployment", "web")) == 'error: deployments.apps "web" is already paused'
    said = 'error: deployments.apps "web" can\'t restart paused deployment (run rollout resume first)'
    assert refused(cluster, Restart("Deployment", "web")) == said
    said = "error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again"
    assert refused(cluster, Undo("Deployment", "web")) == said
    assert cluster.do(Resume("Deployment", "web")) == "deployment.apps/web resumed"


def test_a_restart_carries_the_simulated_time_and_comes_once_a_second(cluster):
    cluster.do(Restart("Deployment", "web"))
    assert web(cluster).spec.template.metadata.annotations == {"kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:20Z"}
    assert refused(cluster, Restart("Deployment", "web")) == (
        "error: failed to create patch for web: if restart has already been triggered within the past second, "
        "please wait before attempting to trigger another"
    )
    cluster.run(cluster.now + 1000)
    assert cluster.do(Restart("Deployment", "web")) == "deployment.apps/web restarted"


def test_undo_puts_the_old_template_and_its_annotations_back(cluster):
    do(cluster, "annotate deployment/web kubernetes.io/change-cause=first")
    cluster.run(cluster.now + 1000)
    do(cluster, "set image deployment/web nginx=nginx:2")
    do(cluster, "annotate deployment/web kubernetes.io/change-cause=second --overwrite")
    cluster.run(cluster.now + 30_000)
    do(cluster, "rollout undo deployment/web")
    assert web(cluster).spec.template.spec.containers[0].image == "nginx"
    assert "pod-template-hash" not in web(cluster).spec.template.metadata.labels
    assert web(cluster).metadata.annotations["kubernetes.io/change-cause"] == "first"
    cluster.run(cluster.now + 30_000)
    assert web(cluster).metadata.annotations["deployment.kubernetes.io/revision"] == "3"
    said = "deployment.apps/web skipped rollback (current template already matches revision 3)"
    assert do(cluster, "rollout undo deployment/web --to-revision=3") == said


def test_undo_of_what_was_applied_is_warned_about():
    cluster = Cluster(1)
    cluster.do(Apply(json.dumps(manifest())))
    cluster.run(20_000)
    do(cluster, "set image deployment/web web=web:2.0")
    cluster.run(60_000)
    warning, line = do(cluster, "rollout undo deployment/web").splitlines()
    assert warning.startswith("Warning: deployment.apps/web was previously managed with kubectl apply.")
    assert line == "deployment.apps/web rolled back"


def test_a_pod_is_deleted_gracefully_or_at_once(cluster):
    first, second, _ = (pod.metadata.name for pod in cluster.store.list("Pod"))
    assert do(cluster, f"delete pod {first}") == f'pod "{first}" deleted from default namespace'
    assert cluster.store.get("Pod", first).metadata.deletion_timestamp == cluster.store.seconds + 30
    warning, line = do(cluster, f"delete pod {second} --force --grace-period=0").splitlines()
    assert warning.startswith("Warning: Immediate deletion does not wait for confirmation")
    assert line == f'pod "{second}" force deleted from default namespace'
    assert cluster.store.get("Pod", second) is None


def test_an_orphaned_replica_set_lives_on(cluster):
    do(cluster, "delete deployment web --cascade=orphan")
    cluster.run(cluster.now + 5000)
    [rs] = cluster.store.list("ReplicaSet")
    assert rs.metadata.owner_references == () and rs.status.available_replicas == 3


def test_all_of_a_kind_can_be_meant_only_by_saying_so(cluster):
    assert "no name was specified" in refused(cluster, Delete("Pod"))
    assert "no name was specified" in refused(cluster, Scale("Deployment", "", 0))


def test_delete_all_says_nothing_found_once():
    assert Cluster(1).do(parse("delete all --all")) == "No resources found"


def test_a_container_is_named_after_its_image():
    cluster = Cluster(1)
    images = ("r.io:5000/team/web:1.0", "nginx@sha256:" + "a" * 64, "my_app.x:2")
    cluster.do(CreateDeployment("web", images))
    one, two, three = (c.name for c in cluster.store.get("Deployment", "web").spec.template.spec.containers)
    assert (one, two) == ("web", "nginx") and three.startswith("my-app-x-") and len(three) == len("my-app-x-") + 5


def test_expose_takes_selector_labels_and_ports_from_the_object(cluster):
    ports = '[{"op":"add","path":"/spec/template/spec/containers/0/ports","value":[{"containerPort":80},{"containerPort":81}]}]'
    do(cluster, f"patch deployment web --type=json -p '{ports}'")
    do(cluster, "expose deployment web")
    service = cluster.store.get("Service", "web")
    assert (service.spec.selector, service.metadata.labels) == ({"app": "web"}, {"app": "web"})
    assert [(p.name, p.port, p.target_port) for p in service.spec.ports] == [("port-1", 80, 80), ("port-2", 81, 81)]
    assert service.spec.cluster_ip.startswith("10.96.")
    assert refused(cluster, "expose deployment web") == 'Error from server (AlreadyExists): services "web" already exists'


def test_a_service_keeps_its_address_through_every_patch(cluster):
    do(cluster, "expose deployment web --port=80")
    address = cluster.store.get("Service", "web").spec.cluster_ip
    do(
        cluster,
        """patch service web --type=json -p '[{"op":"remove","path":"/spec/clusterIP"},{"op":"remove","path":"/spec/clusterIPs"}]'""",
    )
    do(cluster, """patch service web -p '{"spec": {"selector": {"app": "green"}}}'""")
    assert cluster.store.get("Service", "web").spec.cluster_ip == address
    assert "may not change once set" in refused(cluster, """patch service web -p '{"spec":{"clusterIP":"10.96.9.9"}}'""")


def test_a_patch_cannot_touch_what_the_server_writes(cluster):
    before = web(cluster)
    do(cluster, """patch deployment web -p '{"metadata":{"generation":99,"labels":{"a":"b"}},"status":{"replicas":99}}'""")
    after = web(cluster)
    assert (after.metadata.uid, after.metadata.generation, after.status) == (before.metadata.uid, before.metadata.generation, before.status)
    assert refused(cluster, """patch deployment web -p '{"metadata":{"uid":"x"}}'""") == (
        'The Deployment "web" is invalid: metadata.uid: Invalid value: "x": field is immutable'
    )
    assert refused(cluster, """patch deployment web -p '{"metadata":{"name":"other"}}'""") == (
        "Error from server (BadRequest): the name of the object (other) does not match the name on the URL (web)"
    )


def test_a_patch_may_be_yaml_and_a_broken_one_is_said_to_be(cluster):
    assert do(cluster, "patch deployment web -p 'spec: {minReadySeconds: 5}'") == "deployment.apps/web patched"
    assert web(cluster).spec.min_ready_seconds == 5
    assert refused(cluster, "patch deployment web -p '{'").startswith('error: unable to parse "{": ')
    assert refused(cluster, Patch("Deployment", "web", "[]", "merge")) == 'error: unable to parse "[]": a merge patch is a mapping'
    said = refused(cluster, """patch deployment web --type=json -p '[{"op":"remove","path":"/spec/nope"}]'""")
    assert said == "The request is invalid: the server rejected our request due to an error in our request"


# ------------------------------------------------------------------------------------------------------ apply, create


def applied(**spec) -> str:
    return json.dumps(manifest(**spec))


def test_apply_creates_configures_and_leaves_alone():
    cluster = Cluster(1)
    assert cluster.do(Apply(applied(replicas=2))) == "deployment.apps/web created"
    revision = cluster.store.revision
    assert cluster.do(Apply(applied(replicas=2))) == "deployment.apps/web unchanged"
    assert cluster.store.revision == revision
    assert cluster.do(Apply(applied(replicas=3))) == "deployment.apps/web configured"
    assert web(cluster).spec.replicas == 3


def test_apply_remembers_the_manifest_as_kubectl_writes_it():
    cluster = Cluster(1)
    cluster.do(Apply(applied(replicas=2)))
    assert web(cluster).metadata.annotations[LAST_APPLIED] == (
        '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"annotations":{},"labels":{"app":"web"},"name":"web","namespace":"default"},'
        '"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},'
        '"spec":{"containers":[{"image":"web:1.0","name":"web"}]}}}}\n'
    )


def test_apply_keeps_what_others_set_and_takes_back_what_it_set():
    cluster = Cluster(1)
    without = manifest()
    del without["spec"]["replicas"]
    cluster.do(Apply(json.dumps(without | {"spec": {**without["spec"], "minReadySeconds": 7}})))
    do(cluster, "scale deployment/web --replicas=9")
    cluster.do(Apply(json.dumps(without)))
    assert (web(cluster).spec.replicas, web(cluster).spec.min_ready_seconds) == (9, 0)


def test_apply_over_what_was_created_otherwise_warns_and_goes_on(cluster):
    sent = to_json(web(cluster))
    sent["spec"]["replicas"] = 4
    sent["metadata"] = {"name": "web", "labels": {"app": "web"}}
    warning, line = cluster.do(Apply(json.dumps(sent))).splitlines()
    assert warning.startswith(
        "Warning: resource deployments/web is missing the kubectl.kubernetes.io/last-applied-configuration annotation"
    )
    assert line == "deployment.apps/web configured"


TWO = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: %d
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1.0"}]}}
"""


def test_several_documents_are_made_together_or_not_at_all():
    cluster = Cluster(1)
    assert "spec.replicas: Invalid value: -1" in refused(cluster, Apply(TWO % -1))
    assert "spec.replicas: Invalid value: -1" in refused(cluster, Create(TWO % -1))
    assert cluster.do(Apply(TWO % 2)) == "service/web created\ndeployment.apps/web created"
    assert refused(cluster, Create(TWO % 2)) == 'Error from server (AlreadyExists): services "web" already exists'


def test_one_object_said_twice_in_a_manifest_is_made_and_then_changed():
    cluster = Cluster(1)
    assert cluster.do(Apply(TWO % 2 + "---" + TWO % 3)).splitlines() == [
        "service/web created",
        "deployment.apps/web created",
        "service/web unchanged",
        "deployment.apps/web configured",
    ]
    assert web(cluster).spec.replicas == 3
    assert cluster.store.get("Service", "web").spec.cluster_ip


def test_a_list_stands_for_its_items():
    items = [manifest(), manifest("Service")]
    assert (
        Cluster(1).do(Create(json.dumps({"apiVersion": "v1", "kind": "List", "items": items})))
        == "deployment.apps/web created\nservice/web created"
    )


def test_a_generated_name_is_told():
    body = manifest("Pod")
    body["metadata"] = {"generateName": "job-"}
    cluster = Cluster(1)
    said = cluster.do(Create(json.dumps(body)))
    [pod] = cluster.store.list("Pod")
    assert said == f"pod/{pod.metadata.name} created" and pod.metadata.name.startswith("job-")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no objects passed: the manifest is empty"),
        ("just words", "a manifest is a mapping with apiVersion and kind, this is a text"),
        ("a: [", "error parsing the manifest: line 2: did not find expected node content"),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: x}", 'no matches for kind "Secret" in version "v1"; a desk has '),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: other}\nspec: {containers: [{name: a, image: b}]}",
            'namespaces "other" not found',
        ),
        ("apiVersion: v1\nkind: Pod\nmetadata: {}\nspec: {}", "resource name may not be empty"),
    ],
)
def test_a_manifest_that_cannot_be_is_refused(text, said):
    assert said in refused(Cluster(1), Apply(text))


# --------------------------------------------------------------------------------------------------- whole, or not at all


def test_a_line_about_several_objects_happens_whole_or_not_at_all(cluster):
    do(cluster, "create deployment other --image=nginx")
    assert "not found" in refused(cluster, "scale deploy other web nope --replicas=1")
    assert do(cluster, "scale deploy other web --replicas=1") == "deployment.apps/other scaled\ndeployment.apps/web scaled"
    said = 'deployment.apps "other" deleted from default namespace\ndeployment.apps "web" deleted from default namespace'
    assert do(cluster, "delete deploy --all") == said


def test_every_command_survives_the_journal():
    commands = [
        Create("a: b"),
        Apply("a: b"),
        parse("create deployment web --image=a --replicas=2 -- x"),
        parse("create service clusterip web --tcp=80"),
        parse("run web --image=x --env=A=b -l a=b"),
        parse("expose deploy web --port=80"),
        parse("patch deploy web --type=json -p '[]'"),
        Scale("ReplicaSet", "web", 3, 2),
        SetImage("Deployment", "web", {"*": "x"}),
        Pause("Deployment", "web"),
        Resume("Deployment", "web"),
        Restart("Deployment", "web"),
        Undo("Deployment", "web", 3),
        Label("Pod", "", {"a": None, "b": "c"}, True, selector="x=y"),
        Annotate("Pod", "web", {"a": "b"}),
        Delete("Pod", "web", 5, "Orphan", force=True),
        parse("delete deploy a b"),
        parse("# node-1: power off"),
        parse("# node-1: power on"),
        parse("# web: 200 requests/s once it answers"),
        parse("cordon node-1"),
        parse("uncordon node-1"),
        parse("drain node-1 node-2 --timeout=1m30s --grace-period=3"),
        parse("# node-1: stop draining"),
        parse("taint nodes node-1 a=b:NoExecute c- d:NoSchedule-"),
        parse("create pdb web --selector=app=web --max-unavailable=1"),
        parse("set selector service web app=web"),
        parse("exec web -- kill 1"),
        parse("exec web -- rm /tmp/healthy"),
        parse("exec web -c side -- touch /tmp/healthy"),
        Post("Pod", {"metadata": {"name": "a"}}, line="run a"),
        Put("Service", "web", {"spec": {}}),
        PatchObject("Pod", "a", [{"op": "remove", "path": "/x"}], "json", line="patch pod a"),
        DeleteObjects("Pod", ("a", "b"), 5, "Orphan", "uid", "7"),
        Evict("a", 1),
        Bind("a", "node-1"),
    ]
    assert {type(command) for command in commands} >= set(Command.__args__) - {Several} and any(isinstance(c, Several) for c in commands)
    for command in commands:
        assert decode(msgspec.json.encode(command)) == command
        assert isinstance(command.kubectl(), str)


LINES = [
    "create deployment web --image=web:1.0 --replicas=3",
    "create deployment other --image=my_app",
    "scale deployment/web --replicas=5",
    "scale deployment/web --replicas=99999",
    "set image deployment/web web=web:2.0",
    "set image deployment/web '*=missing'",
    "rollout undo deployment/web",
    "rollout undo deployment/web --to-revision=2",
    "rollout pause deployment/web",
    "rollout resume deployment/web",
    "rollout restart deployment/web",
    "expose deployment/web --port=80",
    'patch service/web -p \'{"spec":{"selector":{"app":"other"}}}\'',
    'patch deployment/web -p \'{"spec":{"strategy":{"rollingUpdate":{"maxSurge":0}}}}\'',
    'patch deployment/web -p \'{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}\'',
    "label pods -l app=web app=gone --overwrite",
    "delete pods -l app=web",
    "delete rs --all",
    "delete deployment/web",
    "run web --image=nginx",
]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(LINES), st.integers(0, 8000)), max_size=10))
def test_the_same_acts_at_the_same_times_make_the_same_run_and_refused_ones_leave_no_trace(acts):
    def played(only=None):
        cluster = Cluster(7)
        done = []
        for i, (line, wait) in enumerate(acts):
            if only is None or i in only:
                try:
                    cluster.do(parse(line))
                    done.append(i)
                except StatusError:
                    pass
            cluster.run(cluster.now + wait)
        return state(cluster), done

    everything, done = played()
    assert played(only=done) == (everything, done)
