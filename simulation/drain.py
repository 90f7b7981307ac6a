"""`kubectl drain` is a process that runs on after it was started: it evicts, is refused, waits five seconds, and prints as it goes.

Models staging/src/k8s.io/kubectl/pkg/{cmd/drain,drain}/*.go (v1.33). It sleeps until there is something to do: a retry, a pod that went.
"""

import re

from msgspec.structs import replace

from simulation.api import selectors
from simulation.api.errors import StatusError, go_quote
from simulation.api.eviction import evict
from simulation.engine import Millis
from simulation.objects import Draining, Leaving, Pod
from simulation.pods import is_finished
from simulation.store import Store, controller_of

RETRY_MS = 5_000
POLL_MS = 1_000
LOCAL_STORAGE = ("Pods with local storage (use --delete-emptydir-data to override)", "deleting Pods with local storage")
OUT = re.compile(r"node/\S+ (already )?(un)?cordoned|node/\S+ drained|evicting pod \S+|pod/\S+ (evicted|deleted)")
"""What goes to stdout; all else that a drain prints is complaint."""
UNMANAGED = (
    "cannot delete Pods that declare no controller (use --force to override)",
    "deleting Pods that declare no controller",
)
"""(error, warning)"""

Found = tuple[list[Pod], list[str], list[str]]
"""Pods to evict, warnings, errors."""


def start(store: Store, draining: Draining) -> list[str]:
    """Take up the first node, not asking for any eviction yet. Returns what is printed at once: all, if there is nothing to evict."""
    lines, left = _begin(store, draining)
    while left is not None and not left.pods:
        more, left = _next_node(store, left)
        lines += more
    if left is not None:
        store.set_drain(max(store.drains, default=0) + 1, left)
    return lines


def step(store: Store, number: int) -> Millis | None:
    """Do what is due in one drain and print it. Returns in how many ms to look again; None if only a pod's end can bring it on."""
    draining = store.drains.get(number)
    while draining is not None:
        draining, lines = _proceed(store, draining)
        for line in lines:
            store.say(number, line)
        if draining.pods:
            store.set_drain(number, draining)
            return _wait(store, draining)
        lines, draining = _next_node(store, draining)
        for line in lines:
            store.say(number, line)
    if number in store.drains:
        store.set_drain(number, None)
    return None


def pods_to_drain(store: Store, node: str, draining: Draining) -> Found:
    """The node's pods by name, sorted into those to evict and those that stand in the way (GetPodsForDeletion)."""
    selector = selectors.parse(draining.pod_selector)
    there = sorted(store.on_node.get(node, {}).values(), key=lambda pod: (pod.metadata.namespace, pod.metadata.name))
    going: list[Pod] = []
    warned: dict[str, list[str]] = {}
    failed: dict[str, list[str]] = {}
    for pod in there:
        if not selector.matches(pod.metadata.labels):
            continue
        error, warning = _objection(pod, draining)
        where = f"{pod.metadata.namespace}/{pod.metadata.name}"
        if error:
            failed.setdefault(error, []).append(where)
            continue
        if warning:
            warned.setdefault(warning, []).append(where)
        going.append(pod)
    errors = [f"cannot delete {said}: {', '.join(who)}" for said, who in failed.items()]
    return going, [f"{said}: {', '.join(who)}" for said, who in warned.items()], errors


def evicting(pod: Pod | Leaving) -> str:
    where = pod.metadata if isinstance(pod, Pod) else pod
    return f"evicting pod {where.namespace}/{where.name}"


def _objection(pod: Pod, draining: Draining) -> tuple[str, str]:
    """(error, warning) of the last filter that has one."""
    if is_finished(pod):
        return "", ""
    local = any("emptyDir" in volume for volume in pod.spec.volumes)
    if local and not draining.delete_emptydir_data:
        return LOCAL_STORAGE[0], ""
    if controller_of(pod) is None:
        return ("", UNMANAGED[1]) if draining.force else (UNMANAGED[0], "")
    return "", LOCAL_STORAGE[1] if local else ""


# ------------------------------------------------------------------------------------------------------- node after node


def _begin(store: Store, draining: Draining) -> tuple[list[str], Draining]:
    """List the pods of the node whose turn it is."""
    pods, warnings, errors = pods_to_drain(store, draining.nodes[0], draining)
    if errors:
        return [], replace(draining, pods=(), errors=tuple(errors))
    lines = [f"Warning: {'; '.join(warnings)}"] if warnings else []
    leaving = tuple(Leaving(pod.metadata.namespace, pod.metadata.name, pod.metadata.uid) for pod in pods)
    announced = [] if draining.disable_eviction else map(evicting, pods)
    return [*lines, *announced], replace(draining, pods=leaving, errors=(), next_try=store.now, tried=False)


