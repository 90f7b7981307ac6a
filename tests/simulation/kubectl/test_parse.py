import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.commands import (
    Annotate,
    Cordon,
    CreateBudget,
    CreateDeployment,
    CreateService,
    CutNode,
    Delete,
    Drain,
    Expose,
    Label,
    Patch,
    Pause,
    Restart,
    RestoreNode,
    Resume,
    Run,
    Scale,
    SetImage,
    SetSelector,
    SetTaints,
    Several,
    StopDrain,
    Uncordon,
    Undo,
)
from simulation.kubectl.parse import VERBS, parse
from simulation.kubectl.resources import NOTHING_NAMED
from simulation.objects import Taint

LINES = [
    ("create deployment web --image=nginx", CreateDeployment("web", ("nginx",))),
    ("create deploy web --image=a --image=b -r 3", CreateDeployment("web", ("a", "b"), 3)),
    ("create deployment web --image nginx --port=80 -- date", CreateDeployment("web", ("nginx",), 1, 80, ("date",))),
    ("create service clusterip web --tcp=80:8080 --tcp=443", CreateService("web", ("80:8080", "443"))),
    ("create svc clusterip web --clusterip=None", CreateService("web", (), "None")),
    ("run web --image=nginx", Run("web", "nginx")),
    (
        "run web --image=nginx --port 80 -l app=web,x=y --env=A=1 --expose",
        Run("web", "nginx", 80, {"app": "web", "x": "y"}, ("A=1",), expose=True),
    ),
    ("run deployment web --image=nginx", Run("deployment", "nginx", args=("web",))),
    (
        "run b --image=busybox --restart=Never --command -- sh -c x",
        Run("b", "busybox", args=("sh", "-c", "x"), command=True, restart="Never"),
    ),
    ("expose deployment web --port=80", Expose("Deployment", "web", "80")),
    ("expose pod/web --port=80 --target-port=http --name=w --type=ClusterIP", Expose("Pod", "web", "80", "http", "w", type="ClusterIP")),
    ("scale deployment web --replicas=10", Scale("Deployment", "web", 10)),
    ("scale --replicas=3 rs/web-1", Scale("ReplicaSet", "web-1", 3)),
    ("scale deploy/web --replicas 3 --current-replicas=2", Scale("Deployment", "web", 3, 2)),
    ("scale deploy -l app=web --replicas=0", Scale("Deployment", "", 0, selector="app=web")),
    ("set image deployment web nginx=that-image-does-not-exist", SetImage("Deployment", "web", {"nginx": "that-image-does-not-exist"})),
    ("set image deploy/web a=b:1 c=d", SetImage("Deployment", "web", {"a": "b:1", "c": "d"})),
    ("set image deployments '*=x' --all", SetImage("Deployment", "", {"*": "x"}, all=True)),
    ("set selector service web app=web,version=v2", SetSelector("Service", "web", {"app": "web", "version": "v2"})),
    ("set selector svc --all app==web", SetSelector("Service", "", {"app": "web"}, all=True)),
    ("rollout pause deployment web", Pause("Deployment", "web")),
    ("rollout resume deployments.apps/web", Resume("Deployment", "web")),
    ("rollout restart deployments.v1.apps web", Restart("Deployment", "web")),
    ("rollout restart deploy -l app=web", Restart("Deployment", "", selector="app=web")),
    ("rollout undo deploy web", Undo("Deployment", "web")),
    ("rollout undo deployment/web --to-revision=2", Undo("Deployment", "web", 2)),
    (
        """patch service web -p '{"spec": {"selector": {"app": "green"}}}'""",
        Patch("Service", "web", '{"spec": {"selector": {"app": "green"}}}'),
    ),
    ("""patch svc/web --type=json --patch='[{"op":"x"}]'""", Patch("Service", "web", '[{"op":"x"}]', "json")),
    ("label pod fronted-aabbccdd-xyz status=enabled", Label("Pod", "fronted-aabbccdd-xyz", {"status": "enabled"})),
    ("label pods -l app=blue,version=v1.5 status=enabled", Label("Pod", "", {"status": "enabled"}, selector="app=blue,version=v1.5")),
    ("label pods -l app=blue,version=v1.4 status-", Label("Pod", "", {"status": None}, selector="app=blue,version=v1.4")),
    ("label po --all a=1 b- --overwrite", Label("Pod", "", {"a": "1", "b": None}, True, all=True)),
    (
        "annotate deploy/web 'kubernetes.io/change-cause=first image'",
        Annotate("Deployment", "web", {"kubernetes.io/change-cause": "first image"}),
    ),
    ("annotate deploy web note-", Annotate("Deployment", "web", {"note": None})),
    ("delete pod web", Delete("Pod", "web")),
    ("delete pods -l 'app in (a,b)'", Delete("Pod", selector="app in (a,b)")),
    ("delete rs --all --cascade=orphan", Delete("ReplicaSet", propagation="Orphan", all=True)),
    ("delete pod web --now", Delete("Pod", "web", 1)),
    ("delete pod web --grace-period=0", Delete("Pod", "web", 1)),
    ("delete pod web --grace-period=0 --force", Delete("Pod", "web", force=True)),
    ("delete deploy web --ignore-not-found --wait=false", Delete("Deployment", "web", ignore_not_found=True)),
    ("delete node node-1", Delete("Node", "node-1")),
    ("delete pdb web", Delete("PodDisruptionBudget", "web")),
    ("cordon node-1", Cordon("node-1")),
    ("cordon node/node-1", Cordon("node-1")),
    ("uncordon -l disk=ssd", Uncordon(selector="disk=ssd")),
    ("drain node-1 --ignore-daemonsets", Drain(("node-1",), ignore_daemonsets=True)),
    (
        "drain node-1 node-2 --force --delete-emptydir-data --grace-period=5 --timeout=90s --pod-selector=app=web",
        Drain(
            ("node-1", "node-2"),
            force=True,
            delete_emptydir_data=True,
            grace_period_seconds=5,
            timeout_ms=90_000,
            pod_selector="app=web",
        ),
    ),
    ("taint nodes node-1 a=b:NoSchedule", SetTaints("node-1", (Taint(key="a", value="b", effect="NoSchedule"),))),
    (
        "taint no node-1 a:NoExecute b- c:NoSchedule- --overwrite",
        SetTaints("node-1", (Taint(key="a", effect="NoExecute"),), (Taint(key="b", effect=""), Taint(key="c", effect="NoSchedule")), True),
    ),
    ("taint nodes --all a:PreferNoSchedule", SetTaints(add=(Taint(key="a", effect="PreferNoSchedule"),), all=True)),
    ("create poddisruptionbudget web --selector=app=web --min-available=50%", CreateBudget("web", "app=web", "50%")),
    ("create pdb web --selector=app=web --max-unavailable=1", CreateBudget("web", "app=web", "", "1")),
]


