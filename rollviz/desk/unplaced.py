"""Pods that have no node, and what the scheduler said of them, in its own words."""

from collections import Counter
from collections.abc import Iterable

from simulation.objects import Pod
from simulation.pods import condition
from simulation.store import Store


def waiting(store: Store) -> list[Pod]:
    """Pods that have no node, oldest first."""
    return [pod for pod in store.list("Pod") if not pod.spec.node_name and pod.metadata.deletion_timestamp is None]


def refusal(pod: Pod) -> str:
    """What the scheduler said of a pod that it could not place; "" if it has a node or was not tried yet."""
    said = condition(pod, "PodScheduled")
    return said.message if said is not None and said.reason == "Unschedulable" and not pod.spec.node_name else ""


def refusals(found: Iterable[Pod]) -> list[tuple[str, int]]:
    """(what the scheduler said, of how many of these pods), the commonest first; those it has not tried yet are not counted."""
    return Counter(said for pod in found if (said := refusal(pod))).most_common()


def sentence(message: str) -> str:
    """The scheduler's message up to what it says of preemption: `0/3 nodes are available: 3 Too many pods.`"""
    return message.partition(". ")[0].rstrip(".") + "."
