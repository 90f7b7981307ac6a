"""Where a node sends a connection to a Service: the endpoints among which its kube-proxy chooses.

Models pkg/proxy/topology.go CategorizeEndpoints (v1.36) for traffic from inside the cluster, without topology hints.
"""

from collections.abc import Iterable

from simulation.objects import Endpoint


def reachable(endpoints: Iterable[Endpoint], local_node: str | None = None) -> list[Endpoint]:
    """The ready endpoints, or if there is none, those that still serve while they end.

    With internalTrafficPolicy Local only those on `local_node` count; none of either kind means that a connection is refused.
    """
    there = [endpoint for endpoint in endpoints if local_node is None or endpoint.node_name == local_node]
    ready = [endpoint for endpoint in there if endpoint.conditions.ready]
    return ready or [endpoint for endpoint in there if endpoint.conditions.serving and endpoint.conditions.terminating]
