"""All that runs by itself around nodes, and who wakes for what: a machine, a Node, a pod on it, a budget, a drain.

Nothing here decides anything: it knows the controllers' doors and keeps their memories together, so that a copy of the cluster has them
all. A quiet cluster has no entry in the queue from here; see controllers/node.py for how heartbeats do without.
"""

from collections.abc import Callable
from typing import Any

from simulation import drain, machine, stages
from simulation.api import selectors
from simulation.controllers import disruption, node, podgc
from simulation.controllers.node import NodeLifecycle
from simulation.controllers.podgc import PodGC, is_out_of_service
from simulation.controllers.tainteviction import TaintEviction, no_execute
from simulation.engine import Millis
from simulation.kubelet import Kubelet
from simulation.nodes import ready
from simulation.objects import Draining, Machine, Node, Pod
from simulation.store import Key, Store, key_of

RANKS = {
    "machine": 3,
    "monitor": 6,
    "taints": 7,
    "podready": 8,
    "tainting": 9,
    "tainteviction": 10,
    "podgc": 11,
    "disruption": 12,
    "drain": 13,
}
LATENCY = {"taints": 10, "podready": 10, "tainteviction": 10, "disruption": 20, "drain": 80}
"""Milliseconds from a write to what it causes, as in simulation.cluster."""


