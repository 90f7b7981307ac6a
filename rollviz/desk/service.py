"""The Service: whom it selects, how its endpoints divide over the versions, and which lead goes to which strip."""

from typing import NamedTuple

from rollviz.desk.delta import Tree
from rollviz.desk.scene import Scene
from rollviz.desk.sets import Strip
from rollviz.desk.words import Text, say
from simulation.controllers.endpointslice import SERVICE_NAME
from simulation.objects import Service
from simulation.store import controller_of


class Out(NamedTuple):
    id: str
    hue: int


class ServiceBox(NamedTuple):
    name: str
    selector: tuple[str, ...]
    outs: tuple[Out, ...]
    say: Text


def service_box(store, shown: tuple[Strip, ...], scene: Scene | None) -> ServiceBox:
    """The Service of the Deployment at hand, else the first that asks for something, else the first."""
    services = store.list("Service")
    mine = None
    if scene is not None:
        labels, namespace = scene.group.d.spec.template.metadata.labels, scene.group.d.metadata.namespace
        mine = next((s for s in services if selects(s, namespace, labels)), None)
    service = mine or next((s for s in services if s.spec.selector), services[0] if services else None)
    if service is None:
        return ServiceBox("", (), (), say("No Service: nothing sends requests to these pods."))
    sends = endpoint_counts(store, service.metadata.name)
    plugged = [s for s in shown if s.uid in sends or picks(service, store, s.namespace, s.uid)]
    outs = [Out(s.id, s.hue) for s in reversed(plugged)]
    if "" in sends or picks_loose(service, store):
        outs.append(Out("loose", 0))
    selector = tuple(f"{key}={value}" for key, value in sorted(service.spec.selector.items()))
    clients = store.clients.get((service.metadata.namespace, service.metadata.name))
    if not selector:
        words = say("Without a selector nobody keeps its endpoints.")
    elif clients is not None and clients.rate:
        words = say("Requests go to every ready pod whose labels match.")
    else:
        words = say("Requests would go to every ready pod whose labels match.")
    return ServiceBox(service.metadata.name, selector, tuple(outs), words)


def endpoints_split(store, shown: tuple[Strip, ...], box: ServiceBox) -> Tree:
    """The Service's ready endpoints, and how they divide over the versions; hue 0 stands for pods of no strip."""
    if not box.name:
        return {}
    counts = endpoint_counts(store, box.name)
    total = sum(counts.values())
    counted = [(s.hue, counts[s.uid]) for s in shown if s.uid in counts]
    rest = total - sum(n for _, n in counted)
    shares = [*counted, (0, rest)] if rest > 0 else counted
    return {"e": total, "split": ",".join(f"{hue}:{n}" for hue, n in shares)}


def selects(service: Service, namespace: str, labels: dict[str, str]) -> bool:
    needed = service.spec.selector
    return bool(needed) and service.metadata.namespace == namespace and needed.items() <= labels.items()


def picks(service: Service, store, namespace: str, uid: str) -> bool:
    """Does it ask for labels that this set's pods get, or that one of them has got since?"""
    rs = next((rs for rs in store.list("ReplicaSet", namespace) if rs.metadata.uid == uid), None)
    owned = store.owned(uid)
    if rs is not None and selects(service, namespace, rs.spec.template.metadata.labels):
        return True
    if owned.labels is not None and len(owned.pods) > len(owned.odd) and selects(service, namespace, owned.labels):
        return True
    return any(selects(service, namespace, pod.metadata.labels) for pod in owned.odd.values())


def picks_loose(service: Service, store) -> bool:
    """Does it ask for the labels of a pod that nobody counts?"""
    return any(selects(service, pod.metadata.namespace, pod.metadata.labels) for pod in store.loose.values())


def endpoint_counts(store, name: str = "") -> dict[str, int]:
    """uid of a ReplicaSet, "" for nobody -> its pods that this Service sends to, or any. A pod behind two Services counts once."""
    seen: set[str] = set()
    counts: dict[str, int] = {}
    for slice_ in store.list("EndpointSlice"):
        if name and slice_.metadata.labels.get(SERVICE_NAME) != name:
            continue
        for endpoint in slice_.endpoints or ():
            about = endpoint.target_ref
            if not endpoint.conditions.ready or about is None or about.uid in seen:
                continue
            seen.add(about.uid)
            pod = store.get("Pod", about.name, about.namespace)
            owner = controller_of(pod) if pod is not None else None
            if pod is not None:
                uid = owner.uid if owner is not None else ""
                counts[uid] = counts.get(uid, 0) + 1
    return counts
