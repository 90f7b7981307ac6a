"""Random programs against the laws: a few thousand stimuli here, a million with `make soak`. And each law catches its planted fault."""

from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from simulation import cluster, links
from simulation.api.errors import StatusError
from simulation.controllers import endpointslice, garbage, replicaset
from simulation.controllers.deployment import progress, recreate, rolling, sync, util
from simulation.objects import ObjectMeta, PodDisruptionBudget
from simulation.recording import Recording
from simulation.scenario import Scenario
from simulation.store import Store, controller_of, key_of
from tests.simulation.laws import Broken, Run, begins
from tests.simulation.test_cluster import snapshot
from tests.soak import Program, soak

STIMULI = 250


@pytest.mark.parametrize("seed", range(12))
def test_no_program_breaks_a_law(seed):
    Program(seed).run(STIMULI)


# ------------------------------------------------------------------------------------------------------- planted faults


def one_pod_too_many(patch):
    honest = util.new_rs_new_replicas
    patch.setattr(util, "new_rs_new_replicas", lambda d, total, size: min(honest(d, total, size) + 1, util.replicas_of(d)))


def surge_rounded_down(patch):
    honest = util.scaled
    patch.setattr(util, "scaled", lambda value, total, up: honest(value, total, not up))


def takes_one_too_many(patch):
    wrong = {**vars(util), "min_available": lambda d: util.min_available(d) - 1}
    patch.setattr(rolling, "util", SimpleNamespace(**wrong))


def takes_the_ready_first(patch):
    patch.setattr(replicaset, "plain_order", lambda node, phase, ready, cost, ranks: (bool(node), 0, not ready, cost, 0))


def keeps_one_too_few(patch):
    honest = replicaset.slow_start
    patch.setattr(replicaset, "slow_start", lambda count, batch, call: honest(count - 1, batch, call))


def forgets_the_last_one(patch):
    patch.setattr(rolling, "reconcile_new", lambda *_: False)


def counts_too_many(patch):
    honest = progress.calculate_status

    def wrong(*arguments):
        status = honest(*arguments)
        return replace(status, updated_replicas=status.updated_replicas + 1)

    patch.setattr(progress, "calculate_status", wrong)


def revisions_are_given_twice(patch):
    patch.setattr(util, "max_revision", lambda sets: max(1, max((util.revision_of(rs) or 0 for rs in sets), default=0) - 1))


def revisions_go_back(patch):
    patch.setattr(sync, "with_revision", lambda d, revision: replace(d, metadata=replace(d.metadata, annotations={util.REVISION: "1"})))
    patch.setattr(util, "annotations_for_new", lambda d, rs, revision: {**rs.metadata.annotations, util.REVISION: "1"})


def adopts_what_others_own(patch):
    honest = Store.create

    def wrong(self, obj):
        if controller_of(obj) is not None:
            twice = (*obj.metadata.owner_references, *obj.metadata.owner_references)
            obj = replace(obj, metadata=replace(obj.metadata, owner_references=twice))
        return honest(self, obj)

    patch.setattr(Store, "create", wrong)


def tampered(**changes):
    """A store that writes the metadata of pods wrong, once they are there."""

    def plant(patch):
        honest = Store._put

        def wrong(self, kind, old, new):
            if kind == "Pod" and old is not None and new is not None:
                new = replace(new, metadata=replace(new.metadata, **changes))
            return honest(self, kind, old, new)

        patch.setattr(Store, "_put", wrong)

    return plant


def loses_a_write(patch):
    honest = Store._put

    def wrong(self, kind, old, new):
        written = honest(self, kind, old, new)
        if kind == "Pod" and new is not None and new.status.phase == "Running" and old.status.phase == "Pending":
            self.changes.pop()
        return written

    patch.setattr(Store, "_put", wrong)


def keeps_what_nobody_wrote(patch):
    honest = Store.event
    budget = PodDisruptionBudget(ObjectMeta(name="ghost", namespace="default"))

    def wrong(self, *arguments):
        self._objects["PodDisruptionBudget"][key_of(budget)] = budget
        honest(self, *arguments)

    patch.setattr(Store, "event", wrong)


def ends_pods_at_once(patch):
    honest = Store._delete_pod
    patch.setattr(Store, "_delete_pod", lambda self, pod, grace: honest(self, pod, 0))


def leaves_orphans(patch):
    patch.setattr(garbage, "_delete_dependents", lambda *_: None)


def serves_what_is_not_ready(patch):
    honest = endpointslice.endpoint_of

    def wrong(*arguments):
        endpoint = honest(*arguments)
        return replace(endpoint, conditions=replace(endpoint.conditions, ready=True))

    patch.setattr(endpointslice, "endpoint_of", wrong)


