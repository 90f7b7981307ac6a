"""Requests that clients send to a Service, in numbers: who answered them, how fast, and which were lost and why.

Between two changes everything flows evenly: so many requests came, kube-proxy gave each to one of the endpoints it knew, and each pod
did with its share what it does (`Cluster` says when something changed). Requests arrive at a steady rate, each on a connection of its
own; where it goes, whether it fails and how long it takes is chance. One proxy stands for all nodes'. Sources: pkg/proxy/iptables
(v1.36) for the choice, pkg/util/async or its successor for how often the rules are written; see README for what is not modelled.
"""

from itertools import islice
from typing import Any, NamedTuple

from msgspec.structs import replace

from simulation import latency, proxy
from simulation.chance import Chance
from simulation.controllers.endpointslice import SERVICE_NAME
from simulation.engine import Millis
from simulation.kubelet import Kubelet, is_healthy
from simulation.objects import Clients, Machine, ObjectReference, Pod, Service
from simulation.stages import Image
from simulation.store import Key, Store, controller_of

GRID: Millis = 500
"""At least this often the books are brought up to now."""
NOTICE: Millis = 20
"""From a written slice to a proxy that knows of it."""
PROXY_SYNC: Millis = 1000
"""The rules are written at most this often (kube-proxy's minSyncPeriod)."""
TIMEOUT: Millis = 5000
"""How long a client waits for an answer."""
CLIENTS = 100
"""How many addresses the requests come from: with session affinity each of them stays with one pod."""
MOST_LOSSES = 200
NAMED = 5

SERVES, UNREADY, STARTING, STOPPING, GONE, UNREACHABLE, RESTARTING = range(7)
"""What becomes of a request that is given to a pod: an answer (or an error); 503; refused, since it does not listen yet, does not listen
any more, or is not there; nothing, since its node is cut off; refused, since it ended and does not listen again yet."""

WHY = {
    STARTING: ("refused", "it counts as ready and does not listen yet"),
    RESTARTING: ("refused", "it had started again, did not listen yet, and the proxies still sent to it"),
    STOPPING: ("refused", "it was told to stop and the proxies still sent to it"),
    GONE: ("refused", "its container had ended and the proxies still sent to it"),
    UNREACHABLE: ("timeout", "its node does not answer and the proxies still sent to it"),
}
NOBODY = ("no endpoints", "no pod was ready")
OVERLOAD = ("timeout", f"the queue was longer than the {TIMEOUT // 1000} s that clients wait")
RESET = ("reset", "it ended before it had answered")


class Heard(NamedTuple):
    """What the pods of one ReplicaSet (or one pod of nobody) answered: `errors` of the `requests` with 5xx; how many of the good answers
    took how long, by the buckets of `latency.EDGES_MS`."""

    requests: int = 0
    errors: int = 0
    latencies: tuple[int, ...] = latency.NONE


class Began(NamedTuple):
    """When a version had its first answer, and what the others had heard by then."""

    at: Millis
    heard: dict[str, Heard]


class Loss(NamedTuple):
    """Requests lost for one reason at one version, from `since` to `until` (ms). `pods` names the first few."""

    since: Millis
    until: Millis
    cause: str
    """refused · no endpoints · reset · timeout"""
    why: str
    owner: str
    pods: tuple[str, ...]
    count: int


Group = tuple[str, str, int]
"""(uid of the ReplicaSet, or of a pod that none has; image; what becomes of a request)"""


class Known(NamedTuple):
    """An endpoint as the proxies know it."""

    group: Group
    namespace: str
    name: str
    node: str


