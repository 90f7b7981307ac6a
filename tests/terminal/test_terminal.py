"""Lines as somebody types them: what is refused and how, what runs on, what teaches."""

import pytest

from simulation.kubectl.complete import complete
from simulation.kubectl.events import Events
from simulation.kubectl.get import Get, Watch
from simulation.kubectl.terminal import Do, Edit, Seat, plan, teaches
from tests.terminal.play import Player

DEMO = [
    "kubectl create deployment web --image=nginx",
    "kubectl scale deployment web --replicas=10",
    "kubectl set image deployment web nginx=that-image-does-not-exist",
]


@pytest.fixture
def player():
    return Player()


@pytest.fixture
def web(player):
    player.type("create deployment web --image=nginx --replicas=3")
    player.wait(6000)
    return player


def test_every_line_of_the_article_works_as_typed(player):
    done = []
    for line in [
        "kubectl run web --image=nginx",
        "kubectl get all",
        "kubectl create deployment web --image=nginx",
        "kubectl run deployment web --image=nginx",
        "kubectl scale deployment web --replicas=10",
        "kubectl set image deployment web nginx=that-image-does-not-exist",
        "kubectl rollout undo deployment web",
        "kubectl expose deployment web --port=80",
        "kubectl create deployment blue --image=nginx",
        "kubectl create deployment green --image=httpd",
        "kubectl delete service web",
        "kubectl create service clusterip web --tcp=80",
        "kubectl get svc web",
        """kubectl patch service web -p '{"spec": {"selector": {"app": "green"}}}'""",
        "kubectl label pod web status=enabled",
        "kubectl label pods -l app=blue,version=v1.5 status=enabled",
        "kubectl label pods -l app=blue,version=v1.4 status-",
    ]:
        answer = player.type(line)
        player.wait(4000)
        done.append((line, answer.code, answer.err))
    assert [one for one in done if one[1]] == []
    assert player.edit("kubectl edit service web", lambda text: text.replace("app: green", "app: blue")).out == "service/web edited\n"
    player.wait(1000)
    assert player.type("curl web").out.startswith("nginx:latest from pod/blue-")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("kubectl get pods | wc -l", "without the shell's |"),
        ("kubectl get pods > file", "without the shell's >"),
        ("kubectl get pods; kubectl get rs", "without the shell's ;"),
        ("kubectl get pods && ls", "without the shell's &"),
        ("kubectl delete pod $(kubectl get pods -o name)", "without the shell's $"),
        ("ls -la", "this is not a shell"),
        ("kubectl exec web -- ls", "not the programs in them"),
        ("kubectl port-forward web 80", "`curl` to a Service's name"),
        ("kubectl gte pods", 'unknown command "gte" for "kubectl"\n\nDid you mean this?\n\tget'),
        ("kubectl get pods -o yml", "unable to match a printer"),
        ("kubectl get pods --nope", "unknown flag: --nope"),
        ("kubectl apply -f -", "nothing is piped into this terminal"),
        ("kubectl get pods --field-selector=nope=1", "field label not supported: nope"),
        ("x" * 5000, "at most 4000 signs"),
        ("kubectl get 'pods", "does not end as it began"),
    ],
)
def test_what_is_not_done_is_refused_with_a_sentence(player, line, said):
    answer = player.type(line)
    assert answer.code == 1
    assert said in answer.err


def test_a_kind_that_is_not_here_is_told_apart_from_a_typing_error(player):
    assert player.type("get pdos").note == "did you mean pods?"
    assert "a desk does not" in player.type("get statefulsets").note
    assert player.type("get foos").note == ""
    assert player.type("rollout udno deploy/web").note == "did you mean rollout undo?"


def test_a_dry_run_changes_nothing(web):
    before = web.cluster.store.revision
    for line in (
        "scale deployment web --replicas=9 --dry-run=server",
        "delete deployment web --dry-run=client",
        "set image deployment web *=x --dry-run=client -o yaml",
    ):
        assert web.type(line).code == 0
    assert web.cluster.store.revision == before


