"""Nodes: the plug, cordon, drain, taints. Models staging/src/k8s.io/kubectl/pkg/cmd/drain and taint (v1.36)."""

import shlex
from typing import Any, ClassVar

from msgspec.structs import replace

from simulation import drain
from simulation.act import Act, Said
from simulation.api import selectors
from simulation.api.errors import UsageError, go_quote, not_found
from simulation.api.writes import Writes
from simulation.commands.picking import Picking
from simulation.commands.wording import NOTHING_FOUND, ref_of, text_of
from simulation.objects import Draining, Taint


class CutNode(Act, frozen=True, tag="cut-node"):
    """A node stops answering: it is unplugged from the network at the moment of a heartbeat. No kubectl verb does this."""

    node: str

    def act(self, writes: Writes) -> Said:
        machine = _machine(writes, self.node)
        if machine.off_since is not None:
            raise UsageError(f"{self.node} is off already", prefix="")
        writes.set_machine(replace(machine, off_since=writes.store.now))
        return f"node/{self.node} power off"

    def kubectl(self) -> str:
        return f"# {self.node}: power off"


class RestoreNode(Act, frozen=True, tag="restore-node"):
    """A node answers again, its containers never having stopped. One whose Node object was deleted registers anew."""

    node: str

    def act(self, writes: Writes) -> Said:
        machine = _machine(writes, self.node)
        if machine.off_since is None and writes.find("Node", self.node) is not None:
            raise UsageError(f"{self.node} is on already", prefix="")
        writes.set_machine(replace(machine, off_since=None, starts=machine.starts + 1))
        return f"node/{self.node} power on"

    def kubectl(self) -> str:
        return f"# {self.node}: power on"


class Cordon(Picking, frozen=True, tag="cordon"):
    """`kubectl cordon`: no new pods here."""

    kind: ClassVar[str] = "Node"
    name: str = ""

    def each(self, writes: Writes, obj: Any) -> list[str]:
        return [_cordoned(writes, obj, True)]

    def kubectl(self) -> str:
        return shlex.join(["cordon", *_nodes_said((self.name,) if self.name else (), self.selector)])


class Uncordon(Picking, frozen=True, tag="uncordon"):
    """`kubectl uncordon`: new pods may come again; nothing moves back by itself."""

    kind: ClassVar[str] = "Node"
    name: str = ""

    def each(self, writes: Writes, obj: Any) -> list[str]:
        return [_cordoned(writes, obj, False)]

    def kubectl(self) -> str:
        return shlex.join(["uncordon", *_nodes_said((self.name,) if self.name else (), self.selector)])


class Drain(Act, frozen=True, tag="drain"):
    """`kubectl drain`: cordon, then evict all pods, as far and as fast as their budgets allow.

    What it prints at once is the answer; it runs on by itself, and what it prints later goes to `store.printed`. `timeout_ms` None waits
    for ever.
    """

    nodes: tuple[str, ...] = ()
    selector: str = ""
    force: bool = False
    delete_emptydir_data: bool = False
    ignore_daemonsets: bool = False
    grace_period_seconds: int | None = None
    timeout_ms: int | None = None
    pod_selector: str = ""
    disable_eviction: bool = False

    def act(self, writes: Writes) -> Said:
        try:
            selectors.parse(self.pod_selector)
        except selectors.ParseError:
            raise UsageError("--pod-selector=<pod_selector> must be a valid label selector") from None
        picked = [Cordon(name) for name in self.nodes] or [Cordon(selector=self.selector)]
        found = [obj for cordon in picked for obj in cordon._objects(writes)]
        if not found:
            return NOTHING_FOUND
        lines = [_cordoned(writes, obj, True) for obj in found]
        draining = Draining(
            nodes=tuple(obj.metadata.name for obj in found),
            deadline=None if self.timeout_ms is None else writes.store.now + self.timeout_ms,
            timeout=go_duration(self.timeout_ms or 0),
            grace_period_seconds=self.grace_period_seconds,
            force=self.force,
            delete_emptydir_data=self.delete_emptydir_data,
            pod_selector=self.pod_selector,
            disable_eviction=self.disable_eviction,
        )
        return lambda: text_of([*lines, *drain.start(writes.store, draining)])

    def kubectl(self) -> str:
        words = ["drain", *_nodes_said(self.nodes, self.selector)]
        flags = (
            ("--ignore-daemonsets", self.ignore_daemonsets),
            ("--delete-emptydir-data", self.delete_emptydir_data),
            ("--force", self.force),
            ("--disable-eviction", self.disable_eviction),
        )
        words += [flag for flag, said in flags if said]
        words += [f"--grace-period={self.grace_period_seconds}"] if self.grace_period_seconds is not None else []
        words += [f"--timeout={go_duration(self.timeout_ms)}"] if self.timeout_ms is not None else []
        return shlex.join([*words, *([f"--pod-selector={self.pod_selector}"] if self.pod_selector else [])])


