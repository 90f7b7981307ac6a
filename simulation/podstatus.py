"""What a pod's status says of it, and nothing more: phase and conditions follow from what its containers do.

Models pkg/kubelet/kubelet_pods.go (getPhase, generateAPIPodStatus) and pkg/kubelet/status/generate.go (v1.36).
"""

from collections.abc import Iterable

from msgspec.structs import replace

from simulation.objects import ContainerStatus, PodCondition, PodSpec, PodStatus, Time
from simulation.pods import is_sidecar

Said = tuple[str, str, str]
"""(status, reason, message) of a condition."""

ENDED = ("Succeeded", "Failed")
KUBELETS = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady")
"""The conditions that the kubelet writes, in its order (kubelet types.PodConditionByKubelet)."""


def pod_status(spec: PodSpec, old: PodStatus, now: Time, terminal: bool = False) -> PodStatus:
    """The status of a pod whose container statuses are new; `terminal` if none of them will ever run again."""
    statuses = (*old.init_container_statuses, *old.container_statuses)
    phase = old.phase
    if phase not in ENDED:
        phase = get_phase(spec, statuses, terminal, _any_started(old.container_statuses))
    before = {condition.type: condition for condition in old.conditions}
    started = ("True" if old.pod_ip and phase not in ENDED else "False", "", "")
    contained = containers_ready(spec, statuses, phase)
    of_containers = _condition(before, "ContainersReady", contained, now)
    of_pod = _condition(before, "Ready", ready(spec, old.conditions, contained), now)
    if not spec.readiness_gates and of_pod.last_transition_time != of_containers.last_transition_time:
        # the node controller has written to Ready; the kubelet knows only what it wrote itself
        of_pod = replace(of_containers, type="Ready")
    own = (
        _condition(before, "PodReadyToStartContainers", started, now),
        _condition(before, "Initialized", initialized(spec, statuses, phase), now),
        of_pod,
        of_containers,
    )
    others = (condition for condition in old.conditions if condition.type not in KUBELETS)
    return replace(old, phase=phase, conditions=(*own, *others))


# ----------------------------------------------------------------------------------------------------------------- phase


def get_phase(spec: PodSpec, statuses: Iterable[ContainerStatus], terminal: bool = False, has_run: bool = False) -> str:
    """Pending until every container has been started, Running while any may run (again), then Succeeded or Failed (getPhase).

    `has_run`: some regular container has been started, so that sidecars which start again do not make it Pending.
    """
    known = {status.name: status for status in statuses}
    doing = [_doing(known.get(container.name)) for container in spec.containers]
    if spec.init_containers:
        pending, failed, sidecars = _initialization(spec, known, has_run)
        if failed and spec.restart_policy == "Never":
            return "Failed"
        if pending:
            return "Pending"
        doing += sidecars
    if not doing or "waiting" in doing or "unknown" in doing:
        return "Pending"
    if "running" in doing:
        return "Running"
    failed = any(word != "succeeded" for word in doing)
    if not terminal and (spec.restart_policy in ("", "Always") or (failed and spec.restart_policy == "OnFailure")):
        return "Running"
    return "Failed" if failed else "Succeeded"


def _initialization(spec: PodSpec, known: dict[str, ContainerStatus], has_run: bool) -> tuple[bool, bool, list[str]]:
    """(something must still happen before the regular containers start, an init container failed, what the sidecars do).

    A sidecar that has ended, or waits to be started again, counts for nothing.
    """
    pending = failed = False
    sidecars = []
    for container in spec.init_containers:
        status = known.get(container.name)
        doing = _doing(status)
        if is_sidecar(container):
            if doing in ("running", "waiting", "unknown"):
                sidecars.append(doing)
                pending = pending or (not has_run and not (doing == "running" and status is not None and status.started))
        elif doing in ("running", "waiting", "unknown"):
            pending = True
        elif doing == "failed" or (doing == "restarting" and status is not None and status.last_state.terminated.exit_code):
            failed = True
    return pending, failed, sidecars


def _doing(status: ContainerStatus | None) -> str:
    """unknown · running · succeeded · failed · waiting (for the first time) · restarting."""
    if status is None:
        return "unknown"
    if status.state.running is not None:
        return "running"
    if status.state.terminated is not None:
        return "failed" if status.state.terminated.exit_code else "succeeded"
    if status.last_state.terminated is not None:
        return "restarting"
    return "waiting"


def _any_started(statuses: Iterable[ContainerStatus]) -> bool:
    return any(status.state.running is not None or status.state.terminated is not None for status in statuses)


# ------------------------------------------------------------------------------------------------------------ conditions


def containers_ready(spec: PodSpec, statuses: Iterable[ContainerStatus], phase: str) -> Said:
    """ContainersReady: all regular containers and sidecars are (GenerateContainersReadyCondition)."""
    known = {status.name: status.ready for status in statuses}
    names = [c.name for c in spec.containers]
    if spec.init_containers:
        names = [c.name for c in spec.init_containers if is_sidecar(c)] + names
    unknown = [name for name in names if name not in known]
    if phase == "Succeeded" and not unknown:
        return "False", "PodCompleted", ""
    if phase == "Failed":
        return "False", "PodFailed", ""
    unready = [name for name in names if not known.get(name, True)]
    if not unknown and not unready:
        return "True", "", ""
    message = _listed(("containers with unknown status", unknown), ("containers with unready status", unready))
    return "False", "ContainersNotReady", message


def ready(spec: PodSpec, conditions: tuple[PodCondition, ...], contained: Said) -> Said:
    """Ready: the containers are, and every readiness gate is open (GeneratePodReadyCondition)."""
    if contained[0] != "True" or not spec.readiness_gates:
        return contained
    status = {found.type: found.status for found in conditions}
    closed = []
    for gate in spec.readiness_gates:
        name = gate["conditionType"]
        if name not in status:
            closed.append(f'corresponding condition of pod readiness gate "{name}" does not exist.')
        elif status[name] != "True":
            closed.append(f'the status of pod readiness gate "{name}" is not "True", but {status[name]}')
    return ("False", "ReadinessGatesNotReady", ", ".join(closed)) if closed else contained


def initialized(spec: PodSpec, statuses: Iterable[ContainerStatus], phase: str) -> Said:
    """Initialized: the init containers have ended well, and sidecars have started (GeneratePodInitializedCondition)."""
    if not spec.init_containers:
        return "True", "PodCompleted" if phase == "Succeeded" else "", ""
    known = {status.name: status for status in statuses}
    unknown = [container.name for container in spec.init_containers if container.name not in known]
    if phase == "Succeeded" and not unknown:
        return "True", "PodCompleted", ""
    if _any_started(known[c.name] for c in spec.containers if c.name in known):
        return "True", "", ""
    incomplete = []
    for container in spec.init_containers:
        status = known.get(container.name)
        if status is not None and not (status.started if is_sidecar(container) else status.ready):
            incomplete.append(container.name)
    message = _listed(("containers with unknown status", unknown), ("containers with incomplete status", incomplete))
    return ("False", "ContainersNotInitialized", message) if message else ("True", "", "")


def _listed(*groups: tuple[str, list[str]]) -> str:
    """Lists as Go prints them: [a b]."""
    return ", ".join(f"{what}: [{' '.join(names)}]" for what, names in groups if names)


def _condition(before: dict[str, PodCondition], type: str, said: Said, now: Time) -> PodCondition:
    status, reason, message = said
    old = before.get(type)
    if old is None or old.status != status:
        return PodCondition(type, status, now, reason, message)
    if old.reason == reason and old.message == message:
        return old
    return PodCondition(type, status, old.last_transition_time, reason, message)