def test_run_makes_a_pod_and_in_2018_a_deployment(player):
    assert teaches(plan("kubectl run web --image=nginx", Seat(player.cluster))) == "run"
    player.type("run web --image=nginx")
    assert player.type("get deployments").err == "No resources found in default namespace.\n"
    found = plan("kubectl run old --image=nginx", Seat(player.cluster, before_1_18=True))
    assert isinstance(found, Do)
    assert teaches(found) == "run-2018"
    assert player.cluster.do(found.command) == "deployment.apps/old created"
    assert player.cluster.store.get("Deployment", "old").spec.selector.match_labels == {"run": "old"}


def test_four_watches_show_the_stuck_rollout(player):
    for line in DEMO:
        player.type(line)
        player.wait(5000)
    pods = player.run_on(Watch(Get(["pods", "-w"])), until=30_000).out
    assert "ImagePullBackOff" in pods
    player.type("kubectl rollout undo deployment web")
    sets = player.run_on(Watch(Get(["replicasets", "-w"])), until=10_000).out.splitlines()
    assert sets[0].split() == ["NAME", "DESIRED", "CURRENT", "READY", "AGE"]
    assert len(sets) > 6
    events = player.run_on(Watch(Get(["events", "-w"])), until=1000).out
    assert "Scaled down replica set" in events


def test_a_watch_widens_its_columns_and_keeps_them_wide(web):
    found = Watch(Get(["pods", "-w"]))
    web.cluster.do(plan("set image deployment web nginx=nope-does-not-exist", Seat(web.cluster)).command)
    rows = [line for line in web.run_on(found, until=20_000).out.splitlines() if "ImagePullBackOff" in line or "ErrImagePull" in line]
    assert len({row.index(" 0 ") for row in rows if "ErrImagePull " in row or "BackOff" in row}) == 1


def test_a_watch_follows_only_what_it_picks(web):
    found = Watch(Get(["pods", "-l", "status=enabled", "-w", "--output-watch-events"]))
    pod = web.cluster.store.list("Pod")[0].metadata.name
    web.cluster.changes = None

    begun = web.cluster.copy()
    player = Player(begun)
    found.begin(begun.store)
    begun.changes = []
    player.type(f"label pod {pod} status=enabled")
    player.type(f"label pod {pod} status-")
    from simulation.kubectl.answer import Change

    for kind, old, new in begun.changes:
        if kind == "Pod":
            found.see(Change(begun.now, kind, old, new))
    assert [line.split()[0] for line in found.take().out.splitlines()] == ["EVENT", "ADDED", "DELETED"]


