"""Moves each pod along: pull, start, probe, crash, restart, stop. Reads stages.py; writes only pod status and events.

Models pkg/kubelet/{kubelet_pods,prober,images,kuberuntime,status} (v1.36). One pending step per container; what a container did before
(back-offs, streaks of probe results) is kept here, as data, beside the engine's queue.
"""

import re
from collections.abc import Callable

from msgspec.structs import replace

from simulation import stages
from simulation.engine import Engine, Millis
from simulation.nodes import host_ip
from simulation.objects import (
    Container,
    ContainerState,
    ContainerStateRunning,
    ContainerStateTerminated,
    ContainerStateWaiting,
    ContainerStatus,
    Exec,
    Pod,
    PodStatus,
    Probe,
    Record,
    Time,
)
from simulation.pods import is_finished, is_sidecar
from simulation.podstatus import pod_status
from simulation.stages import Image, Images
from simulation.store import Store

COMPONENT = "kubelet"
RANK = 3
SIGKILL = 137
SHORTEST_GRACE: Millis = 2000
"""What is left to a container between SIGTERM and SIGKILL at least, however long its preStop hook took (kuberuntime_container.go)."""

SLEEP = re.compile(r"(?:(?:/bin/)?(?:ba)?sh -c )?(?:/(?:usr/)?bin/)?sleep (?P<seconds>\d{1,6}(?:\.\d{1,3})?)s?", re.ASCII)

StepKey = tuple[str, str, str, str, int, int]
"""(step, namespace, name, uid, container, restart count when it was planned)"""


class Past(Record):
    """What the kubelet remembers of one container."""

    pull_backoff: Millis = 0
    crash_backoff: Millis = 0
    backed_off_at: Millis = 0
    restart_at: Millis = 0
    started_at: Millis = 0
    ready_at: Millis = 0
    """From when on the container would answer a probe."""
    phase_shift: Millis = 0
    """Where in its ups and downs a flaky container began."""
    streak: int = 0
    """Equal probe results in a row: above 0 successes, below 0 failures."""
    probed_at: Millis = 0
    """When the next probe is due; 0 when asking again could change nothing."""
    stopping: bool = False
    """SIGTERM has come: what runs finishes what it has begun, and listens no more."""
    changes: int = 0
    """How often its image was changed; what was planned for an earlier one is not done any more."""
    ends_at: Millis = 0
    """When what runs will have ended because its image was changed, 0 if it goes on."""
    ended: ContainerStateTerminated | None = None
    """How it ended, until the API is told: with what follows it, since one sync of the kubelet does both."""


