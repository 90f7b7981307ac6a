"""Which nodes answer: conditions and taints of those that do not, and how fast their pods may be taken off them.

Models pkg/controller/nodelifecycle/{node_lifecycle_controller,scheduler/rate_limited_queue}.go (v1.36) at the default settings. A pass
of the monitor over nodes that did not change changes nothing, so passes are planned only after a change and at the moment a silence has
lasted long enough; they still fall on the monitor's five-second beat. Where upstream's tainting loop races with the monitor, the
monitor wins: a disruption that a pass finds stops every taint that pass asked for.
"""

from msgspec.structs import replace

from simulation.engine import Millis
from simulation.nodes import (
    NOT_READY,
    UNREACHABLE,
    UNSCHEDULABLE,
    condition,
    has_taint,
    last_heartbeat,
    ready,
    zone_of,
)
from simulation.objects import Machine, Node, NodeCondition, Pod, Record, Taint
from simulation.pods import condition as pod_condition
from simulation.pods import is_ready
from simulation.store import Key, Store

COMPONENT = "node-controller"
MONITOR_PERIOD_MS, MONITOR_PHASE_MS = 5_000, 4_600
GRACE_MS = 50_000
TAINT_PERIOD_MS, TAINT_PHASE_MS = 100, 60
EVICTION_MS, REDUCED_EVICTION_MS, NEVER = 10_000, 100_000, 0
"""Time between two nodes of a zone whose pods are evicted: 0.1 a second, 0.01 for disrupted zones of more than 50 nodes, else none."""
LARGE_ZONE = 50
MANY, UNHEALTHY_PERCENT = 2, 55

NORMAL, PARTIAL, FULL = "normal", "partial disruption", "full disruption"

CONDITION_TAINTS = {
    ("Ready", "False"): NOT_READY,
    ("Ready", "Unknown"): UNREACHABLE,
    ("MemoryPressure", "True"): "node.kubernetes.io/memory-pressure",
    ("DiskPressure", "True"): "node.kubernetes.io/disk-pressure",
    ("PIDPressure", "True"): "node.kubernetes.io/pid-pressure",
}
OWN_KEYS = (*CONDITION_TAINTS.values(), UNSCHEDULABLE)


class Zone(Record):
    """One failure domain: its state, its token bucket of size one, and the nodes whose turn it is."""

    state: str = ""
    interval: Millis = EVICTION_MS
    next_token: Millis = 0
    waiting: tuple[str, ...] = ()
    served: tuple[str, ...] = ()
    """Nodes that had their turn and have not answered since."""


