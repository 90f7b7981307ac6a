"""What is said before an act is what comes of it: each count is held against the cluster after the act was given."""

import pytest

from simulation.api.errors import StatusError
from simulation.foresight import ahead, answering, counts, matching, owner_uid
from simulation.kubectl.parse import parse
from simulation.pods import is_active
from tests.simulation.test_labels import manifest, pods, then, three_of_web

MOMENT_MS = 200
"""By then every controller that goes by labels has looked."""
SELECTOR = "set selector service web app=web,pod-template-hash={hash}"


def told(cluster, command) -> tuple:
    """(per set: found, wanted, made, deleted; who answers; who owns whom) as foreseen."""
    seen = ahead(cluster, command)
    [service] = seen.after.list("Service")
    found = [(c.pods, c.wanted, c.made, c.deleted) for c in counts(seen)]
    return found, sorted(answering(seen.after, service)), {p.metadata.name: owner_uid(p) for p in seen.after.list("Pod") if is_active(p)}


def came(cluster, command) -> tuple:
    """The same, after it was done: the sets' numbers by their own ledger."""
    entries = cluster.ledger.count
    cluster.do(command)
    cluster.run(cluster.now + MOMENT_MS)
    [service] = cluster.store.list("Service")
    moves = [e for e in cluster.ledger.since(entries) if e.rule == "keep the count"]
    found = [(e.terms["pods"], e.terms["replicas"], max(e.result, 0), max(-e.result, 0)) for e in moves]
    names = {p.metadata.name: owner_uid(p) for p in cluster.store.list("Pod") if is_active(p)}
    return found, sorted(answering(cluster.store, service)), names


def agree(cluster, command) -> list:
    """What was foreseen, once it has come."""
    foreseen, came_so = told(cluster, command), came(cluster, command)
    assert [(pods, wanted, made, len(deleted)) for pods, wanted, made, deleted in foreseen[0]] == came_so[0]
    assert foreseen[1:] == came_so[1:]
    return foreseen[0]


def test_a_label_that_a_set_asks_for_costs_a_pod_that_is_made_again():
    cluster = three_of_web()
    name = pods(cluster)[0]
    assert agree(cluster, parse(f"label pod {name} app=debug --overwrite")) == [(2, 3, 1, ())]
    assert name not in answering(cluster.store, cluster.store.list("Service")[0])


def test_only_the_hash_releases_it_and_the_service_goes_on_sending():
    cluster = three_of_web()
    name = pods(cluster)[0]
    assert agree(cluster, parse(f"label pod {name} pod-template-hash-")) == [(2, 3, 1, ())]
    assert name in answering(cluster.store, cluster.store.list("Service")[0])


def test_a_pod_that_is_taken_back_makes_one_too_many_and_the_right_one_goes():
    cluster = three_of_web()
    name = pods(cluster)[0]
    then(cluster, f"label pod {name} app-")
    [(found, wanted, made, deleted)] = agree(cluster, parse(f"label pod {name} app=web"))
    assert (found, wanted, made, len(deleted)) == (4, 3, 0, 1)
    assert cluster.store.get("Pod", deleted[0]).metadata.deletion_timestamp is not None


def test_a_pod_made_by_hand_that_goes_at_once_is_counted():
    cluster = three_of_web()
    labels = cluster.store.get("Pod", pods(cluster)[0]).metadata.labels
    assert agree(cluster, manifest("by-hand", labels)) == [(4, 3, 0, ("by-hand",))]


def test_a_label_that_nobody_asks_for_changes_nothing():
    cluster = three_of_web()
    assert agree(cluster, parse(f"label pod {pods(cluster)[0]} status=enabled")) == []


def test_in_the_middle_of_a_rollout_only_what_the_label_does_is_counted():
    cluster = three_of_web()
    then(cluster, "scale deployment web --replicas=10", seconds=20)
    cluster.do(parse("set image deployment web web=web:2.0"))
    looked = 0
    for _ in range(25):
        cluster.run(cluster.now + 130)
        old, *_ = cluster.store.list("ReplicaSet")
        active = [p for p in cluster.store.owned(old.metadata.uid).pods.values() if is_active(p)]
        before = {rs.metadata.uid: cluster.store.owned(rs.metadata.uid).active for rs in cluster.store.list("ReplicaSet")}
        if not active or set(before.values()) == {0}:
            break
        seen = ahead(cluster, parse(f"label pod {active[0].metadata.name} app=debug --overwrite"))
        for count in counts(seen):
            looked += 1
            assert count.replicaset.metadata.uid == old.metadata.uid, "the other set has nothing to do with it"
            assert count.pods == before[old.metadata.uid] - 1
            assert count.pods + count.made - len(count.deleted) in (count.wanted, count.pods)
    assert looked > 5


def test_a_selector_is_seen_to_cut_before_it_is_set():
    cluster = three_of_web()
    then(cluster, "set image deployment web web=web:2.0", seconds=3)
    service, new = cluster.store.list("Service")[0], cluster.store.list("ReplicaSet")[1]
    before = answering(cluster.store, service)
    command = parse(SELECTOR.format(hash=new.metadata.labels["pod-template-hash"]))
    seen = ahead(cluster, command)
    assert answering(cluster.store, service) == before, "the desk is not touched"
    assert set(answering(seen.after, service).values()) <= {new.metadata.uid}
    picked = matching(seen.after, seen.after.get("Service", "web"))
    assert {owner_uid(p) for p in picked} == {new.metadata.uid}
    agree(cluster, command)


def test_what_the_api_refuses_is_refused_before():
    cluster = three_of_web()
    with pytest.raises(StatusError, match="field is immutable"):
        ahead(cluster, parse("""patch deployment web -p '{"spec":{"selector":{"matchLabels":{"a":"b"}}}}'"""))
