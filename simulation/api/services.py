"""What the API server gives a Service, and what outlives a change of it: its address and its ports on the nodes.

Models pkg/registry/core/service/{strategy.go,storage/{storage,alloc}.go} (v1.36). A real server draws node ports at random; here a port
follows from the Service's name, so that a run plays again.
"""

import zlib
from collections.abc import Iterable

from msgspec.structs import replace

from simulation.api.errors import INVALID, FieldError
from simulation.objects import Service, ServicePort

NETWORK = "10.96"
NODE_PORTS = range(30_000, 32_768)
ON_NODES = ("NodePort", "LoadBalancer")


def kept(new: Service, old: Service) -> Service:
    """An update that leaves out what was allocated keeps it; a type that has no use for it loses it (patchAllocatedValues,
    dropTypeDependentFields)."""
    inside = [service.spec.type != "ExternalName" for service in (old, new)]
    if all(inside) and not new.spec.cluster_ip:
        new = _with(new, cluster_ip=old.spec.cluster_ip, cluster_ips=old.spec.cluster_ips)
    if inside == [True, False]:
        new = _without_address(new, old)
    have, wants = (_on_nodes(service) for service in (old, new))
    if have and wants:
        new = _with(new, ports=_kept_ports(new.spec.ports, old.spec.ports))
    elif have and _node_ports(new) == _node_ports(old):
        new = _with(new, ports=tuple(replace(port, node_port=0) for port in new.spec.ports))
    if have and not wants and new.spec.external_traffic_policy == old.spec.external_traffic_policy:
        new = _with(new, external_traffic_policy=None)
    if old.spec.type == "LoadBalancer" != new.spec.type:
        new = _with(new, allocate_load_balancer_node_ports=None)
    return new


def taken(new: Service, others: Iterable[Service], network: str = NETWORK) -> list[FieldError]:
    """What was asked for and cannot be given, because it is another's or out of range."""
    rest = [other for other in others if other.metadata.name != new.metadata.name]
    address, errors = new.spec.cluster_ip, []
    if address not in ("", "None"):
        said = f"failed to allocate IP {address}: "
        if not address.startswith(f"{network}."):
            why = f"the provided IP ({address}) is not in the valid range. The range of valid IPs is {network}.0.0/16"
            errors.append(FieldError(INVALID, "spec.clusterIPs", [address], said + why))
        elif address in {other.spec.cluster_ip for other in rest}:
            errors.append(FieldError(INVALID, "spec.clusterIPs", [address], said + "provided IP is already allocated"))
    theirs = _used(rest)
    for i, port in enumerate(new.spec.ports):
        if not port.node_port or not _on_nodes(new):
            continue
        where = f"spec.ports[{i}].nodePort"
        if port.node_port not in NODE_PORTS:
            why = f"provided port is not in the valid range. The range of valid ports is {NODE_PORTS[0]}-{NODE_PORTS[-1]}"
            errors.append(FieldError(INVALID, where, port.node_port, why))
        elif (port.protocol, port.node_port) in theirs:
            errors.append(FieldError(INVALID, where, port.node_port, "provided port is already allocated"))
    return errors


def with_node_ports(new: Service, others: Iterable[Service]) -> Service:
    """The Service with a port on the nodes for each of its ports that needs one."""
    if not _on_nodes(new) or new.spec.allocate_load_balancer_node_ports is False or all(port.node_port for port in new.spec.ports):
        return new
    used = _used([*(other for other in others if other.metadata.name != new.metadata.name), new])
    ports: list[ServicePort] = []
    for port in new.spec.ports:
        number = port.node_port or _free(f"{new.metadata.namespace}/{new.metadata.name}:{port.port}", port.protocol, used)
        used.add((port.protocol, number))
        ports.append(replace(port, node_port=number))
    return _with(new, ports=tuple(ports))


def _free(name: str, protocol: str, used: set[tuple[str, int]]) -> int:
    first = zlib.crc32(name.encode()) % len(NODE_PORTS)
    tries = (NODE_PORTS[(first + step) % len(NODE_PORTS)] for step in range(len(NODE_PORTS)))
    return next(number for number in tries if (protocol, number) not in used)


def _kept_ports(new: tuple[ServicePort, ...], old: tuple[ServicePort, ...]) -> tuple[ServicePort, ...]:
    by_name = {port.name: port.node_port for port in old}
    both = {port.node_port for port in old} & {port.node_port for port in new}
    return tuple(replace(p, node_port=by_name.get(p.name, 0)) if not p.node_port and by_name.get(p.name, 0) not in both else p for p in new)


def _without_address(new: Service, old: Service) -> Service:
    if new.spec.cluster_ip in ("", old.spec.cluster_ip):
        new = _with(new, cluster_ip="", cluster_ips=())
    families = new.spec.ip_families in ((), old.spec.ip_families)
    new = _with(new, ip_families=(), ip_family_policy=None) if families else new
    same = new.spec.internal_traffic_policy == old.spec.internal_traffic_policy
    return _with(new, internal_traffic_policy=None) if same else new


def _on_nodes(service: Service) -> bool:
    return service.spec.type in ON_NODES


def _node_ports(service: Service) -> set[int]:
    return {port.node_port for port in service.spec.ports}


def _used(services: Iterable[Service]) -> set[tuple[str, int]]:
    return {(port.protocol, port.node_port) for service in services for port in service.spec.ports if port.node_port}


def _with(service: Service, **spec: object) -> Service:
    return replace(service, spec=replace(service.spec, **spec))