class Flow:
    """The requests to one Service. `groups` counts the endpoints that the proxies know, by what they do with a request."""

    __slots__ = ("backlog", "base", "began", "clients", "groups", "heard", "losses", "lost", "sent", "sticky", "table", "until")

    def __init__(self, clients: Clients, now: Millis) -> None:
        self.clients = clients
        self.until = now
        """The books are right up to here."""
        self.base = (now, 0)
        """(when the present rate began, how many had been sent by then)"""
        self.sent = 0
        self.table: dict[str, Known] = {}
        """uid of a pod -> how the proxies know it."""
        self.groups: dict[Group, int] = {}
        self.backlog: dict[Group, float] = {}
        """Requests that wait in the pods of a group."""
        self.heard: dict[str, Heard] = {}
        """By uid of a ReplicaSet, or of a pod that none has."""
        self.began: dict[str, Began] = {}
        """By the same uids."""
        self.lost: dict[str, int] = {}
        """By cause: refused, no endpoints, reset, timeout."""
        self.losses: list[Loss] = []
        self.sticky: list[str] = []
        """With session affinity: each client's pod, by uid; all clients send alike."""

    def copy(self) -> "Flow":
        twin = Flow.__new__(Flow)
        twin.clients, twin.until, twin.base, twin.sent = self.clients, self.until, self.base, self.sent
        twin.table, twin.groups, twin.backlog = self.table.copy(), self.groups.copy(), self.backlog.copy()
        twin.heard, twin.lost, twin.losses = self.heard.copy(), self.lost.copy(), self.losses.copy()
        twin.sticky, twin.began = self.sticky.copy(), self.began.copy()
        return twin

    @property
    def lost_in_all(self) -> int:
        return sum(self.lost.values())

    @property
    def errors(self) -> int:
        """Answers with 5xx: an answer, so not lost."""
        return sum(heard.errors for heard in self.heard.values())

    def hear(self, owner: str, heard: Heard) -> None:
        """What a version has answered by now. `Began.at` is the end of the stretch in which its first answer fell."""
        if owner not in self.heard:
            self.began[owner] = Began(self.until, self.heard.copy())
        self.heard[owner] = heard

    def begin(self, now: Millis) -> None:
        """Clients that wait for an endpoint send from now on if there is one."""
        if self.clients.waits and self.table:
            self.clients, self.base = replace(self.clients, waits=False), (now, self.sent)

    # --- who is known

    def know(self, table: dict[str, Known]) -> None:
        """The proxies have written their rules anew."""
        before, self.table, self.groups = self.groups, table, {}
        for known in table.values():
            self.groups[known.group] = self.groups.get(known.group, 0) + 1
        for group, waiting in list(self.backlog.items()):
            # who is sent nothing any more works off what waits in it
            self.backlog[group] = waiting * min(self.groups.get(group, 0) / before.get(group, 1), 1.0)
            if not self.backlog[group]:
                del self.backlog[group]

    def move(self, uid: str, group: Group) -> None:
        """A pod does something else with its requests from now on. What waits in it goes with it."""
        known = self.table[uid]
        count = self.groups[known.group] - 1
        if known.group in self.backlog:
            self.backlog[known.group] *= count / (count + 1)
        if count:
            self.groups[known.group] = count
        else:
            del self.groups[known.group]
            self.backlog.pop(known.group, None)
        self.groups[group] = self.groups.get(group, 0) + 1
        self.table[uid] = known._replace(group=group)

    def stick(self, chance: Chance) -> None:
        """Clients whose pod is not known any more go to another, and stay there (sessionAffinity ClientIP)."""
        pods = list(self.table)
        before = self.sticky or [""] * CLIENTS
        self.sticky = [uid if uid in self.table else pods[int(chance.uniform() * len(pods))] for uid in before] if pods else []

    def weights(self) -> list[int]:
        """How a request falls to the groups."""
        if not self.sticky:
            return list(self.groups.values())
        clients = dict.fromkeys(self.groups, 0)
        for uid in self.sticky:
            clients[self.table[uid].group] += 1
        return list(clients.values())

    def waiting_in_one(self, group: Group) -> float:
        return self.backlog.get(group, 0.0) / self.groups[group]


