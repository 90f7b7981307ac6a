"""The cases of upstream's CategorizeEndpoints for traffic from inside the cluster."""

from simulation.objects import Endpoint, EndpointConditions
from simulation.proxy import reachable
from tests.vectors import vector


def endpoints(given) -> list[Endpoint]:
    found = []
    for each in given["endpoints"] or ():
        serving, terminating = each.get("serving", each["ready"]), each.get("terminating", False)
        conditions = EndpointConditions(each["ready"], serving, terminating)
        found.append(Endpoint((each["endpoint"],), conditions, node_name="here" if each.get("isLocal") else "there"))
    return found


def listed(wanted: list[str] | str | None) -> list[str]:
    return [wanted] if isinstance(wanted, str) else wanted or []


def names(found: list[Endpoint]) -> list[str]:
    return [endpoint.addresses[0] for endpoint in found]


@vector("kube_proxy_endpoints", "TestCategorizeEndpoints")
def test_a_connection_goes_to_a_ready_endpoint_or_to_one_that_still_serves(given, expected):
    everywhere, here = reachable(endpoints(given)), reachable(endpoints(given), "here")
    local = given["serviceInfo"].get("internalPolicyLocal", False)
    assert names(here if local else everywhere) == listed(expected["localEndpoints" if local else "clusterEndpoints"])
    assert (local and not here and bool(everywhere)) == expected["onlyRemoteEndpoints"]