def test_events_are_told_as_they_come(web):
    told = web.run_on(Events(["-w", "--for=deploy/web"]), until=1000)
    assert [line.split() for line in told.out.splitlines()][0] == ["LAST", "SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]
    assert told.out.count("\n") == 2
    more = web.run_on(Events(["-w", "--types=normal"]), until=3000, during=((500, "scale deployment web --replicas=4"),))
    assert "from 3 to 4" in more.out
    assert more.out.splitlines()[-1].split()[0] == "0s"


def test_rollout_status_ends_with_1_at_the_deadline(player):
    player.type("create deployment web --image=nginx")
    player.wait(5000)
    player.type("""patch deployment web -p '{"spec":{"progressDeadlineSeconds":20}}'""")
    player.type("set image deployment web nginx=that-image-does-not-exist")
    answer = player.type("rollout status deployment web", until=60_000)
    assert answer.code == 1
    assert answer.err == 'error: deployment "web" exceeded its progress deadline\n'


def test_rollout_status_says_so_when_its_deployment_goes(web):
    from simulation.kubectl.rollouts import RolloutStatus

    web.type("set image deployment web nginx=that-image-does-not-exist")
    line = RolloutStatus(["deployment", "web"])
    line.begin(web.cluster.store)
    web.type("delete deployment web")
    line.moved(web.cluster.store)
    assert line.take().err == "error: object has been deleted\n"
    assert line.code == 1


def test_delete_and_drain_come_back_when_it_is_done(web):
    pod = web.cluster.store.list("Pod")[0].metadata.name
    assert web.type(f"delete pod {pod}").out == f'pod "{pod}" deleted\n'
    assert web.cluster.store.get("Pod", pod) is None
    answer = web.type("drain node-1 --ignore-daemonsets", until=120_000)
    assert answer.code == 0
    assert answer.out.endswith("node/node-1 drained\n")


def test_curl_goes_round_the_ready_pods_and_fails_as_it_would(web):
    web.type("expose deployment web --port=80")
    web.wait(2000)
    assert len({web.type("curl -s http://web/").out for _ in range(6)}) == 3
    assert web.type("curl web:81").code == 7
    assert web.type("curl nosuch").err == "curl: (6) Could not resolve host: nosuch\n"
    web.type("scale deployment web --replicas=0")
    web.wait(60_000)
    assert web.type("curl web").code == 7


def test_an_editor_that_was_left_alone_changes_nothing(web):
    assert web.edit("edit deployment web", lambda text: text).err == "Edit cancelled, no changes made.\n"
    assert web.edit("edit deployment web", lambda text: "").err == "Edit cancelled, saved file was empty.\n"
    wrong = plan("edit deployment web", Seat(web.cluster, text="a: [")).said
    assert "line" in wrong
    assert isinstance(plan("apply -f web.yaml", Seat(web.cluster)), Edit)


def test_an_edit_leaves_what_somebody_else_changed_meanwhile(web):
    more = 'patch deployment web -p \'{"spec":{"template":{"spec":{"containers":[{"name":"nginx","image":"nginx:2"}]}}}}\''
    said = web.edit("edit deployment web", lambda text: text.replace("imagePullPolicy: Always", "imagePullPolicy: Never"), more)
    assert said.out == "deployment.apps/web edited\n"
    (container,) = web.cluster.store.get("Deployment", "web").spec.template.spec.containers
    assert (container.image, container.image_pull_policy) == ("nginx:2", "Never")
    web.edit("edit deployment web", lambda text: text.replace("replicas: 3", "replicas: 4"), "label deployment web tier=front")
    d = web.cluster.store.get("Deployment", "web")
    assert (d.spec.replicas, d.metadata.labels["tier"]) == (4, "front")


def test_logs_say_why_there_are_none(player):
    player.type("create deployment web --image=that-image-does-not-exist")
    player.wait(8000)
    pod = player.cluster.store.list("Pod")[0].metadata.name
    where = f'container "that-image-does-not-exist" in pod "{pod}"'
    said = f"Error from server (BadRequest): {where} is waiting to start: trying and failing to pull image\n"
    assert player.type(f"logs {pod}").err == said


def test_completion_knows_verbs_kinds_names_and_flags(web):
    store = web.cluster.store
    words = lambda line: [one.word for one in complete(line, store)]  # noqa: E731
    assert words("kubectl rollout ") == ["history", "pause", "restart", "resume", "status", "undo"]
    assert words("kubectl get dep") == ["deployments"]
    assert words("kubectl describe deployment w") == ["web"]
    assert words("kubectl set image deployment/web ") == ["nginx="]
    assert words("kubectl get pods -o ya") == ["yaml"]
    assert "--replicas=" in words("kubectl scale deployment/web --")
    assert len(words("kubectl ")) == 8
    assert words("") == []


def test_reading_never_changes_the_desk(web):
    before = web.cluster.store.revision
    for line in (
        "get all -o wide",
        "describe pods",
        "describe nodes",
        "get events --sort-by=.lastTimestamp",
        "explain pod.spec",
        "help",
        "diff -f x",
        "top pods",
    ):
        plan(line, Seat(web.cluster, text="" if line.startswith("diff") else None))
    assert web.cluster.store.revision == before
