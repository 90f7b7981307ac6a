import pytest

from rollviz.catalogue import in_python
from rollviz.desk.words import thousands
from simulation import traffic
from tests.rollviz.desk.desks import MISSING, NEXT, Watched, web


def told(desk: Watched) -> list[tuple[str, str]]:
    """(words, sum) of the log, oldest first."""
    return [(str(line.words), str(line.sum)) for line in reversed(desk.look().log.lines)]


def test_each_step_of_the_article_has_its_sum():
    desk = web().do(MISSING).run(20)
    assert told(desk)[-6:] == [
        ("You ran set image deployment/web web=web:2.O", ""),
        ("v2 from 0 to 3", "Max total 13 − 10 pods = 3 free places."),
        ("v1 from 10 to 8", "10 available − min available 8 = 2 may go."),
        ("v2 from 3 to 5", "Max total 13 − 11 pods = 2 free places."),
        ("First pull failed: docker.io/library/web:2.O: not found", ""),
        ("v2 backs off before pulling again.", "ErrImagePull becomes ImagePullBackOff: 10 s, 20 s, 40 s, up to 5 min."),
    ]


def test_undo_tells_what_happens_to_both_sets():
    desk = web().do(MISSING).run(20).do("rollout undo deployment/web").run(10)
    words = [words for words, _ in told(desk)]
    assert words[-5:] == [
        "You ran rollout undo deployment/web",
        "v1 is revision 3 now",
        "v2 from 5 to 0, pods that do not answer first",
        "v1 from 8 to 10",
        "v1 is complete",
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["scale deployment/web --replicas=4"], ("v1 from 10 to 4", "4 wanted − 10 there = −6. One set has pods, so it takes it all.")),
        ([NEXT, "rollout pause deployment/web"], ("The Deployment holds.", "It is paused: 10 wanted, no step is taken.")),
        (
            ["""patch deployment web -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'""", NEXT],
            ("v1 from 10 to 0", "Recreate: 10 − 10 = 0 before the new set starts."),
        ),
    ],
)
def test_every_rule_has_its_sentence(lines, said):
    assert said in told(web().do(*lines).run(0.5))


def test_scaling_in_the_middle_of_a_fade_is_shared_and_the_sum_says_how():
    desk = web().do(MISSING).run(5).do("scale deployment/web --replicas=20").run(0.3)
    shares = [(words, sum_) for words, sum_ in told(desk) if "÷" in sum_]
    assert shares == [("v1 from 8 to 15", "8 × 25 ÷ 13 rounds to 15."), ("v2 from 5 to 10", "5 × 25 ÷ 13 rounds to 10.")]


def test_a_replica_set_that_only_does_what_it_was_told_has_no_line():
    assert not [words for words, _ in told(web().do(NEXT).run(40)) if "makes" in words or "removes" in words]


def test_a_replica_set_that_replaces_a_pod_says_so():
    desk = web(4)
    pod = desk.recording.cluster.store.list("Pod")[0].metadata.name
    assert told(desk.do(f"delete pod {pod}").run(1))[-1] == (
        "v1 makes 1 pod",
        "The ReplicaSet counts: 4 wanted − 3 there = 1 missing.",
    )


def test_an_incident_is_told_once():
    desk = web().do("set image deployment/web web=web:2.0-crash").run(120)
    assert len([words for words, _ in told(desk) if "crash" in words and "You ran" not in words]) == 1


def test_a_pod_that_starts_slowly_is_no_incident():
    desk = Watched("fade").do("# web: 0 requests/s").run(8).do(NEXT).run(30)
    assert not [line for line in desk.look().log.lines if line.bad]
    assert not [mark for mark in desk.says("marks") if mark.kind == "fault"]


def test_every_line_of_every_rule_names_a_number_or_a_command():
    desk = web().do(MISSING).run(15).do("rollout undo deployment/web").run(20).do(NEXT).run(60)
    for words, sum_ in told(desk):
        assert words.startswith("You ran") or any(sign.isdigit() for sign in words + sum_)


RECREATE = """patch deployment web -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'"""
REQUESTS = "# web: 200 requests/s"


@pytest.mark.parametrize(
    "lines",
    [(REQUESTS, NEXT), (REQUESTS, RECREATE, NEXT), (REQUESTS, RECREATE, MISSING), (REQUESTS, "# node-1: power off"), (REQUESTS, MISSING)],
)
def test_the_log_is_in_the_order_in_which_things_were_known(lines):
    desk = web().do(*lines)
    for _ in range(40):
        times = [line.time for line in reversed(desk.run(2.3).look().log.lines)]
        assert times == sorted(times) and times[-1] <= desk.recording.now


def test_a_loss_is_told_when_it_is_over_with_when_it_was():
    desk = web().do(REQUESTS, NEXT).run(30)
    losses = [line for line in desk.look().log.lines if "refused" in str(line.words)]
    flow = desk.recording.cluster.traffic.flows["default", "web"]
    assert [(line.time, str(line.words).split()[0]) for line in reversed(losses)] == [
        (loss.until + 1000, str(loss.count)) for loss in flow.losses
    ]
    first, loss = losses[-1], flow.losses[0]
    assert str(first.sum).startswith(f"From 0:{loss.since // 1000} on, for {(loss.until - loss.since) / 1000:.1f} s.")


def test_a_loss_that_does_not_end_is_told_once_while_it_goes_on_and_once_when_it_is_over():
    desk = web().do(REQUESTS, RECREATE, MISSING).run(60)
    ((words, sum_),) = [line for line in told(desk) if "no pod was ready" in line[0]]
    assert words == "Requests are lost: no pod was ready."
    assert sum_.startswith("Since 0:") and sum_.endswith(", and it goes on.")
    desk.do("rollout undo deployment/web").run(60)
    _, (words, sum_) = [line for line in told(desk) if "no pod was ready" in line[0]]
    loss = next(loss for loss in desk.recording.cluster.traffic.flows["default", "web"].losses if loss.cause == "no endpoints")
    assert words == f"{thousands(loss.count)} requests lost: no pod was ready."
    assert sum_ == f"From 0:{loss.since // 1000} on, for {(loss.until - loss.since) / 1000:.1f} s."


def test_the_catalogues_know_each_reason_that_the_simulation_gives():
    whys = {why for _, why in [*traffic.WHY.values(), traffic.NOBODY, traffic.RESET]}
    assert whys <= {message.id for message in in_python()}
