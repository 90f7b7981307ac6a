"""The Service: whom it selects, how its endpoints divide over the versions, and which lead goes to which strip."""

from typing import NamedTuple

from rollviz.desk.delta import Tree
from rollviz.desk.scene import Scene
from rollviz.desk.sets import Strip
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
    say: str


def service_box(services: list[Service], shown: tuple[Strip, ...], scene: Scene | None) -> ServiceBox:
    """The Service of the Deployment at hand, else the first."""
    mine = None
    if scene is not None:
        labels, namespace = scene.group.d.spec.template.metadata.labels, scene.group.d.metadata.namespace
        mine = next((s for s in services if selects(s, namespace, labels)), None)
    service = mine or next((s for s in services if s.spec.selector), None)
    if service is None:
        return ServiceBox("", (), (), "No Service: nothing sends requests to these pods.")
    plugged = [s for s in shown if s.plug]
    outs = tuple(Out(s.id, s.hue) for s in reversed(plugged))
    selector = tuple(f"{key}={value}" for key, value in sorted(service.spec.selector.items()))
    return ServiceBox(service.metadata.name, selector, outs, "Requests would go to every ready pod whose labels match.")


def endpoints_split(store, shown: tuple[Strip, ...], box: ServiceBox) -> Tree:
    """The Service's ready endpoints, and how they divide over the versions; hue 0 stands for pods of no strip."""
    if not box.name:
        return {}
    slices = [s for s in store.list("EndpointSlice") if s.metadata.labels.get(SERVICE_NAME) == box.name]
    total = sum(endpoint.conditions.ready for slice_ in slices for endpoint in slice_.endpoints or ())
    counted = [(s.hue, s.endpoints) for s in shown if s.endpoints]
    rest = total - sum(n for _, n in counted)
    shares = [*counted, (0, rest)] if rest > 0 else counted
    return {"e": total, "split": ",".join(f"{hue}:{n}" for hue, n in shares)}


def selects(service: Service, namespace: str, labels: dict[str, str]) -> bool:
    needed = service.spec.selector
    return bool(needed) and service.metadata.namespace == namespace and needed.items() <= labels.items()


def endpoint_counts(store) -> dict[str, int]:
    """uid of a ReplicaSet -> its pods that some Service sends to. A pod behind two Services counts once."""
    seen: set[str] = set()
    counts: dict[str, int] = {}
    for slice_ in store.list("EndpointSlice"):
        for endpoint in slice_.endpoints or ():
            about = endpoint.target_ref
            if not endpoint.conditions.ready or about is None or about.uid in seen:
                continue
            seen.add(about.uid)
            pod = store.get("Pod", about.name, about.namespace)
            owner = controller_of(pod) if pod is not None else None
            if owner is not None:
                counts[owner.uid] = counts.get(owner.uid, 0) + 1
    return counts