class Traffic:
    """All clients of a cluster. `Cluster` tells it of every write; between those and at each `GRID` it brings its books up to now."""

    __slots__ = ("chance", "flows", "kubelet", "synced")

    def __init__(self, seed: int, kubelet: Kubelet) -> None:
        self.chance = Chance(seed)
        self.kubelet = kubelet
        self.flows: dict[Key, Flow] = {}
        """(namespace, name) of the Service -> its requests."""
        self.synced: Millis = -PROXY_SYNC
        """When the proxies last wrote their rules."""

    def copy(self, kubelet: Kubelet) -> "Traffic":
        twin = Traffic.__new__(Traffic)
        twin.chance, twin.kubelet, twin.synced = self.chance.copy(), kubelet, self.synced
        twin.flows = {key: flow.copy() for key, flow in self.flows.items()}
        return twin

    # --- the watches

    def note(self, store: Store, kind: str, old: Any, new: Any) -> None:
        """One write."""
        if kind == "Pod":
            self.pod_changed(store, (new or old).metadata.uid)
        elif kind == "EndpointSlice" or (kind == "Service" and _rules_differ(old, new)):
            self.endpoints_changed(store)
        elif kind == "Machine":
            self.machine_changed(store, new)
        elif kind == "Clients":
            self.clients_changed(store, new)

    def clients_changed(self, store: Store, new: Clients) -> None:
        """Clients come, send more or less, or end (rate 0); what was counted stays."""
        key, now = (new.namespace, new.service), store.now
        flow = self.flows.get(key)
        if flow is None:
            flow = self.flows[key] = Flow(new, now)
            self._write_rules(store, key, flow)
        self._settle(flow, now)
        flow.clients, flow.base = new, (now, flow.sent)
        flow.begin(now)
        self._plan(store)

    def endpoints_changed(self, store: Store) -> None:
        """A slice was written: the proxies hear of it, and write their rules as soon as they may."""
        if self.flows:
            store.engine.add_after(PROXY_RANK, "proxy", "", max(NOTICE, self.synced + PROXY_SYNC - store.now))

    def pod_changed(self, store: Store, uid: str) -> None:
        """A pod was written, was told to stop, or is gone: what does it do with requests now?"""
        for flow in self.flows.values():
            known = flow.table.get(uid)
            if known is not None:
                self._look(store, flow, uid, known)

    def machine_changed(self, store: Store, machine: Machine) -> None:
        for flow in self.flows.values():
            for uid, known in list(flow.table.items()):
                if known.node == machine.name:
                    self._look(store, flow, uid, known)

    # --- the doors

    def run_traffic(self, store: Store, uid: str) -> None:
        """At each turn of the grid, and when a pod begins to listen (`uid`)."""
        if uid:
            self.pod_changed(store, uid)
            return
        for flow in self.flows.values():
            self._settle(flow, store.now)
            for known_uid, known in list(flow.table.items()) if self._any_flaky(flow) else ():
                self._look(store, flow, known_uid, known)
        self._plan(store)

    def run_proxy(self, store: Store, _: str) -> None:
        """The proxies write their rules: from now on they choose among these endpoints."""
        self.synced = store.now
        for key, flow in self.flows.items():
            self._settle(flow, store.now)
            self._write_rules(store, key, flow)
            flow.begin(store.now)
        self._plan(store)

    # --- who does what

    def _write_rules(self, store: Store, key: Key, flow: Flow) -> None:
        flow.know(self._rules(store, key))
        service = store.get("Service", key[1], key[0])
        if service is not None and service.spec.session_affinity == "ClientIP":
            flow.stick(self.chance)
        else:
            flow.sticky = []

    def _rules(self, store: Store, key: Key) -> dict[str, Known]:
        """The endpoints that kube-proxy would choose among now, by uid of their pods."""
        namespace, name = key
        if store.get("Service", name, namespace) is None:
            return {}
        slices = [s for s in store.list("EndpointSlice", namespace) if s.metadata.labels.get(SERVICE_NAME) == name]
        endpoints = proxy.reachable(endpoint for slice_ in slices for endpoint in slice_.endpoints or ())
        table = {}
        for endpoint in endpoints:
            about = endpoint.target_ref
            if about is not None and about.uid not in table:
                table[about.uid] = self._known(store, about)
        return table

    def _known(self, store: Store, about: ObjectReference) -> Known:
        pod = store.get("Pod", about.name, about.namespace)
        if pod is None or pod.metadata.uid != about.uid:
            return Known((about.uid, "", GONE), about.namespace, about.name, "")
        return Known(self._group(store, pod), about.namespace, about.name, pod.spec.node_name)

    def _group(self, store: Store, pod: Pod) -> Group:
        owner, image = controller_of(pod), pod.spec.containers[0].image
        return owner.uid if owner is not None else pod.metadata.uid, image, self._does(store, pod, self.kubelet.images.lookup(image))

    def _does(self, store: Store, pod: Pod, image: Image) -> int:
        machine = store.machines.get(pod.spec.node_name)
        if machine is not None and machine.off_since is not None:
            return UNREACHABLE
        statuses, past = pod.status.container_statuses, self.kubelet.past.get((pod.metadata.uid, 0))
        if past is not None and past.stopping:
            return STOPPING
        if past is None or not statuses or statuses[0].state.running is None:
            return GONE
        if store.now < past.ready_at:
            store.engine.add_after(TRAFFIC_RANK, "traffic", pod.metadata.uid, past.ready_at - store.now)
            return STARTING if statuses[0].ready else RESTARTING
        return SERVES if is_healthy(image, past, store.now) else UNREADY

    def _look(self, store: Store, flow: Flow, uid: str, known: Known) -> None:
        pod = store.get("Pod", known.name, known.namespace)
        if pod is None or pod.metadata.uid != uid:
            group = (known.group[0], known.group[1], GONE if known.group[2] != STOPPING else STOPPING)
        else:
            group = self._group(store, pod)
        if group != known.group:
            self._settle(flow, store.now, self._cut_short(flow, known, group))
            flow.move(uid, group)

    def _cut_short(self, flow: Flow, known: Known, group: Group) -> tuple[Known, int, int]:
        """(which, what it does now, how many of its requests are without an answer for ever) of a pod that served until now."""
        if known.group[2] != SERVES or group[2] in (SERVES, UNREADY):
            return known, group[2], 0
        image = self.kubelet.images.lookup(known.group[1])
        one = flow.clients.rate / len(flow.table)
        under_way = flow.waiting_in_one(known.group) + one * image.latency_ms * latency.MEAN / 1000
        if group[2] == STOPPING:
            under_way -= image.stop_seconds * capacity(image)
        return known, group[2], max(int(under_way + self.chance.uniform()), 0)

    def _any_flaky(self, flow: Flow) -> bool:
        return any(self.kubelet.images.lookup(image).behaviour == "flaky" for _, image, _ in flow.groups if image)

    def _plan(self, store: Store) -> None:
        if any(flow.clients.rate and not flow.clients.waits or flow.backlog for flow in self.flows.values()):
            store.engine.add_after(TRAFFIC_RANK, "traffic", "", GRID - store.now % GRID)

    # --- the books

    def _settle(self, flow: Flow, now: Millis, cut: tuple[Known, int, int] | None = None) -> None:
        """What was sent since the last time, and what became of it. `cut`: so many of a pod's last requests had no answer."""
        since, flow.until = flow.until, now
        began, before = flow.base
        rate = 0 if flow.clients.waits else flow.clients.rate
        count = before + rate * (now - began) // 1000 - flow.sent
        if count <= 0 and not flow.backlog:
            return
        flow.sent += count
        if not flow.groups:
            _lose(flow, since, now, NOBODY, "", (), count)
            return
        parts = self.chance.share(count, flow.weights())
        for group, part in list(zip(flow.groups, parts, strict=True)):
            owner, _, does = group
            if does == SERVES:
                self._serve(flow, group, part, since, now, cut if cut is not None and cut[0].group == group else None)
            elif part and does == UNREADY:
                heard = flow.heard.get(owner, Heard())
                flow.hear(owner, heard._replace(requests=heard.requests + part, errors=heard.errors + part))
            elif part:
                _lose(flow, since, now, WHY[does], owner, _names(flow, group), part)

    def _serve(self, flow: Flow, group: Group, count: int, since: Millis, now: Millis, cut: tuple[Known, int, int] | None) -> None:
        """Pods that answer. What is more than they can do waits; what would wait too long is lost to its client."""
        owner, name, _ = group
        image, pods = self.kubelet.images.lookup(name), flow.groups[group]
        if cut is not None and cut[2]:
            short = min(cut[2], count)
            _lose(flow, since, now, RESET if cut[1] != UNREACHABLE else WHY[UNREACHABLE], owner, (cut[0].name,), short)
            count -= short
        before, each_second = flow.backlog.get(group, 0.0), capacity(image) * pods
        after = max(before + count - each_second * (now - since) / 1000, 0.0)
        most = each_second * TIMEOUT / 1000
        late = min(int(max(after - most, 0.0)), count)
        if late:
            _lose(flow, since, now, OVERLOAD, owner, (), late)
            count -= late
        after = min(after, most)
        if after:
            flow.backlog[group] = after
        else:
            flow.backlog.pop(group, None)
        if count:
            wait = (before + after) / 2 / each_second * 1000 if before or after else 0.0
            failed = self.chance.binomial(count, image.error_rate)
            heard = flow.heard.get(owner, Heard())
            counts = list(heard.latencies)
            latency.spread(self.chance, count - failed, image.latency_ms, wait, counts)
            flow.hear(owner, Heard(heard.requests + count, heard.errors + failed, tuple(counts)))


