"""One Deployment as the sentences need it: its sets, and what can be said of them with the controller's own numbers."""

from typing import NamedTuple

from rollviz.desk.sets import Group, Strip
from simulation.controllers.deployment import util
from simulation.pods import is_ready
from simulation.store import controller_of


class Scene(NamedTuple):
    """One Deployment as the sentences need it."""

    memory: object
    recording: object
    group: Group
    strips: tuple[Strip, ...]
    elsewhere: bool = False
    """Services send requests, and none to this Deployment."""

    @property
    def name(self) -> str:
        return self.group.d.metadata.name

    @property
    def want(self) -> int:
        return util.replicas_of(self.group.d)

    @property
    def available(self) -> int:
        return sum(s.available for s in self.strips)

    @property
    def total(self) -> int:
        return sum(s.v for s in self.strips)

    @property
    def target(self) -> Strip | None:
        return next((s for s in self.strips if s.target), None)

    @property
    def old(self) -> list[Strip]:
        return [s for s in self.strips if not s.target and (s.v or s.pods)]

    @property
    def answering(self) -> int:
        """Pods that a Service sends to; without a Service, the ready ones. Those whose machine is off are neither."""
        counted = sum(s.endpoints for s in self.strips) if any(s.plug for s in self.strips) else sum(s.ready for s in self.strips)
        return counted - sum(self.deaf.values())

    @property
    def deaf(self) -> dict[str, int]:
        """Node -> pods there that count as ready, though the machine is off: nobody has noticed yet."""
        store = self.recording.cluster.store
        off = {name: store.on_node.get(name, {}).values() for name, machine in store.machines.items() if machine.off_since is not None}
        sent = any(s.plug for s in self.strips)
        owners = {s.uid for s in self.strips if s.endpoints or not sent}
        return {
            name: n
            for name, there in off.items()
            if (n := sum(is_ready(pod) and (owner := controller_of(pod)) is not None and owner.uid in owners for pod in there))
        }

    @property
    def shrink_held(self):
        return self.memory.held(self.name, "", "old may shrink by")

    @property
    def growth_held(self):
        return self.memory.held(self.name, self.target.name, "new may grow by") if self.target else None

    @property
    def exceeded(self) -> bool:
        progress = util.get_condition(self.group.d.status.conditions, "Progressing")
        return progress is not None and progress.reason == "ProgressDeadlineExceeded"

    @property
    def deadline(self) -> int | None:
        """The second in which the progress deadline passes, None when no clock runs."""
        d = self.group.d
        progress = util.get_condition(d.status.conditions, "Progressing")
        if not util.has_deadline(d) or progress is None or d.spec.paused or self.complete or self.exceeded:
            return None
        if progress.reason == "NewReplicaSetAvailable":
            return None
        return (progress.last_update_time or 0) + d.spec.progress_deadline_seconds

    @property
    def complete(self) -> bool:
        t = self.target
        return t is not None and t.v == self.want and t.available == self.want and not any(s.v for s in self.old)

    @property
    def faulty(self) -> str:
        """The fault that every pod of the target which is not available has, "" if one of them may still come."""
        t = self.target
        if t is None:
            return ""
        states = {c.state for c in t.pods if c.state not in ("available", "terminating")}
        return states.pop() if len(states) == 1 and states <= {"pullerr", "crash"} else ""

    @property
    def stuck(self) -> bool:
        """A rollout that will not go on by itself as far as the controller can see."""
        if self.target is None or self.complete or self.group.d.spec.paused:
            return False
        return self.exceeded or bool(self.faulty and self.old and self.shrink_held)
