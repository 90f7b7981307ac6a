import pytest

from simulation.conditions import holds
from simulation.kubectl.parse import parse
from simulation.questions import answer, choice_of
from simulation.recording import Recording
from simulation.scenario import Question, Scenario, load
from simulation.states import pod_state


def ask(about: str, ahead: int = 10, **more) -> Question:
    return Question("?", about, at=0, ahead=ahead, **more)


def faded(name: str = "fade", image: str = "web:2.0", at: int = 20_000) -> Recording:
    run = Recording(load(name), load(name).seed)
    run.run(at)
    run.do(parse(f"set image deployment/web web={image}"))
    return run


@pytest.mark.parametrize("after", [0, 700, 2500, 9000, 40_000])
@pytest.mark.parametrize("ahead", [1, 3, 10])
def test_the_answers_are_what_then_happens(after, ahead):
    run = faded()
    run.run(run.now + after)
    asked, until = run.now, run.now + ahead * 1000
    said = {about: answer(ask(about, ahead), run, asked) for about in ("versions", "available", "next", "finishes", "moves")}
    pods = {pod.metadata.name for pod in run.cluster.store.list("Pod") if pod.metadata.deletion_timestamp is None}
    faders = [rs.spec.replicas for rs in run.cluster.store.list("ReplicaSet")]
    done = moved = False
    gone: list[set] = []
    for now in range(asked, until + 1, 10):
        run.run(now)
        left = {pod.metadata.name for pod in run.cluster.store.list("Pod") if pod.metadata.deletion_timestamp is None}
        gone += [pods - left] if pods - left else []
        done |= holds({"deployment": "web", "complete": True}, run.cluster)
        moved |= [rs.spec.replicas for rs in run.cluster.store.list("ReplicaSet")] != faders
    sets = {rs.metadata.name: rs.spec.replicas for rs in run.cluster.store.list("ReplicaSet")}
    assert {count.replicaset: count.pods for count in said["versions"].versions} == sets
    ready = sum(pod_state(pod, run.now) == "available" for pod in run.cluster.store.list("Pod"))
    assert said["available"].available == ready and said["available"].at_ms == until
    assert said["finishes"].yes is done
    assert said["moves"].yes or not moved
    assert said["next"].pod in gone[0] if gone else said["next"].pod == ""


def test_a_stuck_rollout_moves_nothing_and_does_not_finish():
    run = faded("broken-deploy", "web:2.O")
    run.run(run.now + 30_000)
    assert answer(ask("moves", 60), run, run.now).yes is False
    assert answer(ask("finishes", 3600), run, run.now).yes is False
    assert answer(ask("next", 60), run, run.now).pod == ""
    assert [count.pods for count in answer(ask("versions"), run, run.now).versions] == [8, 5]


def test_a_question_may_be_asked_of_the_past_and_changes_nothing():
    run = faded()
    run.run(60_000)
    revision = run.cluster.store.revision
    assert [count.pods for count in answer(ask("versions", 1), run, 10_000).versions] == [10]
    assert answer(ask("finishes", 60), run, 20_000).yes is True
    assert (run.now, run.cluster.store.revision) == (60_000, revision)


def test_the_commands_of_the_scenario_are_part_of_what_will_happen():
    text = "title: T\ncommands:\n  - {at: 1, run: create deployment web --image=nginx}\n  - {at: 5, run: scale deploy/web --replicas=3}\n"
    run = Recording(Scenario.parse(text + "  - {at: 6, run: delete pod nobody}"), 1)
    run.run(2000)
    assert [count.pods for count in answer(ask("versions", 2), run, 2000).versions] == [1]
    assert [count.pods for count in answer(ask("versions", 5), run, 2000).versions] == [3]
    assert answer(ask("versions", deployment="other"), run, 2000).versions == ()


def test_pods_endpoints_and_share_are_counted_at_the_end():
    run = Recording(load("canary"), 11)
    run.run(20_000)
    run.do(load("canary").steps[1].action.commands[0])
    of = {"service": "web"}
    assert answer(ask("pods", of={"pods": "track=canary"}), run, run.now).count == 1
    assert answer(ask("pods", 1, of={"pods": "app=web", "state": "available"}), run, run.now).count == 9
    assert answer(ask("endpoints", of=of), run, run.now).count == 10
    share = answer(ask("share", of=of, deployment="web-canary"), run, run.now)
    assert (share.count, share.terms) == (10, (("part", 1), ("whole", 10)))


def test_lost_requests_are_those_in_between_and_their_sum_is_right():
    run = faded()
    run.run(45_000)
    lost = run.cluster.traffic.flows["default", "web"].lost_in_all
    said = answer(ask("lost", 25, of={"service": "web"}), run, 20_000)
    assert (said.count, choice_of(said)) == (lost, "some") and lost
    assert dict(said.terms) == {"sent": 5000, "answered": 5000 - lost, "lost": lost}
    after = answer(ask("lost", of={"service": "web"}), run, run.now)
    assert (after.count, choice_of(after), dict(after.terms)["sent"]) == (0, "none", 2000)


def test_an_answer_is_one_of_the_choices():
    run = faded("broken-deploy", "web:2.O")
    said = {about: choice_of(answer(ask(about), run, run.now)) for about in ("versions", "available", "next", "finishes", "moves")}
    assert said.pop("next").startswith("web-")
    assert said == {"versions": "8 \u00b7 5", "available": "8", "finishes": "no", "moves": "yes"}