@pytest.mark.parametrize(("line", "command"), LINES)
def test_a_line_is_the_command_it_says(line, command):
    assert parse(line) == command
    assert parse(f"$ kubectl {line}") == command
    assert parse(f"kubectl -n default {line}") == command


@pytest.mark.parametrize("command", [command for _, command in LINES])
def test_the_line_a_command_equals_is_that_command_again(command):
    assert parse(command.kubectl()) == command


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("scale deploy a b --replicas=3", [Scale("Deployment", "a", 3), Scale("Deployment", "b", 3)]),
        ("delete deployment,service web", [Delete("Deployment", "web"), Delete("Service", "web")]),
        ("delete deploy/web svc/front", [Delete("Deployment", "web"), Delete("Service", "front")]),
        ("rollout restart deploy/a deploy/b", [Restart("Deployment", "a"), Restart("Deployment", "b")]),
        ("delete all --all", [Delete(kind, all=True) for kind in ("Pod", "Service", "Deployment", "ReplicaSet")]),
    ],
)
def test_a_line_that_names_several_objects_is_several_commands(line, commands):
    parsed = parse(line)
    assert isinstance(parsed, Several) and list(parsed.commands) == commands
    assert parse(parsed.kubectl()) == parsed


def test_what_has_no_verb_is_written_as_a_comment():
    acts = (("power off", CutNode("node-4")), ("power on", RestoreNode("node-4")), ("stop draining", StopDrain("node-4")))
    for line, command in ((f"# node-4: {words}", act) for words, act in acts):
        assert parse(line) == command
        assert command.kubectl() == line


