"""When a pod counts as available: every case of upstream's IsPodAvailable."""

from simulation.objects import Pod
from simulation.pods import is_available
from tests.simulation.given import record
from tests.vectors import vector

NOW = 1_000_000


@vector("pod_availability", "TestIsPodAvailable")
def test_a_pod_is_available_when_it_has_been_ready_long_enough(given, expected):
    pod = record(Pod, given["pod"], NOW)
    assert is_available(pod, given["minReadySeconds"], NOW * 1000) == expected["expected"]
