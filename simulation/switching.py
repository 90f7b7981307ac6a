"""How long a Service needs until all its requests go to other pods: a copy of the cluster is told to move them, and its proxies watched.

The desk is not touched. What a hand will do in the meantime is not known: it is true if nobody touches anything.
"""

import json

from simulation.cluster import Cluster
from simulation.commands import Patch
from simulation.engine import Millis
from simulation.objects import Clients, Service

LIMIT: Millis = 10_000
"""Beyond this it is called never."""


def switch_ms(cluster: Cluster, service: Service, labels: dict[str, str]) -> Millis | None:
    """From the moment at which the selector asks for these values of its keys until the proxies send to pods that have them, and to no
    other; None if that does not come about by itself."""
    asked = {key: labels[key] for key in service.spec.selector}
    patch = json.dumps({"spec": {"selector": asked}})
    twin, began = cluster.copy(), cluster.now
    if (service.metadata.namespace, service.metadata.name) not in twin.traffic.flows:
        twin.store.set_clients(Clients(service.metadata.name, service.metadata.namespace, rate=1))
    twin.do(Patch("Service", service.metadata.name, patch))
    while not _moved(twin, service, asked):
        if twin.now - began > LIMIT or not twin.run_next():
            return None
    return twin.now - began


def _moved(cluster: Cluster, service: Service, asked: dict[str, str]) -> bool:
    known = cluster.traffic.flows[service.metadata.namespace, service.metadata.name].table.values()
    pods = [cluster.store.get("Pod", endpoint.name, endpoint.namespace) for endpoint in known]
    return bool(pods) and all(pod is not None and asked.items() <= pod.metadata.labels.items() for pod in pods)