class NodeLifecycle:
    """What the controller remembers between passes."""

    __slots__ = ("known", "zones")

    def __init__(self, nodes: list[Node]) -> None:
        self.known = {node.metadata.name: node for node in nodes}
        """The nodes of the last pass. Those given here are registered long since: their Events have expired."""
        self.zones: dict[str, Zone] = {}

    def copy(self) -> "NodeLifecycle":
        twin = NodeLifecycle.__new__(NodeLifecycle)
        twin.known, twin.zones = self.known.copy(), self.zones.copy()
        return twin

    # --- the monitor

    def monitor(self, store: Store) -> Millis | None:
        """One pass (monitorNodeHealth). Returns when a silence that has begun will have lasted too long, if one has."""
        nodes = store.list("Node")
        self._classify(store, nodes)
        counts: dict[str, list[int]] = {}
        for node in nodes:
            before = ready(node)
            node = self._check(store, node)
            after = ready(node)
            counts.setdefault(zone_of(node), [0, 0])[after != "True"] += 1
            self._ask_for_taint(store, node)
            if before == "True" and after != "True":
                _say(store, node, "NodeNotReady", f"Node {node.metadata.name} status is now: NodeNotReady")
                for pod in list(store.on_node.get(node.metadata.name, {}).values()):
                    mark_unready(store, pod)
        self._handle_disruption(store, counts)
        return _next_deadline(store)

    def _classify(self, store: Store, nodes: list[Node]) -> None:
        for node in nodes:
            name = node.metadata.name
            if name not in self.known:
                _say(store, node, "RegisteredNode", f"Node {name} event: Registered Node {name} in Controller")
            self.zones.setdefault(zone_of(node), Zone())
        there = {node.metadata.name: node for node in nodes}
        for name, node in self.known.items():
            if name not in there:
                _say(store, node, "RemovingNode", f"Node {name} event: Removing Node {name} from Controller")
        self.known = there

    def _check(self, store: Store, node: Node) -> Node:
        """Unknown, if its kubelet has been silent too long (tryUpdateNodeHealth)."""
        machine = store.machines.get(node.metadata.name)
        if machine is None or machine.off_since is None or store.now < deadline(machine):
            return node
        if all(c.status == "Unknown" for c in node.status.conditions):
            return node
        heartbeat = last_heartbeat(node, machine, store.seconds)
        conditions = tuple(
            NodeCondition(c.type, "Unknown", heartbeat, store.seconds, "NodeStatusUnknown", "Kubelet stopped posting node status.")
            for c in node.status.conditions
        )
        return store.update_status(replace(node, status=replace(node.status, conditions=conditions)))

    # --- whose pods may be evicted

    def _ask_for_taint(self, store: Store, node: Node) -> None:
        """Queue a node that is not ready for its NoExecute taint; take the taints off one that is (processTaintBaseEviction)."""
        name, status = node.metadata.name, ready(node)
        if status == "True":
            self._mark_reachable(store, node)
            return
        key, opposite = _keys(status)
        if has_taint(node, opposite, "NoExecute"):
            _swap(store, node, [(key, "NoExecute")], [(opposite, "NoExecute")])
            return
        zone = self.zones[zone_of(node)]
        served = tuple(n for n in zone.served if n != name or has_taint(node, key, "NoExecute"))
        if name not in zone.waiting and name not in served:
            zone = replace(zone, waiting=(*zone.waiting, name))
        self.zones[zone_of(node)] = replace(zone, served=served)

    def _mark_reachable(self, store: Store, node: Node) -> None:
        name = node.metadata.name
        _swap(store, node, [], [(UNREACHABLE, "NoExecute"), (NOT_READY, "NoExecute")])
        zone = self.zones[zone_of(node)]
        self.zones[zone_of(node)] = replace(
            zone, waiting=tuple(n for n in zone.waiting if n != name), served=tuple(n for n in zone.served if n != name)
        )

    def _handle_disruption(self, store: Store, counts: dict[str, list[int]]) -> None:
        """Zones in which too much is down are not evicted from, and if nothing answers anywhere the fault is taken to be our own."""
        self.zones = {name: zone for name, zone in self.zones.items() if name in counts}
        if not counts:
            return
        states = {name: zone_state(*counts[name]) for name in self.zones}
        all_are = all(state == FULL for state in states.values())
        all_were = all(zone.state == FULL for zone in self.zones.values())
        if all_are and all_were:
            return
        if all_are:
            for node in store.list("Node"):
                self._mark_reachable(store, node)
            for name in states:
                self._set_state(store, name, FULL, NEVER)
            return
        # upstream also forgives the silences of before; but when no node answered, all of them are Unknown already
        for name, state in states.items():
            if all_were or state != self.zones[name].state:
                self._set_state(store, name, state, _interval(state, sum(counts[name])))

    def _set_state(self, store: Store, name: str, state: str, interval: Millis) -> None:
        """A new limiter begins empty if the old one was (RateLimitedTimedQueue.SwapLimiter)."""
        zone = self.zones[name]
        if interval != zone.interval:
            empty = zone.interval == NEVER or store.now < zone.next_token
            zone = replace(zone, interval=interval, next_token=store.now + interval if empty else 0)
        self.zones[name] = replace(zone, state=state)

    # --- the tainting loop

    def next_turn(self, now: Millis) -> Millis | None:
        """When the loop will next find a node waiting and a token for it."""
        due = [max(now, zone.next_token) for zone in self.zones.values() if zone.waiting and zone.interval]
        return _on_beat(min(due), TAINT_PERIOD_MS, TAINT_PHASE_MS) if due else None

    def evict(self, store: Store) -> None:
        """Give each zone's next node its NoExecute taint, if there is a token for it (doNoExecuteTaintingPass)."""
        for name, zone in list(self.zones.items()):
            if not zone.waiting or not zone.interval or store.now < zone.next_token:
                continue
            node_name, *waiting = zone.waiting
            served = (*zone.served, node_name)
            self.zones[name] = replace(zone, next_token=store.now + zone.interval, waiting=tuple(waiting), served=served)
            node = store.get("Node", node_name, "")
            if node is not None and ready(node) != "True":
                key, opposite = _keys(ready(node))
                _swap(store, node, [(key, "NoExecute")], [(opposite, "NoExecute")])


