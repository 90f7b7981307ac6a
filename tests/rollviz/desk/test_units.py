from rollviz.desk.units import Foot, Head, Waiting
from tests.rollviz.desk.desks import Watched, web
from tests.rollviz.desk.test_rack import rack_of


def foot(desk: Watched, name: str = "node-4") -> Foot:
    return desk.says(f"unit-{name}-f")


def keys(desk: Watched, name: str = "node-4") -> list[tuple[str, str]]:
    return [(key.verb, key.line) for key in foot(desk, name).keys]


def head(desk: Watched) -> str:
    return str(desk.says("nodehead").words)


CORDON, UNCORDON, DRAIN = (("cordon", "cordon node-4"), ("uncordon", "uncordon node-4"), ("drain", "drain node-4"))
ON = ("power on", "# node-4: power on")


def test_a_node_that_answers_counts_its_places_and_can_be_cordoned_and_drained():
    desk = web(8)
    assert (foot(desk).n, str(foot(desk).words), keys(desk)) == (None, "of 110 places", [CORDON, DRAIN])
    assert head(desk) == "4 nodes are Ready. 8 of 440 places are taken."


def test_a_node_that_is_off_is_told_as_far_as_kubernetes_knows():
    desk = web(8).run(8).do("# node-4: power off").run(30)
    assert (foot(desk).n, str(foot(desk).words), keys(desk)) == (None, "of 110 places", [ON, CORDON])
    assert head(desk) == "node-4 is off, and Kubernetes has not noticed."
    desk.run(40)
    assert (foot(desk).n, str(foot(desk).words)) == (2, "nobody knows")
    assert head(desk) == "node-4 does not answer. Nobody knows what 2 pods there do."
    desk.run(310)
    assert (foot(desk).n, str(foot(desk).words)) == (2, "are to end; only node-4 can say when they have")
    assert head(desk) == "node-4 does not answer. 2 pods were evicted there and cannot be ended."


def test_a_cordoned_node_keeps_its_pods_and_gets_none():
    desk = web(8).do("cordon node-4")
    assert (foot(desk).n, str(foot(desk).words), keys(desk)) == (2, "stay, none may come", [UNCORDON, DRAIN])
    desk.do("scale deployment/web --replicas=1").run(60)
    assert (foot(desk).n, str(foot(desk).words)) in [(0, "there, none may come"), (1, "stays, none may come")]


def test_a_drain_that_a_budget_holds_gives_its_sum_and_can_be_stopped():
    desk = web(8).do("create poddisruptionbudget web --selector=app=web --min-available=8").run(1).do("drain node-4").run(3)
    assert (foot(desk).n, str(foot(desk).words)) == (2, "wait: budget web needs 8 healthy pods and has 8")
    assert keys(desk) == [("stop draining", "# node-4: stop draining")]
    assert head(desk) == "node-4 is being drained."
    desk.do("# node-4: stop draining").run(60)
    assert (foot(desk).n, str(foot(desk).words), keys(desk)) == (2, "stay, none may come", [UNCORDON, DRAIN])


def test_a_drain_that_nobody_holds_empties_the_node():
    desk = web(8).do("""patch deployment web -p '{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":20}}}}'""").run(60)
    desk.do("drain node-4").run(1)
    ending = desk.look().moving["nodes"]["node-4"]["s"].count("t")
    assert ending and (foot(desk).n, str(foot(desk).words)) == (ending, f"{'goes' if ending == 1 else 'go'}, none may come")
    desk.run(60)
    assert (foot(desk).n, str(foot(desk).words), keys(desk)) == (0, "there, none may come", [UNCORDON, DRAIN])


def test_when_the_budget_is_gone_the_drain_asks_again():
    desk = web(8).do("create poddisruptionbudget web --selector=app=web --min-available=8").run(1).do("drain node-4").run(3)
    desk.do("delete poddisruptionbudget web")
    assert str(foot(desk).words) == "wait: kubectl asks again"
    desk.run(60)
    assert (foot(desk).n, str(foot(desk).words)) == (0, "there, none may come")


def test_pods_that_no_node_takes_are_counted_by_what_the_scheduler_says():
    desk = rack_of(2, 2, 6)
    assert desk.says("nonode") == Waiting(2, ((2, "0/2 nodes are available", ("2 Too many pods",)),))
    assert head(desk) == "4 places, all taken. 2 pods wait for a node."
    desk.do("cordon node-2", "scale deployment/web --replicas=7").run(1)
    waits = desk.says("nonode")
    assert waits.n == 3 and sum(n for n, _, _ in waits.said) == 3
    assert ("1 Too many pods", "1 node(s) were unschedulable") in [reasons for _, _, reasons in waits.said]


def test_the_head_counts_what_each_version_has_and_the_least():
    desk = web(8)
    shown = desk.says("nodehead")
    assert isinstance(shown, Head)
    assert ([(str(version), n) for version, n in shown.versions], shown.least) == ([("v1", 8)], 6)
    assert Watched().says("nodehead").versions == ()


def test_the_columns_are_drawn_anew_only_when_a_node_comes_or_goes():
    desk = web(4)
    before = desk.says("units")
    desk.do("cordon node-4").run(1)
    assert desk.says("units") == before
    desk.do("delete node node-4").run(1)
    assert desk.says("units") == before and foot(desk).keys == ()