class Fleet:
    """The nodes' controllers and what they remember."""

    __slots__ = ("kubelet", "lifecycle", "podgc", "tainteviction")

    def __init__(self, kubelet: Kubelet, nodes: list[Node]) -> None:
        self.kubelet = kubelet
        self.lifecycle = NodeLifecycle(nodes)
        self.tainteviction = TaintEviction()
        self.podgc = PodGC()

    def copy(self, kubelet: Kubelet) -> "Fleet":
        twin = Fleet(kubelet, [])
        twin.lifecycle, twin.tainteviction, twin.podgc = self.lifecycle.copy(), self.tainteviction.copy(), self.podgc.copy()
        return twin

    # --- the watches

    def machine_changed(self, store: Store, old: Machine | None, new: Machine) -> None:
        if new.off_since is not None:
            _plan(store, "monitor", "", node.deadline(new))
        elif old is not None:
            _plan(store, "machine", ("back", new.name), store.now + stages.delay(store.engine, "post"))

    def node_changed(self, store: Store, old: Node | None, new: Node | None) -> None:
        name = (new or old).metadata.name
        _plan(store, "monitor", "", node.next_pass(store.now + 1))
        if new is not None:
            _queue(store, "taints", name)
        if old is None or new is None or no_execute(old.spec.taints) != no_execute(new.spec.taints):
            _queue(store, "tainteviction", ("node", "", name))
        if new is None or is_out_of_service(new):
            _plan(store, "podgc", "", podgc.next_pass(store.now))

    def pod_changed(self, store: Store, old: Pod | None, new: Pod | None) -> None:
        pod = new if new is not None else old
        key = key_of(pod)
        if store.count("PodDisruptionBudget"):
            self._wake_budgets(store, key[0], old, new)
        if new is None:
            self._pod_gone(store, key)
            return
        where = new.spec.node_name
        came = bool(where) and (old is None or old.spec.node_name != where)
        on = store.get("Node", where, "") if came or new.metadata.deletion_timestamp is not None else None
        if came and on is not None and ready(on) != "True":
            _queue(store, "podready", key)
        if where in self.tainteviction.tainted and (came or old.spec.tolerations != new.spec.tolerations):
            _queue(store, "tainteviction", ("pod", *key))
        if on is not None and new.metadata.deletion_timestamp is not None and is_out_of_service(on):
            _plan(store, "podgc", "", podgc.next_pass(store.now))

    def _wake_budgets(self, store: Store, namespace: str, old: Pod | None, new: Pod | None) -> None:
        for budget in store.list("PodDisruptionBudget", namespace):
            if any(p is not None and selectors.matches(budget.spec.selector, p.metadata.labels) for p in (old, new)):
                _queue(store, "disruption", key_of(budget))

    def budget_changed(self, store: Store, old: Any, new: Any) -> None:
        if new is not None:
            _queue(store, "disruption", key_of(new))

    def drain_changed(self, store: Store, old: Draining | None, new: Draining | None) -> None:
        if old is None:
            for number in store.drains:
                _queue(store, "drain", number)

    def _pod_gone(self, store: Store, key: Key) -> None:
        if key in self.tainteviction.timers:
            _queue(store, "tainteviction", ("pod", *key))
        for number, draining in store.drains.items():
            if any((pod.namespace, pod.name) == key for pod in draining.pods):
                store.engine.add(RANKS["drain"], "drain", number)

    # --- the doors

    def run_machine(self, store: Store, key: tuple[str, str]) -> None:
        """(back, name): a machine is reached again. (reassert, name): its kubelet's next look at what it had posted of its pods."""
        step, name = key
        if store.machines[name].off_since is not None:
            return
        if step == "reassert":
            machine.reassert(store, name)
            return
        machine.post_status(store, name)
        self.kubelet.resume(name)
        _plan(store, "machine", ("reassert", name), store.now + stages.delay(store.engine, "reassert"))

    def run_monitor(self, store: Store, _: str) -> None:
        due = self.lifecycle.monitor(store)
        if due is not None:
            _plan(store, "monitor", "", max(due, node.next_pass(store.now + 1)))
        self._plan_turn(store)

    def run_tainting(self, store: Store, _: str) -> None:
        self.lifecycle.evict(store)
        self._plan_turn(store)

    def run_taint_eviction(self, store: Store, key: tuple[str, str, str]) -> None:
        what, namespace, name = key
        if what == "fire":
            self.tainteviction.fire(store, (namespace, name))
            return
        sync = self.tainteviction.sync_node(store, name) if what == "node" else self.tainteviction.sync_pod(store, (namespace, name))
        for pod, due in sync:
            store.engine.at(due, RANKS["tainteviction"], "tainteviction", ("fire", *pod))

    def run_podgc(self, store: Store, _: str) -> None:
        if self.podgc.collect(store):
            _plan(store, "podgc", "", podgc.next_pass(store.now))

    def run_disruption(self, store: Store, key: Key) -> None:
        again = disruption.sync_budget(store, key)
        if again is not None:
            _plan(store, "disruption", key, store.now + again)

    def run_drain(self, store: Store, number: int) -> None:
        again = drain.step(store, number)
        if again is not None:
            _plan(store, "drain", number, store.now + again)

    def _plan_turn(self, store: Store) -> None:
        due = self.lifecycle.next_turn(store.now)
        if due is not None:
            _plan(store, "tainting", "", due)


HANDLERS: dict[str, Callable[[Fleet, Store, Any], None]] = {
    "machine": Fleet.run_machine,
    "monitor": Fleet.run_monitor,
    "taints": lambda fleet, store, key: node.taint_by_condition(store, key),
    "podready": lambda fleet, store, key: node.pod_bound(store, key),
    "tainting": Fleet.run_tainting,
    "tainteviction": Fleet.run_taint_eviction,
    "podgc": Fleet.run_podgc,
    "disruption": Fleet.run_disruption,
    "drain": Fleet.run_drain,
}

ROUTES: dict[str, Callable[[Fleet, Store, Any, Any], None]] = {
    "Machine": Fleet.machine_changed,
    "Node": Fleet.node_changed,
    "Pod": Fleet.pod_changed,
    "PodDisruptionBudget": Fleet.budget_changed,
    "Draining": Fleet.drain_changed,
}


def _queue(store: Store, handler: str, key: Any) -> None:
    store.engine.add(RANKS[handler], handler, key, LATENCY[handler])


def _plan(store: Store, handler: str, key: Any, time: Millis) -> None:
    """Set a timer; of several for one key the earliest counts, and what it calls plans the next."""
    store.engine.add_after(RANKS[handler], handler, key, time - store.now)