# ------------------------------------------------------------------------------------------------------- without memory


def taint_by_condition(store: Store, name: str) -> None:
    """Bring a node's NoSchedule taints to what its conditions and its cordon ask for (doNoScheduleTaintingPass)."""
    node = store.get("Node", name, "")
    if node is None:
        return
    wanted = [key for c in node.status.conditions if (key := CONDITION_TAINTS.get((c.type, c.status))) is not None]
    if node.spec.unschedulable:
        wanted.append(UNSCHEDULABLE)
    unwanted = [(key, "NoSchedule") for key in OWN_KEYS if key not in wanted]
    _swap(store, node, [(key, "NoSchedule") for key in wanted], unwanted)


def pod_bound(store: Store, key: Key) -> None:
    """A pod that is bound to a node that is not ready is not ready either (processPod)."""
    pod = store.get("Pod", key[1], key[0])
    node = store.get("Node", pod.spec.node_name, "") if pod is not None else None
    if node is not None and condition(node, "Ready") is not None and ready(node) != "True":
        mark_unready(store, pod)


def mark_unready(store: Store, pod: Pod) -> None:
    """Ready becomes False and nothing else: phase and containers stay as their kubelet last said (MarkPodsNotReady)."""
    if not is_ready(pod):
        return
    was = pod_condition(pod, "Ready")
    unready = replace(was, status="False", last_transition_time=store.seconds)
    conditions = tuple(unready if c is was else c for c in pod.status.conditions)
    pod = store.update_status(replace(pod, status=replace(pod.status, conditions=conditions)))
    store.event(pod, "Warning", "NodeNotReady", "Node is not ready", COMPONENT)


def zone_state(healthy: int, unhealthy: int) -> str:
    """ComputeZoneState: two nodes down are never a disruption, whatever part of the zone they are."""
    if not healthy and unhealthy:
        return FULL
    if unhealthy > MANY and unhealthy * 100 >= UNHEALTHY_PERCENT * (healthy + unhealthy):
        return PARTIAL
    return NORMAL


def deadline(machine: Machine) -> Millis:
    """When a silent machine's node becomes Unknown: the grace period counts from the pass that saw its last sign of life."""
    return next_pass(machine.off_since or 0) + GRACE_MS


def next_pass(now: Millis) -> Millis:
    """The monitor's first pass at or after `now`."""
    return _on_beat(now, MONITOR_PERIOD_MS, MONITOR_PHASE_MS)


def _next_deadline(store: Store) -> Millis | None:
    """When the next silence will have lasted too long."""
    due = []
    for machine in store.machines.values():
        node = store.get("Node", machine.name, "") if machine.off_since is not None else None
        if node is not None and ready(node) == "True":
            due.append(deadline(machine))
    return min(due, default=None)


def _on_beat(now: Millis, period: Millis, phase: Millis) -> Millis:
    return now + (phase - now) % period


def _interval(state: str, nodes: int) -> Millis:
    if state != PARTIAL:
        return EVICTION_MS
    return REDUCED_EVICTION_MS if nodes > LARGE_ZONE else NEVER


def _keys(status: str) -> tuple[str, str]:
    """(taint, its opposite) of a Ready condition that is not True."""
    return (UNREACHABLE, NOT_READY) if status == "Unknown" else (NOT_READY, UNREACHABLE)


def _swap(store: Store, node: Node, add: list[tuple[str, str]], remove: list[tuple[str, str]]) -> None:
    """Add taints that are missing, with the time, and take others off (SwapNodeControllerTaint)."""
    have = {(taint.key, taint.effect) for taint in node.spec.taints}
    new = [Taint(key=key, effect=effect, time_added=store.seconds) for key, effect in add if (key, effect) not in have]
    kept = [taint for taint in node.spec.taints if (taint.key, taint.effect) not in remove]
    if new or len(kept) < len(node.spec.taints):
        store.update(replace(node, spec=replace(node.spec, taints=(*kept, *new))))


def _say(store: Store, node: Node, reason: str, message: str) -> None:
    store.event(node, "Normal", reason, message, COMPONENT)