class StopDrain(Act, frozen=True, tag="stop-drain"):
    """Ctrl-C where a `kubectl drain` of this node still runs: nobody more is evicted, it stays cordoned. No kubectl verb does this."""

    node: str

    def act(self, writes: Writes) -> Said:
        numbers = [number for number, draining in writes.store.drains.items() if self.node in draining.nodes]
        if not numbers:
            raise UsageError(f"nobody drains {self.node}", prefix="")
        for number in numbers:
            writes.then(lambda store, number=number: store.set_drain(number, None))
        return f"node/{self.node} draining stopped"

    def kubectl(self) -> str:
        return f"# {self.node}: stop draining"


class SetTaints(Picking, frozen=True, tag="taint"):
    """`kubectl taint`: add taints, and remove those named by key and, unless it is "", effect."""

    kind: ClassVar[str] = "Node"
    name: str = ""
    add: tuple[Taint, ...] = ()
    remove: tuple[Taint, ...] = ()
    overwrite: bool = False

    def each(self, writes: Writes, obj: Any) -> list[str]:
        old = obj.spec.taints
        taken = [new.key for new in self.add for have in old if _same_taint(new, have)]
        if taken and not self.overwrite:
            said = f"already has {','.join(taken)} taint(s) with same effect(s) and --overwrite is false"
            raise UsageError(f"node {obj.metadata.name} {said}")
        taints = [*self.add, *(have for have in old if not any(_same_taint(new, have) for new in self.add))]
        added, removed = len(taints) != len(old), False
        for gone in self.remove:
            left = [t for t in taints if t.key != gone.key or gone.effect not in ("", t.effect)]
            removed = len(left) != len(taints)
            if not removed:
                raise UsageError(f"taint {go_quote(_taint_said(gone))} not found")
            taints = left
        writes.update(replace(obj, spec=replace(obj.spec, taints=tuple(taints))))
        word = "modified" if (added and removed) or self.overwrite else "tainted" if added else "untainted"
        return [f"{ref_of(obj)} {word}"]

    def kubectl(self) -> str:
        words = ["taint", "nodes", *_nodes_said((self.name,) if self.name else (), self.selector), *(["--all"] if self.all else [])]
        words += [*map(_taint_said, self.add), *(f"{_taint_said(taint)}-" for taint in self.remove)]
        return shlex.join([*words, *(["--overwrite"] if self.overwrite else [])])


def _machine(writes: Writes, name: str) -> Any:
    machine = writes.store.machines.get(name)
    if machine is None:
        raise not_found("Node", name)
    return machine


def _cordoned(writes: Writes, node: Any, desired: bool) -> str:
    verb = "cordoned" if desired else "uncordoned"
    if node.spec.unschedulable == desired:
        return f"{ref_of(node)} already {verb}"
    writes.update(replace(node, spec=replace(node.spec, unschedulable=desired)))
    return f"{ref_of(node)} {verb}"


def _nodes_said(names: tuple[str, ...], selector: str) -> list[str]:
    return list(names) or (["-l", selector] if selector else [])


def _same_taint(a: Taint, b: Taint) -> bool:
    return a.key == b.key and a.effect == b.effect


def _taint_said(taint: Taint) -> str:
    """Taint.ToString."""
    text = f"{taint.key}={taint.value}" if taint.value else taint.key
    return f"{text}:{taint.effect}" if taint.effect or taint.value else text


def go_duration(ms: int) -> str:
    """Go's time.Duration: 5s, 1m30s, 1h0m0s."""
    minutes, rest = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest / 1000:g}s"
    return f"{hours}h{minutes}m{seconds}" if hours else f"{minutes}m{seconds}" if minutes else seconds