class Kubelet:
    """All nodes' kubelets: they share nothing but this table."""

    __slots__ = ("engine", "images", "parked", "past", "present", "store")

    def __init__(self, engine: Engine, store: Store, images: Images) -> None:
        self.engine, self.store, self.images = engine, store, images
        self.past: dict[tuple[str, int], Past] = {}
        self.present: dict[tuple[str, str], bool] = {}
        """(node, image) pairs that were pulled before."""
        self.parked: dict[str, tuple[StepKey, ...]] = {}
        """What came due on a node while it was cut off, in order."""

    def copy(self, engine: Engine, store: Store) -> "Kubelet":
        twin = Kubelet(engine, store, self.images)
        twin.past, twin.present, twin.parked = self.past.copy(), self.present.copy(), self.parked.copy()
        return twin

    # --- from the watch

    def bound(self, pod: Pod) -> None:
        """A pod was assigned to a node."""
        self._later("admit", pod)

    def deleted(self, pod: Pod) -> None:
        """A pod on a node got its deletionTimestamp."""
        self._later("stop", pod)

    def forgotten(self, pod: Pod) -> None:
        """A pod is gone from the API."""
        for index in range(-len(pod.spec.init_containers), len(pod.spec.containers)):
            self.past.pop((pod.metadata.uid, index), None)
            self.store.unwell.pop((pod.metadata.uid, index), None)

    def changed(self, pod: Pod, old: Pod) -> None:
        """The spec of a pod on a node was changed: of what may change in it, the images of regular containers concern the kubelet."""
        for index, (new, was) in enumerate(zip(pod.spec.containers, old.spec.containers, strict=True)):
            if new.image != was.image and pod.status.container_statuses:
                past = self._past(pod, index)
                self.past[pod.metadata.uid, index] = replace(past, changes=past.changes + 1, pull_backoff=0, crash_backoff=0)
                self._later("change", pod, index)

    def exec(self, done: Exec) -> None:
        """Somebody's hand was inside a container that runs."""
        pod = self.store.get("Pod", done.name, done.namespace)
        if pod is None or pod.metadata.uid != done.uid:
            return
        if done.did == "kill":
            self._later("term", pod, done.container, restarts=_status(pod, done.container).restart_count)
        elif done.did == "rm":
            self._ask_again(pod, done.container)

    def resume(self, node: str) -> None:
        """A node is reached again: what came due meanwhile happens now."""
        wait = stages.delay(self.engine, "resume")
        for key in self.parked.pop(node, ()):
            self.engine.at(self.engine.now + wait, RANK, "kubelet", key)

    def step(self, key: StepKey) -> None:
        """Do what was due, or if the node is cut off, once it is back."""
        step, namespace, name, uid, index, restarts = key
        store = self.store
        pod = store.get("Pod", name, namespace)
        if pod is None or pod.metadata.uid != uid:
            return
        machine = store.machines.get(pod.spec.node_name)
        if machine is not None and machine.off_since is not None:
            self.parked[machine.name] = (*self.parked.get(machine.name, ()), key)
            return
        if (pod.metadata.deletion_timestamp is not None) != (step in LAST_STEPS) or (step != "remove" and is_finished(pod)):
            return
        if step in OF_ONE_START and _status(pod, index).restart_count != restarts:
            return
        if step in OF_ONE_IMAGE and self._past(pod, index).changes != restarts:
            return
        STEPS[step](self, pod, index)

    # --- the steps

    def _admit(self, pod: Pod, _: int) -> None:
        spec = pod.spec
        waiting = "PodInitializing" if spec.init_containers else "ContainerCreating"
        status = replace(
            pod.status,
            host_ip=host_ip(spec.node_name),
            start_time=self.store.seconds,
            init_container_statuses=tuple(_not_yet(container, waiting) for container in spec.init_containers),
            container_statuses=tuple(_not_yet(container, waiting) for container in spec.containers),
        )
        self._write(pod, status)
        self._begin_after(pod, 0)

    def _begin_after(self, pod: Pod, index: int) -> None:
        """Init containers one after the other, from -1 down, then all the others at once."""
        if -index < len(pod.spec.init_containers):
            self._later("pull", pod, index - 1)
            return
        for regular in range(len(pod.spec.containers)):
            self._later("pull", pod, regular)

    def _pull(self, pod: Pod, index: int) -> None:
        container = _container(pod, index)
        cached = (pod.spec.node_name, container.image) in self.present
        if cached and container.image_pull_policy != "Always":
            message = f'Container image "{container.image}" already present on machine and can be accessed by the pod'
            self._say(pod, index, "Normal", "Pulled", message)
            self._later("start", pod, index)
            return
        self._say(pod, index, "Normal", "Pulling", f'Pulling image "{container.image}"')
        self._later("pulled", pod, index, 400 if cached else None)

    def _pulled(self, pod: Pod, index: int) -> None:
        container, image = _container(pod, index), self._image(pod, index)
        if image.behaviour == "missing":
            self._pull_failed(pod, index)
            return
        self.present[pod.spec.node_name, container.image] = True
        took = f"{image.pull_seconds:.3g}s"
        message = (
            f'Successfully pulled image "{container.image}" in {took} ({took} including waiting). Image size: {image.size_bytes} bytes.'
        )
        self._say(pod, index, "Normal", "Pulled", message)
        self._later("start", pod, index)

    def _pull_failed(self, pod: Pod, index: int) -> None:
        error = pull_error(_container(pod, index).image)
        self._say(pod, index, "Warning", "Failed", f'Failed to pull image "{_container(pod, index).image}": {error}')
        self._say(pod, index, "Warning", "Failed", "Error: ErrImagePull")
        past = self._past(pod, index)
        backoff = stages.next_backoff(past.pull_backoff, stages.PULL_BACKOFF_MS)
        self.past[pod.metadata.uid, index] = replace(past, pull_backoff=backoff, backed_off_at=self.store.now)
        self._wait(pod, index, "ErrImagePull", error)
        self._later("backoff", pod, index)

    def _backoff(self, pod: Pod, index: int) -> None:
        image, past = _container(pod, index).image, self._past(pod, index)
        self._say(pod, index, "Normal", "BackOff", f'Back-off pulling image "{image}"')
        self._say(pod, index, "Warning", "Failed", "Error: ImagePullBackOff")
        message = f'Back-off pulling image "{image}": ErrImagePull: {pull_error(image)}'
        self._wait(pod, index, "ImagePullBackOff", message)
        self._later("pull", pod, index, past.backed_off_at + past.pull_backoff - self.store.now)

    def _start(self, pod: Pod, index: int) -> None:
        container, image = _container(pod, index), self._image(pod, index)
        old = _status(pod, index)
        ended = self._past(pod, index).ended or old.state.terminated
        ended = ended or (old.last_state.terminated if old.state.waiting is not None else None)
        self._say(pod, index, "Normal", "Created", "Container created")
        self._say(pod, index, "Normal", "Started", "Container started")
        shift = self.engine.between(0, int(image.flaky_up_seconds * 1000) or 1) if image.behaviour == "flaky" else 0
        now = self.store.now
        past = replace(
            self._past(pod, index),
            started_at=now,
            ready_at=now + stages.takes(self.engine, image, "ready_after_seconds"),
            streak=0,
            phase_shift=shift,
            probed_at=now + container.readiness_probe.initial_delay_seconds * 1000 if container.readiness_probe is not None else 0,
            stopping=False,
            ends_at=0,
            ended=None,
        )
        self.store.unwell.pop((pod.metadata.uid, index), None)
        self.past[pod.metadata.uid, index] = past
        runs_once = index < 0 and not is_sidecar(container)
        ready = container.readiness_probe is None and not runs_once
        restarts = old.restart_count + (1 if ended is not None else 0)
        new = replace(
            old,
            state=ContainerState(running=ContainerStateRunning(self.store.seconds)),
            last_state=ContainerState(terminated=ended) if ended is not None else old.last_state,
            ready=ready,
            restart_count=restarts,
            image=container.image,
            image_id=f"sha256:{abs_hash(container.image):016x}",
            container_id=f"containerd://{self.store.engine.random.getrandbits(64):016x}",
            started=True,
        )
        status = _with(pod.status, index, new)
        if not status.pod_ip:
            status = replace(status, pod_ip=self.store.new_ip())
        self._write(pod, status)
        if image.behaviour == "crash":
            self._later("crash", pod, index, restarts=restarts)
        elif runs_once:
            self._later("finish", pod, index, restarts=restarts)
        if index < 0 and not runs_once and not restarts:
            self._begin_after(pod, index)
        if container.readiness_probe is not None:
            self._later("probe", pod, index, past.probed_at - now, restarts)

    def _probe(self, pod: Pod, index: int) -> None:
        """One readiness probe; results count only in a row of the thresholds (pkg/kubelet/prober/worker.go)."""
        probe, old = _container(pod, index).readiness_probe, _status(pod, index)
        if probe is None or old.state.running is None:
            return
        past, image = self._past(pod, index), self._image(pod, index)
        unwell = (pod.metadata.uid, index) in self.store.unwell
        healthy = not unwell and not past.stopping and is_healthy(image, past, self.store.now)
        streak = max(past.streak, 0) + 1 if healthy else min(past.streak, 0) - 1
        if not healthy:
            self._say(pod, index, "Warning", "Unhealthy", f"Readiness probe failed: {probe_output(probe, pod, unwell, past.stopping)}")
        ready = old.ready
        if healthy and streak >= (probe.success_threshold or 1):
            ready = True
        elif not healthy and -streak >= (probe.failure_threshold or 3):
            ready = False
        # a healthy container would only repeat its answer; asking again could change nothing that anyone sees
        again = 0 if healthy and ready and image.behaviour in STEADY else self.store.now + (probe.period_seconds or 10) * 1000
        self.past[pod.metadata.uid, index] = replace(past, streak=streak, probed_at=again)
        if ready != old.ready:
            self._write(pod, _with(pod.status, index, replace(old, ready=ready)))
        if again:
            self._later("probe", pod, index, again - self.store.now, old.restart_count)

    def _ask_again(self, pod: Pod, index: int) -> None:
        """Take the probes that nobody needed any more up again, in step with those before."""
        probe, past = _container(pod, index).readiness_probe, self._past(pod, index)
        status, now = _status(pod, index), self.store.now
        if probe is None or past.probed_at >= now:
            return
        first, period = past.started_at + probe.initial_delay_seconds * 1000, (probe.period_seconds or 10) * 1000
        due = first + ((now - first) // period + 1) * period
        self.past[pod.metadata.uid, index] = replace(past, probed_at=due)
        self._later("probe", pod, index, due - now, status.restart_count)

    def _finish(self, pod: Pod, index: int) -> None:
        """An init container has done its work."""
        old = _status(pod, index)
        if old.state.running is None:
            return
        done = replace(_ended(old, self.store.seconds), ready=True)
        self._write(pod, _with(pod.status, index, done))
        self._begin_after(pod, index)

    def _crash(self, pod: Pod, index: int) -> None:
        self._exit(pod, index, 1)

    def _term(self, pod: Pod, index: int) -> None:
        """Process 1 has done what SIGTERM asks of it, as at the end of its pod; the kubelet did not ask for it, and starts it again."""
        self._exit(pod, index, 0)

    def _exit(self, pod: Pod, index: int, code: int) -> None:
        old, past = _status(pod, index), self._past(pod, index)
        if old.state.running is None or past.stopping:
            return
        now = self.store.now
        ended = ContainerStateTerminated(
            code,
            reason="Error" if code else "Completed",
            started_at=old.state.running.started_at,
            finished_at=self.store.seconds,
            container_id=old.container_id,
        )
        status = _with(pod.status, index, replace(old, state=ContainerState(terminated=ended), ready=False, started=False))
        policy = _container(pod, index).restart_policy or pod.spec.restart_policy
        if policy == "Never" or (policy == "OnFailure" and not code):
            self._write(pod, _without_sidecars(status, index, self.store.seconds))
            return
        self._write(pod, status)
        if past.crash_backoff and now - past.backed_off_at > stages.CRASH_FORGIVEN_MS:
            past = replace(past, crash_backoff=0)
        wait = past.crash_backoff
        # the first restart is immediate and only then leaves an entry; each later one waits for what the entry says
        entry = stages.next_backoff(wait, stages.CRASH_BACKOFF_MS)
        past = replace(past, crash_backoff=entry, backed_off_at=now, restart_at=now + wait)
        self.past[pod.metadata.uid, index] = past
        self._later("restart", pod, index, None if wait else 0)

    def _restart(self, pod: Pod, index: int) -> None:
        """Start again, or say CrashLoopBackOff until it is time."""
        old, past = _status(pod, index), self._past(pod, index)
        ended = old.state.terminated
        if ended is None:
            self._start(pod, index)
            return
        if self.store.now >= past.restart_at:
            self._say(pod, index, "Normal", "Pulled", self._present_message(pod, index))
            self._start(pod, index)
            return
        name, uid = _container(pod, index).name, pod.metadata.uid
        where = f"{pod.metadata.name}_{pod.metadata.namespace}({uid})"
        self._say(pod, index, "Warning", "BackOff", f"Back-off restarting failed container {name} in pod {where}")
        waiting = ContainerStateWaiting(
            "CrashLoopBackOff", f"back-off {_short(past.restart_at - past.backed_off_at)} restarting failed container={name} pod={where}"
        )
        new = replace(old, state=ContainerState(waiting=waiting), last_state=ContainerState(terminated=ended))
        self._write(pod, _with(pod.status, index, new))
        self._later("restart", pod, index, past.restart_at - self.store.now)

    def _change(self, pod: Pod, index: int) -> None:
        """Another image: what runs is killed and started anew, whatever the policy; what waits goes on at once (computePodActions)."""
        old, past = _status(pod, index), self._past(pod, index)
        if old.state.waiting is not None and old.state.waiting.reason == "PodInitializing":
            return
        if old.state.waiting is not None or past.ended is not None:
            self._pull(pod, index)
            return
        if old.state.terminated is not None:
            if (_container(pod, index).restart_policy or pod.spec.restart_policy) == "Always":
                self._pull(pod, index)
            return
        if not past.ends_at:
            self._say(pod, index, "Normal", "Killing", f"Container {old.name} definition changed, will be restarted")
            grace = (pod.spec.termination_grace_period_seconds or 0) * 1000
            hook, ends = self._ends(pod, index, grace, self.images.lookup(old.image))
            self.past[pod.metadata.uid, index] = replace(past, ends_at=self.store.now + ends)
            self._later("told", pod, index, hook, old.restart_count)
        self._later("changed", pod, index, self._past(pod, index).ends_at - self.store.now)

    def _told(self, pod: Pod, index: int) -> None:
        self._sigterm(pod, index)
        self._ask_again(pod, index)

    def _changed(self, pod: Pod, index: int) -> None:
        """The container of the former image has ended, and the next one begins."""
        old, past = _status(pod, index), self._past(pod, index)
        ended = _ended(old, self.store.seconds).state.terminated
        self.past[pod.metadata.uid, index] = replace(past, ended=ended, stopping=True)
        self._pull(pod, index)

    def _ends(self, pod: Pod, index: int, grace: Millis, image: Image) -> tuple[Millis, Millis]:
        """(how long until SIGTERM, until the end) of a container that is to go."""
        hook = min(pre_stop(_container(pod, index)), grace)
        return hook, hook + min(stages.delay(self.engine, "stopped", image), max(grace - hook, SHORTEST_GRACE))

    def _stop(self, pod: Pod, _: int) -> None:
        grace = (pod.metadata.deletion_grace_period_seconds or 0) * 1000
        longest = 0
        sidecars = range(-len(pod.status.init_container_statuses), 0)
        for index in (*range(len(pod.status.container_statuses)), *sidecars):
            if _status(pod, index).state.running is not None:
                self._say(pod, index, "Normal", "Killing", f"Stopping container {_container(pod, index).name}")
                hook, ends = self._ends(pod, index, grace, self._image(pod, index))
                if hook:
                    self._later("sigterm", pod, index, hook)
                else:
                    self._sigterm(pod, index)
                longest = max(longest, ends)
        self._later("stopped", pod, 0, longest)

    def _sigterm(self, pod: Pod, index: int) -> None:
        """A container is told to stop: at once, or when its preStop hook has ended."""
        self.past[pod.metadata.uid, index] = replace(self._past(pod, index), stopping=True)

    def _stopped(self, pod: Pod, _: int) -> None:
        """Every container has ended: the phase is final, and the object may go."""
        now, old = self.store.seconds, pod.status
        if old.container_statuses:
            initial = tuple(_ended(status, now) for status in old.init_container_statuses)
            regular = tuple(_ended(status, now) for status in old.container_statuses)
            self._write(pod, replace(old, init_container_statuses=initial, container_statuses=regular), terminal=True)
        self._later("remove", pod)

    def _remove(self, pod: Pod, _: int) -> None:
        self.store.delete("Pod", pod.metadata.name, pod.metadata.namespace, grace_period_seconds=0)

    # --- what they share

    def _later(self, step: str, pod: Pod, index: int = 0, wait: Millis | None = None, restarts: int = 0) -> None:
        """Plan a step; without `wait` the table of stages says when."""
        engine, meta = self.engine, pod.metadata
        if wait is None:
            image = self._image(pod, index) if stages.STAGES[step].image else None
            wait = stages.delay(engine, step, image)
        if step in OF_ONE_IMAGE:
            restarts = self._past(pod, index).changes
        engine.at(engine.now + max(wait, 0), RANK, "kubelet", (step, meta.namespace, meta.name, meta.uid, index, restarts))

    def _image(self, pod: Pod, index: int) -> Image:
        return self.images.lookup(_container(pod, index).image)

    def _past(self, pod: Pod, index: int) -> Past:
        return self.past.get((pod.metadata.uid, index), NEW)

    def _present_message(self, pod: Pod, index: int) -> str:
        return f'Container image "{_container(pod, index).image}" already present on machine and can be accessed by the pod'

    def _say(self, pod: Pod, index: int, type: str, reason: str, message: str) -> None:
        path = f"spec.{'containers' if index >= 0 else 'initContainers'}{{{_container(pod, index).name}}}"
        self.store.event(pod, type, reason, message, COMPONENT, pod.spec.node_name, path)

    def _wait(self, pod: Pod, index: int, reason: str, message: str) -> None:
        state, old, past = ContainerState(waiting=ContainerStateWaiting(reason, message)), _status(pod, index), self._past(pod, index)
        if past.ended is not None:
            old = replace(old, last_state=ContainerState(terminated=past.ended), ready=False, started=False)
            self.past[pod.metadata.uid, index] = replace(past, stopping=False, ends_at=0, ended=None)
        self._write(pod, _with(pod.status, index, replace(old, state=state)))

    def _write(self, pod: Pod, status: PodStatus, terminal: bool = False) -> None:
        """Post what the containers do now, and what follows from it."""
        self.store.put_status(pod, pod_status(pod.spec, status, self.store.seconds, terminal))


NEW = Past()

STEPS: dict[str, Callable[[Kubelet, Pod, int], None]] = {
    step: getattr(Kubelet, f"_{step}")
    for step in (
        "admit",
        "pull",
        "pulled",
        "backoff",
        "start",
        "probe",
        "finish",
        "crash",
        "term",
        "restart",
        "change",
        "told",
        "changed",
        "stop",
        "sigterm",
        "stopped",
        "remove",
    )
}
LAST_STEPS = ("stop", "sigterm", "stopped", "remove")
"""What is done to a pod that is being deleted, and only then."""
OF_ONE_START = ("probe", "crash", "term", "finish", "told")
"""What belongs to the container as it was started when this was planned."""
OF_ONE_IMAGE = ("pull", "pulled", "backoff", "start", "restart", "change", "changed")
"""What belongs to the container's image as it was then."""


# -------------------------------------------------------------------------------------------------------- without store


STEADY = ("good", "slow", "crash")
"""Behaviours of a container that, once it is ready, gives every probe the same answer."""
HEALTHY = "/tmp/healthy"
"""The file by which the programs in these containers say that they are well."""


def is_healthy(image: Image, past: Past, now: Millis) -> bool:
    """What the container would answer a readiness probe now."""
    up = now - past.started_at
    if image.behaviour == "never-ready" or now < past.ready_at:
        return False
    if image.behaviour == "flaky":
        cycle = int((image.flaky_up_seconds + image.flaky_down_seconds) * 1000)
        return (up + past.phase_shift) % cycle < image.flaky_up_seconds * 1000
    return True


def pre_stop(container: Container) -> Millis:
    """How long the preStop hook takes: a sleep, by the API's own action or by the command of that name. Others take no time."""
    hook = (container.lifecycle or {}).get("preStop") or {}
    if "sleep" in hook:
        return int(hook["sleep"].get("seconds") or 0) * 1000
    command = (hook.get("exec") or {}).get("command") or ()
    found = SLEEP.fullmatch(" ".join(map(str, command)).strip())
    return int(float(found["seconds"]) * 1000) if found is not None else 0


def probe_output(probe: Probe, pod: Pod, unwell: bool = False, down: bool = False) -> str:
    """What the prober reports of a container that answers, but not well: not yet, or no more since its file is gone; or not at all."""
    if down and probe.http_get is not None:
        get = probe.http_get
        address = f"{pod.status.pod_ip}:{_probed_port(pod, get.get('port', 80))}"
        url = f"{get.get('scheme', 'HTTP').lower()}://{address}{get.get('path', '/')}"
        return f'Get "{url}": dial tcp {address}: connect: connection refused'
    if probe.http_get is not None:
        return "HTTP probe failed with statuscode: 503"
    if probe.tcp_socket is not None:
        address = f"{pod.status.pod_ip}:{probe.tcp_socket.get('port', 80)}"
        return f"dial tcp {address}: connect: connection refused"
    if unwell and probe.exec is not None and HEALTHY in probe.exec.get("command", ()):
        return f"cat: can't open '{HEALTHY}': No such file or directory"
    return ""


def _probed_port(pod: Pod, port: int | str) -> int | str:
    """A port by its number; one may be named."""
    named = (p for c in pod.spec.containers for p in c.ports if p.get("name") == port)
    return next((p["containerPort"] for p in named), port)


def pull_error(image: str) -> str:
    """containerd's words for an image that its registry does not have."""
    repository, tag = stages.split(image)
    if "/" not in repository:
        repository = f"library/{repository}"
    if "." not in repository.partition("/")[0]:
        repository = f"docker.io/{repository}"
    reference = f"{repository}:{tag}"
    return (
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{reference}": '
        f'failed to resolve reference "{reference}": {reference}: not found'
    )


def abs_hash(text: str) -> int:
    """A number for a text that is the same everywhere, unlike hash()."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def _container(pod: Pod, index: int) -> Container:
    """A container by number: the regular ones from 0 up, the init containers from -1 down."""
    return pod.spec.containers[index] if index >= 0 else pod.spec.init_containers[-1 - index]


def _status(pod: Pod, index: int) -> ContainerStatus:
    return pod.status.container_statuses[index] if index >= 0 else pod.status.init_container_statuses[-1 - index]


def _with(status: PodStatus, index: int, new: ContainerStatus) -> PodStatus:
    """The status with that of one container replaced."""
    if index >= 0:
        others = status.container_statuses
        return replace(status, container_statuses=(*others[:index], new, *others[index + 1 :]))
    others, at = status.init_container_statuses, -1 - index
    return replace(status, init_container_statuses=(*others[:at], new, *others[at + 1 :]))


def _not_yet(container: Container, reason: str) -> ContainerStatus:
    """The status of a container that nothing has been done for."""
    return ContainerStatus(
        name=container.name,
        state=ContainerState(waiting=ContainerStateWaiting(reason)),
        ready=False,
        restart_count=0,
        image=container.image,
        image_id="",
        started=False,
    )


def _without_sidecars(status: PodStatus, index: int, now: Time) -> PodStatus:
    """Container `index` has ended for good; if it was an init container or the last regular one, the sidecars end with it."""
    if index >= 0 and not all(each.state.terminated is not None for each in status.container_statuses):
        return status
    initial = status.init_container_statuses
    stopped = tuple(_ended(each, now) if each.state.running is not None else each for each in initial)
    return replace(status, init_container_statuses=stopped)


def _ended(status: ContainerStatus, now: Time) -> ContainerStatus:
    running = status.state.running
    if running is not None:
        ended = ContainerStateTerminated(
            0, reason="Completed", started_at=running.started_at, finished_at=now, container_id=status.container_id
        )
    elif status.state.terminated is not None:
        ended = status.state.terminated
    else:
        ended = ContainerStateTerminated(
            SIGKILL, reason="ContainerStatusUnknown", message="The container could not be located when the pod was terminated"
        )
    return replace(status, state=ContainerState(terminated=ended), ready=False, started=False)


def _short(wait: Millis) -> str:
    """Go's time.Duration of whole seconds: 10s, 1m20s."""
    minutes, seconds = divmod(wait // 1000, 60)
    return f"{minutes}m{seconds}s" if minutes else f"{seconds}s"