def writes_for_ever(patch):
    honest = cluster.sync_deployment

    def wrong(store, ledger, key):
        again = honest(store, ledger, key)
        d = store.get("Deployment", "web")
        store.update_status(replace(d, status=replace(d.status, collision_count=store.seconds)))
        return again or 1_000_000

    patch.setattr(cluster, "sync_deployment", wrong)


def refuses_and_writes(patch):
    honest = cluster.Cluster.do

    def wrong(self, command):
        try:
            return honest(self, command)
        except StatusError:
            self.store.set_machine(replace(self.store.machines["node-1"], pods=0))
            self.store.revision += 1
            raise

    patch.setattr(cluster.Cluster, "do", wrong)


def does_not_wait(patch):
    patch.setattr(recreate, "old_pods_running", lambda store, old: 0)


FAULTS = [
    (one_pod_too_many, "are the most"),
    (surge_rounded_down, "are the (most|least)"),
    (takes_one_too_many, "available replicas left where .* are the least"),
    (takes_the_ready_first, "available after a deletion where .* are the least"),
    (keeps_one_too_few, "has not come to its size"),
    (forgets_the_last_one, "the last version is not available everywhere"),
    (counts_too_many, "there are others than the last version's pods"),
    (revisions_are_given_twice, "a revision is given twice"),
    (revisions_go_back, "a revision went back"),
    (adopts_what_others_own, "two own one pod"),
    (tampered(uid="another"), "another object took its name"),
    (tampered(creation_timestamp=3), "another object took its name"),
    (tampered(generation=0), "a generation went back"),
    (tampered(resource_version="1"), "a version did not grow"),
    (loses_a_write, "was written behind everybody's back"),
    (keeps_what_nobody_wrote, "the writes of kind PodDisruptionBudget do not add up"),
    (ends_pods_at_once, "a running pod vanished"),
    (serves_what_is_not_ready, "the endpoints are not the ready pods that match"),
    (writes_for_ever, "something moved while nothing changed"),
    (refuses_and_writes, "was refused and yet something was written"),
]


@pytest.mark.parametrize(("plant", "law"), FAULTS)
def test_each_law_catches_its_fault(plant, law, monkeypatch):
    plant(monkeypatch)
    with pytest.raises(Broken, match=law):
        for seed in range(15, 55):
            Program(seed).run(60)


RARE = [
    (leaves_orphans, "delete replicaset --all", "a pod belongs to a ReplicaSet that is not there"),
    (does_not_wait, "set image deployment/web web=web:2.0", "a new pod was made while an old one was still there"),
]


@pytest.mark.parametrize(("plant", "line", "law"), RARE)
def test_a_fault_that_chance_seldom_meets_is_caught_too(plant, line, law, monkeypatch):
    run = Run(begins("One line", {"replicas": 3, "strategy": {"type": "Recreate"}}, {"name": "web", "image": "web:1.0"}, nodes=3), seed=1)
    run.wait(30_000)
    plant(monkeypatch)
    with pytest.raises(Broken, match=law):
        assert run.do(line)
        run.rest()


# ---------------------------------------------------------------------------------------------------- what is written down


def test_what_is_written_down_is_the_run():
    program = Program(3)
    program.run(60)
    recording = Recording(Scenario.parse(program.file()), program.seed)
    recording.run(program.cluster.now)
    assert snapshot(recording.cluster) == snapshot(program.cluster)


def test_where_the_engine_fails_there_is_a_file_that_makes_it_fail_and_a_link_to_the_moment_before(monkeypatch):
    monkeypatch.setattr(rolling, "reconcile_old", lambda *_: 1 // 0)
    program = Program(3)
    with pytest.raises(ZeroDivisionError) as failed:
        program.run(60)
    link, _, file = failed.value.__notes__[0].partition("\n")
    assert links.read(link.removeprefix("/l/")).at_ms == program.cluster.now - 1
    recording = Recording(Scenario.parse(file), program.seed)
    with pytest.raises(ZeroDivisionError):
        recording.run(program.cluster.now)


def test_a_run_that_is_too_long_for_a_link_says_so():
    program = Program(3)
    for _ in range(1_000):
        program.do(f"set image deployment/web web=web:{program.draw.getrandbits(64)}")
    assert program.link(0).startswith("No link, the run is too long for one: A link has at most 8,000 characters")


def test_a_broken_program_says_how_to_run_it_again(monkeypatch):
    takes_one_too_many(monkeypatch)
    broken = (soak((seed, STIMULI)) for seed in range(40))
    stimuli, _, events, what = next(result for result in broken if result[3])
    assert 0 < stimuli < STIMULI
    assert events > 0
    assert what.startswith("python -m tests.soak --programs 1 --stimuli 250 --seed ")
    assert "Broken: " in what and "\n/l/" in what and "\ntitle: Soak " in what
