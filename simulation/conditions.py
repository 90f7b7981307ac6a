"""What a lesson waits for, and what it promises: small conditions on a cluster, written as YAML, that anybody can read.

    {time: 20}                                     the clock shows 20 s or more
    {deployment: web, available: 10}               also ready, updated, total, replicas, unavailable, image, revision, paused, complete,
                                                   max_surge, max_unavailable (as numbers of pods), heard: requests that its target answered
    {deployment: web, condition: Progressing, reason: ProgressDeadlineExceeded}          also status
    {replicaset: new, pods: 5}                     the target; or old (all others), or its name; also ready, image
    {pods: "app=web", count: 3, state: notready}   state as the desk names it; selector and state may be left out; also image
    {service: web, endpoints: 8}                   ready endpoints; also requests sent, lost, errors; only: "app=blue" if all are such pods
    {node: node-1, ready: "False"}                 the condition Ready as it is written; also schedulable (true, false) and pods
    {exists: pod/web} · {gone: pod/web}
    {log: "Deleted pod"}                           an Event says so, in its message or as its reason
    {all: [...]} · {any: [...]} · {not: {...}}

A number is the number itself or {at_least: 3}, {at_most: 5}. `deployment` may be left out beside `replicaset` and `condition` where
there is only one.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from simulation.api import selectors
from simulation.api.writes import NAMESPACE
from simulation.cluster import Cluster
from simulation.controllers.deployment import util
from simulation.objects import KINDS, Deployment, Node, Pod, ReplicaSet
from simulation.states import pod_state, well
from simulation.store import controller_of

STATES = ("pending", "pulling", "notready", "ready", "available", "terminating", "pullerr", "crash", "lost")


class BadCondition(Exception):
    """A condition that cannot be read."""


class Condition(msgspec.Struct, frozen=True):
    """One condition; `what` is its first word, `given` all its words."""

    what: str
    given: dict[str, Any]
    parts: tuple["Condition", ...] = ()

    def holds(self, cluster: Cluster) -> bool:
        if self.what == "all":
            return all(part.holds(cluster) for part in self.parts)
        if self.what == "any":
            return any(part.holds(cluster) for part in self.parts)
        if self.what == "not":
            return not self.parts[0].holds(cluster)
        return CHECKS[self.what](cluster, self.given)

    def words(self) -> str:
        """What it waits for, after "opens when"."""
        if self.what in ("all", "any"):
            return f" {'and' if self.what == 'all' else 'or'} ".join(part.words() for part in self.parts)
        return f"not: {self.parts[0].words()}" if self.what == "not" else WORDS[self.what](self.given)


def condition(given: Any) -> Condition:
    """Read one condition. Raises BadCondition."""
    if not isinstance(given, dict) or not given:
        raise BadCondition("a condition is a mapping like {deployment: web, available: 10}")
    what = next((word for word in FIELDS if word in given), None)
    if what is None:
        raise BadCondition(f"no condition begins with {', '.join(map(str, given))}; there are {', '.join(FIELDS)}")
    for word, value in given.items():
        check = FIELDS[what].get(word)
        if check is None:
            raise BadCondition(f"{what} knows {', '.join(FIELDS[what])}, not {word}")
        check(word, value)
    if what in ("all", "any", "not"):
        parts = [given["not"]] if what == "not" else given[what]
        return Condition(what, given, tuple(map(condition, parts)))
    return Condition(what, given)


def schema() -> dict[str, Any]:
    """What `condition` takes, as a JSON Schema whose own name is Condition."""
    kinds = [
        {
            "type": "object",
            "required": [what],
            "properties": {word: SCHEMAS[check] for word, check in words.items()},
            "additionalProperties": False,
        }
        for what, words in FIELDS.items()
    ]
    return {"oneOf": kinds}


def holds(given: "Condition | dict[str, Any]", cluster: Cluster) -> bool:
    """Whether a condition is true of the cluster now. Raises BadCondition."""
    return (given if isinstance(given, Condition) else condition(given)).holds(cluster)


# ---------------------------------------------------------------------------------------------------------------- checks


def _time(cluster: Cluster, given: dict) -> bool:
    return cluster.now >= given["time"] * 1000


def _deployment(cluster: Cluster, given: dict) -> bool:
    d = cluster.store.get("Deployment", given["deployment"])
    if d is None or not _number(_heard(cluster, d), given.get("heard", {})):
        return False
    return all(_fact(d, word, value) for word, value in given.items() if word not in ("deployment", "heard"))


def _heard(cluster: Cluster, d: Deployment) -> int:
    target = util.find_new(d, [rs for rs in cluster.store.list("ReplicaSet") if _is_of(rs, d)])
    heard = (flow.heard.get(target.metadata.uid) for flow in cluster.traffic.flows.values()) if target is not None else ()
    return sum(said.requests for said in heard if said is not None)


def _is_of(rs: ReplicaSet, d: Deployment) -> bool:
    owner = controller_of(rs)
    return owner is not None and owner.uid == d.metadata.uid


def _fact(d: Deployment, word: str, value: Any) -> bool:
    if word == "image":
        return any(c.image == value for c in d.spec.template.spec.containers)
    if word == "paused":
        return d.spec.paused == value
    if word == "complete":
        done = util.is_complete(d, d.status) and d.status.observed_generation >= d.metadata.generation
        return done == value
    return _number(NUMBERS[word](d), value)


NUMBERS: dict[str, Callable[[Deployment], int]] = {
    "replicas": util.replicas_of,
    "total": lambda d: d.status.replicas,
    "updated": lambda d: d.status.updated_replicas,
    "ready": lambda d: d.status.ready_replicas,
    "available": lambda d: d.status.available_replicas,
    "unavailable": lambda d: d.status.unavailable_replicas,
    "revision": lambda d: util.revision_of(d) or 0,
    "max_surge": util.max_surge,
    "max_unavailable": util.max_unavailable,
}


def _condition(cluster: Cluster, given: dict) -> bool:
    found = [d for d in cluster.store.list("Deployment") if given.get("deployment") in (None, d.metadata.name)]
    return any(_says(d, given) for d in found)


def _says(d: Deployment, given: dict) -> bool:
    found = util.get_condition(d.status.conditions, given["condition"])
    return found is not None and given.get("reason") in (None, found.reason) and given.get("status") in (None, found.status)


def _replicaset(cluster: Cluster, given: dict) -> bool:
    found = _sets(cluster, given["replicaset"], given.get("deployment"))
    if not found:
        return False
    if "image" in given and not any(c.image == given["image"] for rs in found for c in rs.spec.template.spec.containers):
        return False
    facts = {"pods": util.total_replicas(found), "ready": sum(rs.status.ready_replicas for rs in found)}
    return all(_number(facts[word], given[word]) for word in facts if word in given)


def _sets(cluster: Cluster, which: str, deployment: str | None) -> list[ReplicaSet]:
    everything = cluster.store.list("ReplicaSet")
    if which not in ("new", "old"):
        return [rs for rs in everything if rs.metadata.name == which]
    for d in cluster.store.list("Deployment"):
        if deployment in (None, d.metadata.name):
            mine = [rs for rs in everything if _is_of(rs, d)]
            new = util.find_new(d, mine)
            return [rs for rs in mine if (rs is new) == (which == "new")]
    return []


def _pods(cluster: Cluster, given: dict) -> bool:
    return _number(count_pods(cluster, given), given.get("count", {"at_least": 1}))


def count_pods(cluster: Cluster, given: dict) -> int:
    """How many pods a condition that begins with `pods` speaks of; those that end are not counted unless it says so."""
    selector = selectors.parse(given["pods"] or "")
    found, nodes = 0, well(cluster.store.list("Node"))
    for pod in cluster.store.list("Pod"):
        if selector.matches(pod.metadata.labels) and given.get("image") in (None, *(c.image for c in pod.spec.containers)):
            state = pod_state(pod, cluster.now, 0, nodes)
            found += given.get("state", state) == state and (state != "terminating" or "state" in given)
    return found


def _service(cluster: Cluster, given: dict) -> bool:
    ready = ready_pods(cluster, given["service"])
    if "only" in given:
        selector = selectors.parse(given["only"] or "")
        if not ready or not all(pod is not None and selector.matches(pod.metadata.labels) for pod in ready):
            return False
    there = cluster.store.get("Service", given["service"]) is not None
    return there and _number(len(ready), given.get("endpoints", {"at_least": 0})) and _requests(cluster, given)


def ready_pods(cluster: Cluster, service: str) -> list[Pod | None]:
    """The pods behind the ready endpoints of a Service; None for an endpoint whose pod is gone."""
    slices = [s for s in cluster.store.list("EndpointSlice") if s.metadata.labels.get("kubernetes.io/service-name") == service]
    ready = [endpoint.target_ref for s in slices for endpoint in s.endpoints or () if endpoint.conditions.ready]
    return [ref and cluster.store.get("Pod", ref.name, ref.namespace) for ref in ready]


def _node(cluster: Cluster, given: dict) -> bool:
    node = cluster.store.get("Node", given["node"], "")
    if node is None or given.get("ready", _ready(node)) != _ready(node):
        return False
    if given.get("schedulable", not node.spec.unschedulable) == node.spec.unschedulable:
        return False
    pods = [pod for pod in cluster.store.list("Pod") if pod.spec.node_name == given["node"] and pod.metadata.deletion_timestamp is None]
    return _number(len(pods), given.get("pods", {"at_least": 0}))


def _ready(node: Node) -> str:
    return next((condition.status for condition in node.status.conditions if condition.type == "Ready"), "Unknown")


def _requests(cluster: Cluster, given: dict) -> bool:
    flow = next((flow for (_, name), flow in cluster.traffic.flows.items() if name == given["service"]), None)
    facts = {"sent": flow.sent, "lost": flow.lost_in_all, "errors": flow.errors} if flow is not None else dict.fromkeys(REQUESTS, 0)
    return all(_number(facts[word], given[word]) for word in REQUESTS if word in given)


REQUESTS = ("sent", "lost", "errors")


def _exists(cluster: Cluster, given: dict) -> bool:
    return _find(cluster, given["exists"]) is not None


def _gone(cluster: Cluster, given: dict) -> bool:
    return _find(cluster, given["gone"]) is None


def _find(cluster: Cluster, name: str) -> Any:
    word, _, name = name.partition("/")
    kind = next(row for row in KINDS.values() if word in (row.singular, row.plural, *row.short))
    return cluster.store.get(kind.kind, name, NAMESPACE if kind.namespaced else "")


def _log(cluster: Cluster, given: dict) -> bool:
    return any(given["log"] in event.message or given["log"] == event.reason for event in cluster.store.list("Event"))


def _number(have: int, wanted: int | dict[str, int]) -> bool:
    if isinstance(wanted, int):
        return have == wanted
    return wanted.get("at_least", have) <= have <= wanted.get("at_most", have)


CHECKS: dict[str, Callable[[Cluster, dict], bool]] = {
    "time": _time,
    "replicaset": _replicaset,
    "condition": _condition,
    "deployment": _deployment,
    "pods": _pods,
    "service": _service,
    "node": _node,
    "exists": _exists,
    "gone": _gone,
    "log": _log,
}

# ----------------------------------------------------------------------------------------------------------------- words


def _amount(value: int | dict[str, int]) -> str:
    if isinstance(value, int):
        return str(value)
    return " and ".join(f"{word.replace('_', ' ')} {number}" for word, number in value.items())


def _deployment_words(given: dict) -> str:
    said = []
    for word, value in given.items():
        if word == "image":
            said.append(f"the image is {value}")
        elif word == "paused":
            said.append("the rollout is paused" if value else "the rollout goes on")
        elif word == "complete":
            said.append("the rollout is complete" if value else "the rollout is under way")
        elif word == "replicas":
            said.append(f"{_amount(value)} are asked for")
        elif word == "revision":
            said.append(f"the revision is {_amount(value)}")
        elif word == "heard":
            said.append(f"it has answered {_amount(value)} requests")
        elif word in ("max_surge", "max_unavailable"):
            said.append(f"{'maxSurge' if word == 'max_surge' else 'maxUnavailable'} is {_amount(value)}")
        elif word in NUMBERS:
            said.append(f"{_amount(value)} are {word}" if word != "total" else f"there are {_amount(value)} pods")
    return " and ".join(said) or f"the Deployment {given['deployment']} exists"


def _replicaset_words(given: dict) -> str:
    which = {"new": "the new set", "old": "the old sets"}.get(given["replicaset"], given["replicaset"])
    verb = "have" if given["replicaset"] == "old" else "has"
    parts = [f"{_amount(given['pods'])} pods"] if "pods" in given else []
    parts += [f"{_amount(given['ready'])} ready"] if "ready" in given else []
    parts += [f"the image {given['image']}"] if "image" in given else []
    return f"{which} {verb} {' and '.join(parts)}" if parts else f"{which} {'exist' if verb == 'have' else 'exists'}"


def _pods_words(given: dict) -> str:
    count = _amount(given.get("count", {"at_least": 1}))
    which = f"{count} pods of {given['image']}" if "image" in given else f"{count} pods"
    return f"{which} are {given['state']}" if "state" in given else f"there are {which}"


def _service_words(given: dict) -> str:
    said = [f"the Service {given['service']} has {_amount(given['endpoints'])} endpoints"] if "endpoints" in given else []
    said += [f"the Service {given['service']} sends only to {given['only']}"] if "only" in given else []
    said += [f"{_amount(given[word])} requests {REQUEST_WORDS[word]}" for word in REQUESTS if word in given]
    return " and ".join(said) or f"the Service {given['service']} exists"


REQUEST_WORDS = {"sent": "were sent", "lost": "were lost", "errors": "were answered with an error"}


def _node_words(given: dict) -> str:
    said = [f"{given['node']} is {READY_WORDS[given['ready']]}"] if "ready" in given else []
    said += [f"{given['node']} takes {'' if given['schedulable'] else 'no '}new pods"] if "schedulable" in given else []
    said += [f"{given['node']} has {_amount(given['pods'])} pods"] if "pods" in given else []
    return " and ".join(said) or f"{given['node']} exists"


READY_WORDS = {"True": "Ready", "False": "NotReady", "Unknown": "NotReady, with no word from its kubelet"}

WORDS: dict[str, Callable[[dict], str]] = {
    "time": lambda given: f"the clock shows {given['time'] // 60}:{given['time'] % 60:02d}",
    "deployment": _deployment_words,
    "condition": lambda given: f"{given['condition']} says {given.get('reason') or given.get('status') or 'something'}",
    "replicaset": _replicaset_words,
    "pods": _pods_words,
    "service": _service_words,
    "node": _node_words,
    "exists": lambda given: f"{given['exists']} exists",
    "gone": lambda given: f"{given['gone']} is gone",
    "log": lambda given: f'the log says "{given["log"]}"',
}

# --------------------------------------------------------------------------------------------------------------- reading


def _is_text(word: str, value: Any) -> None:
    if not isinstance(value, str):
        raise BadCondition(f"{word} takes a text")


def _is_selector(word: str, value: Any) -> None:
    try:
        selectors.parse(value or "")
    except (selectors.ParseError, TypeError) as error:
        raise BadCondition(f"{word} takes a selector: {error}") from None


def _is_flag(word: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise BadCondition(f"{word} takes true or false")


def _is_number(word: str, value: Any) -> None:
    bounds = value if isinstance(value, dict) else {"at_least": value}
    known = bounds and all(bound in ("at_least", "at_most") for bound in bounds)
    if not known or not all(isinstance(n, int) and not isinstance(n, bool) for n in bounds.values()):
        raise BadCondition(f"{word} takes a number, or {{at_least: n}}, {{at_most: n}}")


def _is_seconds(word: str, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadCondition(f"{word} takes whole seconds")


def _is_status(word: str, value: Any) -> None:
    if value not in READY_WORDS:
        raise BadCondition(f'{word} is one of "True", "False", "Unknown", in quotes')


def _is_state(word: str, value: Any) -> None:
    if value not in STATES:
        raise BadCondition(f"{word} is one of {', '.join(STATES)}")


def _is_object(word: str, value: Any) -> None:
    kind, slash, name = value.partition("/") if isinstance(value, str) else ("", "", "")
    if not slash or not name or not any(kind in (row.singular, row.plural, *row.short) for row in KINDS.values() if row.kind != "Event"):
        raise BadCondition(f"{word} takes an object like pod/web")


def _is_list(word: str, value: Any) -> None:
    if not isinstance(value, list) or not value:
        raise BadCondition(f"{word} takes a list of conditions")


def _is_anything(word: str, value: Any) -> None:
    """Read as a condition of its own."""


AMOUNTS = {name: {"type": "integer"} for name in ("at_least", "at_most")}
SCHEMAS: dict[Callable[[str, Any], None], dict[str, Any]] = {
    _is_text: {"type": "string"},
    _is_selector: {"type": ["string", "null"]},
    _is_flag: {"type": "boolean"},
    _is_number: {
        "oneOf": [{"type": "integer"}, {"type": "object", "minProperties": 1, "properties": AMOUNTS, "additionalProperties": False}]
    },
    _is_seconds: {"type": "integer", "minimum": 0},
    _is_status: {"enum": list(READY_WORDS)},
    _is_state: {"enum": list(STATES)},
    _is_object: {"type": "string", "pattern": "^[a-z]+/.+$"},
    _is_list: {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Condition"}},
    _is_anything: {"$ref": "#/$defs/Condition"},
}
"""What each of these takes, for editors."""

FIELDS: dict[str, dict[str, Callable[[str, Any], None]]] = {
    "all": {"all": _is_list},
    "any": {"any": _is_list},
    "not": {"not": _is_anything},
    "time": {"time": _is_seconds},
    "replicaset": {"replicaset": _is_text, "deployment": _is_text, "pods": _is_number, "ready": _is_number, "image": _is_text},
    "condition": {"condition": _is_text, "reason": _is_text, "status": _is_text, "deployment": _is_text},
    "deployment": {
        "deployment": _is_text,
        **dict.fromkeys(NUMBERS, _is_number),
        "heard": _is_number,
        "image": _is_text,
        "paused": _is_flag,
        "complete": _is_flag,
    },
    "node": {"node": _is_text, "ready": _is_status, "schedulable": _is_flag, "pods": _is_number},
    "pods": {"pods": _is_selector, "count": _is_number, "state": _is_state, "image": _is_text},
    "service": {"service": _is_text, "endpoints": _is_number, "only": _is_selector, **dict.fromkeys(REQUESTS, _is_number)},
    "exists": {"exists": _is_object},
    "gone": {"gone": _is_object},
    "log": {"log": _is_text},
}
"""What each condition may say, in the order in which its first word is looked for."""
