"""Services and what stands behind them: how `kubectl describe` tells of each."""

from simulation.api.derived import Endpoints
from simulation.kubectl.describing.page import NONE, UNSET, Page
from simulation.kubectl.things import listed
from simulation.objects import EndpointSlice, Service


def service(page: Page, service: Service) -> str:
    spec = service.spec
    page.head(service)
    page.marks(service)
    page.add(0, f"Selector:\t{','.join(f'{key}={spec.selector[key]}' for key in sorted(spec.selector)) or NONE}")
    page.add(0, f"Type:\t{spec.type}")
    if spec.ip_family_policy:
        page.add(0, f"IP Family Policy:\t{spec.ip_family_policy}")
    page.add(0, f"IP Families:\t{','.join(spec.ip_families) or NONE}")
    page.add(0, f"IP:\t{spec.cluster_ip}")
    if spec.cluster_ips:
        page.add(0, f"IPs:\t{','.join(spec.cluster_ips)}")
    if spec.external_name:
        page.add(0, f"External Name:\t{spec.external_name}")
    slices = [
        s for s in listed(page.store, "EndpointSlice") if s.metadata.labels.get("kubernetes.io/service-name") == service.metadata.name
    ]
    for port in spec.ports:
        page.add(0, f"Port:\t{port.name or UNSET}\t{port.port}/{port.protocol}")
        page.add(0, f"TargetPort:\t{port.target_port}/{port.protocol}")
        if port.node_port:
            page.add(0, f"NodePort:\t{port.name or UNSET}\t{port.node_port}/{port.protocol}")
        page.add(0, f"Endpoints:\t{_endpoints(slices, port.name)}")
    page.add(0, f"Session Affinity:\t{spec.session_affinity}")
    if spec.external_traffic_policy:
        page.add(0, f"External Traffic Policy:\t{spec.external_traffic_policy}")
    if spec.internal_traffic_policy:
        page.add(0, f"Internal Traffic Policy:\t{spec.internal_traffic_policy}")
    return page.events(service)


def endpoints(page: Page, endpoints: Endpoints) -> str:
    page.head(endpoints)
    page.marks(endpoints)
    page.add(0, "Subsets:")
    for subset in endpoints.subsets:
        for title, key in (("Addresses", "addresses"), ("NotReadyAddresses", "notReadyAddresses")):
            page.add(1, f"{title}:\t{','.join(address['ip'] for address in subset.get(key, ())) or NONE}")
        page.lines += ["  Ports:", "    Name\tPort\tProtocol", "    ----\t----\t--------"]
        page.lines += [f"    {port.get('name') or UNSET}\t{port['port']}\t{port['protocol']}" for port in subset["ports"]]
        page.lines.append("")
    return page.events(endpoints)


def endpoint_slice(page: Page, slice_: EndpointSlice) -> str:
    page.head(slice_)
    page.marks(slice_)
    page.add(0, f"AddressType:\t{slice_.address_type}")
    if slice_.ports:
        page.lines += ["Ports:", "  Name\tPort\tProtocol", "  ----\t----\t--------"]
        page.lines += [f"  {port.name or UNSET}\t{port.port}\t{port.protocol}" for port in slice_.ports]
    else:
        page.lines.append(f"Ports: {UNSET}")
    page.lines.append("Endpoints:" if slice_.endpoints else f"Endpoints: {NONE}")
    for endpoint in slice_.endpoints or ():
        page.add(1, f"- Addresses:\t{', '.join(endpoint.addresses)}")
        page.lines += ["    Conditions:", f"      Ready:\t{str(endpoint.conditions.ready).lower()}"]
        page.add(2, f"Hostname:\t{endpoint.hostname or UNSET}")
        if endpoint.target_ref is not None:
            page.add(2, f"TargetRef:\t{endpoint.target_ref.kind}/{endpoint.target_ref.name}")
        page.add(2, f"NodeName:\t{endpoint.node_name or UNSET}")
        page.add(2, f"Zone:\t{endpoint.zone or UNSET}")
    return page.events(slice_)


def _endpoints(slices: list[EndpointSlice], port_name: str) -> str:
    found = [
        f"{endpoint.addresses[0]}:{port.port}"
        for slice_ in slices
        for port in slice_.ports or ()
        if port.name == port_name
        for endpoint in slice_.endpoints or ()
        if endpoint.conditions.ready
    ]
    if not slices:
        return NONE
    return ",".join(found[:3]) + (f" + {len(found) - 3} more..." if len(found) > 3 else "")