def _next_node(store: Store, draining: Draining) -> tuple[list[str], Draining | None]:
    """Close the account of a node that has no more pods to wait for, and go on to the next, if there is one."""
    node, *rest = draining.nodes
    if draining.errors:
        error = _aggregate(draining.errors)
        lines = [f"error: unable to drain node {go_quote(node)} due to error: {error}, continuing command..."]
        draining = replace(draining, failed=(*draining.failed, (node, error)))
    else:
        lines = [f"node/{node} drained"]
    if rest:
        more, draining = _begin(store, replace(draining, nodes=tuple(rest)))
        return [*lines, *more], draining
    if draining.failed:
        lines += ["There are pending nodes to be drained:", *(f" {name}" for name, _ in draining.failed)]
        lines += [error for _, error in draining.failed]
    return lines, None


# --------------------------------------------------------------------------------------------------------- pod after pod


def _proceed(store: Store, draining: Draining) -> tuple[Draining, list[str]]:
    """Everything that is due now with the pods of the current node."""
    lines: list[str] = []
    if draining.deadline is not None and store.now >= draining.deadline:
        return _give_up(store, draining)
    if any(pod.evicted_at is None for pod in draining.pods) and store.now >= draining.next_try:
        draining = _try_all(store, draining, lines)
    left = []
    for pod in draining.pods:
        if pod.evicted_at is not None and _is_gone(store, pod) and not (store.now - pod.evicted_at) % POLL_MS:
            lines.append(f"pod/{pod.name} {'deleted' if draining.disable_eviction else 'evicted'}")
        else:
            left.append(pod)
    return replace(draining, pods=tuple(left)), lines


def _try_all(store: Store, draining: Draining, lines: list[str]) -> Draining:
    """Ask for every eviction that is still to be had."""
    if draining.tried and not draining.disable_eviction:
        lines += [evicting(pod) for pod in draining.pods if pod.evicted_at is None]
    pods, errors = [], list(draining.errors)
    for pod in draining.pods:
        if pod.evicted_at is None and _is_gone(store, pod):
            continue
        if pod.evicted_at is None:
            try:
                _take(store, pod, draining)
                pod = replace(pod, evicted_at=store.now)
            except StatusError as refused:
                said = f"error when evicting pods/{go_quote(pod.name)} -n {go_quote(pod.namespace)}"
                if refused.code != 429:
                    errors.append(f"{said}: {refused.message}")
                    continue
                lines.append(f"{said} (will retry after 5s): {refused.message}")
        pods.append(pod)
    return replace(draining, pods=tuple(pods), errors=tuple(errors), next_try=store.now + RETRY_MS, tried=True)


def _take(store: Store, pod: Leaving, draining: Draining) -> None:
    """Raises the eviction's refusal."""
    if draining.disable_eviction:
        store.delete("Pod", pod.name, pod.namespace, draining.grace_period_seconds)
    else:
        evict(store, store.get("Pod", pod.name, pod.namespace), draining.grace_period_seconds)


def _give_up(store: Store, draining: Draining) -> tuple[Draining, list[str]]:
    """--timeout has passed: whatever is not gone is an error."""
    errors = list(draining.errors)
    for pod in draining.pods:
        if not _is_gone(store, pod):
            said = f"global timeout reached: {draining.timeout}"
            name, namespace = go_quote(pod.name), go_quote(pod.namespace)
            if pod.evicted_at is None:
                errors.append(f"error when evicting pods/{name} -n {namespace}: {said}")
            else:
                errors.append(f"error when waiting for pod {name} in namespace {namespace} to terminate: {said}")
    node = draining.nodes[0]
    pending, _, _ = pods_to_drain(store, node, draining)
    lines = []
    if errors and pending:
        lines = [f"There are pending pods in node {go_quote(node)} when an error occurred: {_aggregate(tuple(errors))}"]
        lines += [f"pod/{pod.metadata.name}" for pod in pending]
    return replace(draining, pods=(), errors=tuple(errors)), lines


def _wait(store: Store, draining: Draining) -> Millis | None:
    due = [draining.deadline] if draining.deadline is not None else []
    if any(pod.evicted_at is None for pod in draining.pods):
        due.append(draining.next_try)
    for pod in draining.pods:
        if pod.evicted_at is not None and _is_gone(store, pod):
            due.append(store.now + (pod.evicted_at - store.now) % POLL_MS)
    return min(due) - store.now if due else None


def _is_gone(store: Store, pod: Leaving) -> bool:
    there = store.get("Pod", pod.name, pod.namespace)
    return there is None or there.metadata.uid != pod.uid


def _aggregate(errors: tuple[str, ...]) -> str:
    """utilerrors.Aggregate: one as it is, several in brackets, each once."""
    unique = list(dict.fromkeys(errors))
    return unique[0] if len(unique) == 1 else f"[{', '.join(unique)}]"