REFUSED = [
    ("create deployment web", 'error: required flag(s) "image" not set'),
    ("create deployment --image=x", "error: exactly one NAME is required, got 0\nSee 'kubectl create deployment -h' for help and examples"),
    ("create deployment a --image=x --image=y -- date", "error: cannot specify multiple --image options and command"),
    ("run web", 'error: required flag(s) "image" not set'),
    ("run --image=x", "error: NAME is required for run\nSee 'kubectl run -h' for help and examples"),
    ("run web --image=A:b:c", 'error: Invalid image name "A:b:c": invalid reference format'),
    ("run web --image=nginx --replicas=3", "error: unknown flag: --replicas\nSee 'kubectl run --help' for usage."),
    ("scale deployment web", 'error: required flag(s) "replicas" not set'),
    ("scale deployment web --replicas=-1", "error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0"),
    ("scale deployment --replicas=1", "error: resource(s) were provided, but no name was specified"),
    ("set image deployment web", "error: at least one image update is required"),
    ("set selector", "error: one selector is required"),
    ("set selector svc web", "error: match expression [{web Exists []}] not supported on this object"),
    ("set selector svc web 'a in (b,c)'", "error: match expression [{a In [b c]}] not supported on this object"),
    ("set selector svc web 'a!=b'", 'error: "!=" is not a valid label selector operator'),
    ("set selector svc a=b", "error: resource(s) were provided, but no name was specified"),
    ("set image nginx=x", f"error: {NOTHING_NAMED}"),
    ("set image deployment web nginx=x web", "error: all resources must be specified before image changes: web"),
    ("rollout undo", "error: required resource not specified"),
    ("patch deploy web", "error: must specify --patch or --patch-file containing the contents of the patch"),
    (
        "patch deploy web -p x --type=near",
        'error: --type must be one of [json merge strategic], not "near"',
    ),
    ("label pod web", "error: at least one label update is required"),
    ("label pod web a=1 a-", "error: can not both modify and remove a label in the same command"),
    ("label pod web a=b=c", "error: invalid label spec: a=b=c"),
    (
        "label deployment web 'a=b c'",
        'error: invalid label value: "a=b c": a valid label must be an empty string or consist of alphanumeric characters, '
        "'-', '_' or '.', and must "
        "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
        "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ),
    ("annotate pod web", "error: at least one annotation update is required"),
    ("delete foos web", 'error: the server doesn\'t have a resource type "foos"'),
    ("expose , web", 'error: the server doesn\'t have a resource type ""'),
    ("delete", f"error: {NOTHING_NAMED}"),
    ("delete pods", "error: resource(s) were provided, but no name was specified"),
    ("delete pods web -l a=b", "error: name cannot be provided when a selector is specified"),
    ("delete pods -l a=b --all", "error: setting 'all' parameter but found a non empty selector. "),
    ("delete pod web --force --grace-period=5", "error: --force and --grace-period greater than 0 cannot be specified together"),
    ("delete pod web --now --grace-period=5", "error: --now and --grace-period cannot be specified together"),
    ("delete pod web --cascade=up", 'error: invalid cascade value (up). Must be "background", "foreground", or "orphan"'),
    ("cordon", "error: USAGE: cordon NODE [flags]\nSee 'kubectl cordon -h' for help and examples"),
    (
        "drain node-1 -l a=b",
        "error: cannot specify both a node name and a --selector option\nSee 'kubectl drain -h' for help and examples",
    ),
    ("drain node-1 --pod-selector='a in'", "error: --pod-selector=<pod_selector> must be a valid label selector"),
    (
        "drain node-1 --timeout=5",
        'error: invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"\nSee \'kubectl drain --help\' for usage.',
    ),
    ("taint nodes node-1", "error: at least one taint update is required"),
    ("taint nodes a:NoSchedule", "error: at least one resource name must be specified since 'all' parameter is not set"),
    ("taint pods web a:NoSchedule", "error: invalid resource type pods, only node types are supported"),
    ("taint nodes node-1 a:NoSchedule node-2", "error: all resources must be specified before taint changes: node-2"),
    (
        "taint nodes node-1 a:Never",
        "error: invalid taint effect: Never, unsupported taint effect\nSee 'kubectl taint -h' for help and examples",
    ),
    (
        "taint nodes node-1 a=b",
        "error: invalid taint spec: a=b, name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
        "an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')\nSee 'kubectl taint -h' for help and examples",
    ),
    (
        "taint nodes node-1 a:NoSchedule a-",
        "error: can not both modify and remove the following taint(s) in the same command: a",
    ),
    ("create pdb web --max-unavailable=1", "error: a selector must be specified"),
    ("create pdb web --selector=a=b", "error: one of min-available or max-unavailable must be specified"),
    ("delete pods -l 'a in (b c)'", "error: unable to parse requirement: found 'c', expected: ',' or ')'"),
    (
        "delete pod/a b",
        "error: there is no need to specify a resource type as a separate argument when passing arguments in resource/name form "
        "(e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
    ),
    ("delete pod web -n other", 'Error from server (NotFound): pods "web" not found'),
    ("-n other delete pod web", 'Error from server (NotFound): namespaces "other" not found'),
    ("-n", "error: flag needs an argument: 'n' in -n\nSee 'kubectl options --help' for usage."),
    ("delete events web.1", "Error from server (MethodNotAllowed): the server does not allow this method on the requested resource"),
    ("scal deployment web", 'kubectl has no "scal" here: did you mean scale?'),
    ("rollout udno deploy/web", "error: unknown command \"udno deploy/web\"\nSee 'kubectl rollout -h' for help and examples"),
    ("get pods", "kubectl get only reads, and this line only takes changes: what it would show is on the desk"),
    ("rollout status deploy/web", "kubectl rollout status only reads, and this line only takes changes: what it would show is on the desk"),
    ("edit deploy web", "kubectl edit opens an editor, and there is none here: kubectl patch does the same in one line"),
    ("apply -f web.yaml", "kubectl apply reads a file, and there are none here: paste the manifest into the desk's own field"),
    ("delete -f web.yaml", "there are no files here: paste the manifest into the desk's own field instead"),
    ("create deployment web --image=x --dry-run=client", "a desk has no dry run: take a copy of it and try there"),
    ("", f"an empty line does nothing; the verbs are {', '.join(VERBS)}"),
    ("kubectl", f"an empty line does nothing; the verbs are {', '.join(VERBS)}"),
    ("delete pod 'web", "this line does not end as it began: no closing quotation"),
]


@pytest.mark.parametrize(("line", "said"), REFUSED)
def test_a_line_that_cannot_be_is_refused_in_words(line, said):
    with pytest.raises(StatusError) as refused:
        parse(line)
    assert refused.value.kubectl() == said


@pytest.mark.parametrize(
    "line",
    [
        "delete pod a | cat",
        "delete pod a; ls",
        "delete pod a && ls",
        "delete pod $(ls)",
        "delete pod `ls`",
        "delete pod $X",
        "delete pod a > b",
        "delete pod a\nls",
        'delete pod "$(ls)"',
        "delete pod a &",
    ],
)
def test_what_only_a_shell_could_do_is_refused(line):
    with pytest.raises(StatusError, match="one kubectl command at a time, without"):
        parse(line)


def test_signs_of_the_shell_may_be_quoted_and_a_long_line_may_be_broken():
    assert parse("annotate pod web 'note=a|b;$(c)<d>`e`&'") == Annotate("Pod", "web", {"note": "a|b;$(c)<d>`e`&"})
    assert parse('annotate pod web "note=a; b"') == Annotate("Pod", "web", {"note": "a; b"})
    assert parse("scale deploy/web \\\n  --replicas=2") == Scale("Deployment", "web", 2)


words = st.sampled_from(
    [
        *VERBS,
        "kubectl",
        "deployment",
        "deploy/web",
        "pod",
        "pods",
        "web",
        "service",
        "clusterip",
        "image",
        "undo",
        "pause",
        "all",
        "--all",
        "-l",
        "app=web",
        "--replicas=3",
        "--replicas",
        "--image=nginx",
        "--image",
        "nginx=x",
        "-p",
        "{}",
        "'{}'",
        "--type=json",
        "--port=80",
        "--tcp=80:x",
        "--force",
        "--",
        "-n",
        "default",
        "status=",
        "status-",
        "=",
        "-",
        "/",
        "a/b/c",
        "'",
        '"',
        "\\",
        "-x",
        "--",
        "--to-revision=-1",
        "--labels=a",
        "--selector",
        ",",
        "(",
        "é",
    ]
)


@settings(max_examples=600, deadline=None)
@given(st.lists(words, max_size=8), st.text(max_size=6))
def test_no_line_does_anything_but_become_a_command_or_be_refused(chosen, more):
    cluster = Cluster(1)
    try:
        command = parse(" ".join([*chosen, more]))
        cluster.do(command)
    except StatusError as error:
        assert error.kubectl() and error.to_desk()["message"]
