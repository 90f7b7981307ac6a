"""How long a Service needs until all its requests go to other pods: a copy of the cluster is told to move them, and watched.

The desk is not touched. What a hand will do in the meantime is not known: it is true if nobody touches anything.
"""

import json

from simulation.cluster import Cluster
from simulation.commands import Patch
from simulation.controllers.endpointslice import SERVICE_NAME
from simulation.engine import Millis
from simulation.objects import Service

LIMIT: Millis = 10_000
"""Beyond this it is called never."""


def switch_ms(cluster: Cluster, service: Service, labels: dict[str, str]) -> Millis | None:
    """From the moment at which the selector asks for these values of its keys until every endpoint is a pod that has them, and there is
    one; None if that does not come about by itself."""
    asked = {key: labels[key] for key in service.spec.selector}
    patch = json.dumps({"spec": {"selector": asked}})
    twin, began = cluster.copy(), cluster.now
    twin.do(Patch("Service", service.metadata.name, patch))
    while not _moved(twin, service, asked):
        if twin.now - began > LIMIT or not twin.run_next():
            return None
    return twin.now - began


def _moved(cluster: Cluster, service: Service, asked: dict[str, str]) -> bool:
    store = cluster.store
    slices = (
        s for s in store.list("EndpointSlice", service.metadata.namespace) if s.metadata.labels.get(SERVICE_NAME) == service.metadata.name
    )
    ready = [endpoint.target_ref for slice_ in slices for endpoint in slice_.endpoints or () if endpoint.conditions.ready]
    pods = [store.get("Pod", about.name, about.namespace) for about in ready if about is not None]
    return bool(pods) and all(pod is not None and asked.items() <= pod.metadata.labels.items() for pod in pods)
