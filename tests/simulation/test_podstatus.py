"""Every case of upstream's getPhase and of the conditions that the kubelet writes."""

from simulation.objects import ContainerStatus, PodCondition, PodSpec
from simulation.podstatus import containers_ready, get_phase, initialized, ready
from tests.simulation.given import record
from tests.vectors import vector

PHASE, CONDITIONS = "kubelet_pod_phase", "kubelet_pod_conditions"


def statuses(given, key: str = "containerStatuses") -> tuple[ContainerStatus, ...]:
    return record(tuple[ContainerStatus, ...], given[key], key=key)


def phase(given) -> str:
    spec = record(PodSpec, given["spec"])
    both = (*statuses(given, "initContainerStatuses"), *statuses(given))
    return get_phase(spec, both, given["podIsTerminal"], given["podHasInitialized"])


@vector(PHASE, "TestPodPhaseWithRestartAlways")
def test_a_pod_that_is_always_restarted_never_ends_by_itself(given, expected):
    assert phase(given) == expected["phase"]


@vector(PHASE, "TestPodPhaseWithRestartAlwaysInitContainers")
def test_a_pod_is_pending_until_its_init_containers_are_done(given, expected):
    assert phase(given) == expected["phase"]


@vector(PHASE, "TestPodPhaseWithRestartAlwaysAndPodHasRun")
def test_a_pod_that_has_run_is_not_pending_again_for_its_sidecars(given, expected):
    assert phase(given) == expected["phase"]


@vector(PHASE, "TestPodPhaseWithRestartNever")
def test_a_pod_that_is_never_restarted_ends_as_its_containers_did(given, expected):
    assert phase(given) == expected["phase"]


@vector(PHASE, "TestPodPhaseWithRestartNeverInitContainers")
def test_a_pod_that_is_never_restarted_fails_with_an_init_container(given, expected):
    assert phase(given) == expected["phase"]


@vector(PHASE, "TestPodPhaseWithRestartOnFailure")
def test_a_pod_that_is_restarted_on_failure_ends_when_all_went_well(given, expected):
    assert phase(given) == expected["phase"]


@vector(CONDITIONS, "TestGenerateContainersReadyCondition")
def test_containers_are_ready_when_all_are_known_to_be(given, expected):
    said = containers_ready(record(PodSpec, given["spec"]), statuses(given), given["podPhase"])
    wanted = expected["expectReady"]
    assert said == (wanted["status"], wanted["reason"], wanted["message"])


@vector(CONDITIONS, "TestGeneratePodReadyCondition")
def test_a_pod_is_ready_when_its_containers_are_and_its_gates_are_open(given, expected):
    spec = record(PodSpec, given["spec"])
    conditions = record(tuple[PodCondition, ...], given["conditions"] or [])
    said = ready(spec, conditions, containers_ready(spec, statuses(given), given["podPhase"]))
    wanted = expected["expectReady"]
    assert said == (wanted["status"], wanted["reason"], wanted["message"])


@vector(CONDITIONS, "TestGeneratePodInitializedCondition")
def test_a_pod_is_initialized_when_its_init_containers_are_done_or_it_has_run_before(given, expected):
    said = initialized(record(PodSpec, given["spec"]), statuses(given), given["podPhase"])
    assert said[:2] == (expected["expected"]["status"], expected["expected"].get("reason", ""))