TRAFFIC_RANK, PROXY_RANK = 14, 15

HANDLERS = {"traffic": Traffic.run_traffic, "proxy": Traffic.run_proxy}


def capacity(image: Image) -> float:
    """Requests that one pod can answer in a second: so many at once, each for so long."""
    return image.concurrency * 1000 / (max(image.latency_ms, 0.1) * latency.MEAN)


def over_at(loss: Loss) -> Millis:
    """Until then requests that are lost for the same reason are counted with it; later ones are another loss."""
    return loss.until + 2 * GRID


def _rules_differ(old: Service | None, new: Service | None) -> bool:
    """A selector alone is nothing to kube-proxy: it hears of the slices that follow (ServiceChangeTracker compares ports)."""
    return old is None or new is None or replace(old.spec, selector={}) != replace(new.spec, selector={})


def _names(flow: Flow, group: Group) -> tuple[str, ...]:
    """Some pods of a group."""
    return tuple(islice((known.name for known in flow.table.values() if known.group == group), NAMED))


def _lose(flow: Flow, since: Millis, now: Millis, why: tuple[str, str], owner: str, pods: tuple[str, ...], count: int) -> None:
    """Requests that nobody answered; a loss goes on while it is the same one as just before."""
    if not count:
        return
    flow.lost[why[0]] = flow.lost.get(why[0], 0) + count
    for i in reversed(range(len(flow.losses))):
        last = flow.losses[i]
        if (last.cause, last.why, last.owner) == (*why, owner) and since <= over_at(last):
            names = last.pods + tuple(name for name in pods if name not in last.pods)
            flow.losses[i] = last._replace(until=now, pods=names[:NAMED], count=last.count + count)
            return
    flow.losses.append(Loss(since, now, *why, owner, pods, count))
    del flow.losses[:-MOST_LOSSES]
