"""Every case of upstream's printers for the kinds that there are."""

from simulation.api.columns import row
from simulation.api.derived import Endpoints
from simulation.objects import Deployment, EndpointSlice, Event, Node, ObjectMeta, PodDisruptionBudget, ReplicaSet, Service
from tests.simulation.given import addressed, record
from tests.vectors import vector

FILE = "kubectl_printers"
NOW = 1_000_000_000


def cells(obj, given) -> list[list[str | int]]:
    return [row(obj, NOW, given.get("options", {}).get("wide", False))]


@vector(FILE, "TestPrintPod")
def test_the_status_of_a_pod_is_that_of_its_first_container_with_a_problem(given, expected):
    assert cells(addressed(given["pod"], NOW), given) == expected["rows"]


@vector(FILE, "TestPrintPodWithRestartableInitContainer")
def test_a_sidecar_counts_among_the_containers(given, expected):
    assert cells(addressed(given["pod"], NOW), given) == expected["rows"]


@vector(FILE, "TestPrintPodwide")
def test_a_wide_pod_says_where_it_is(given, expected):
    assert [row(addressed(given["pod"], NOW), NOW, wide=True)] == expected["rows"]


def node(body) -> Node:
    info = body.get("status", {}).get("nodeInfo", {})
    if "oSImage" in info:
        # the vectors spell it as Go's field
        info["osImage"] = info.pop("oSImage")
    return record(Node, body, NOW)


@vector(FILE, "TestPrintNodeStatus", "TestPrintNodeRole", "TestPrintNodeName")
def test_a_node_has_roles_is_ready_or_not_and_may_be_closed(given, expected):
    assert [row(node(given["node"]), NOW)] == expected["rows"]


@vector(
    FILE,
    "TestPrintNodeExternalIP",
    "TestPrintNodeInternalIP",
    "TestPrintNodeKernelVersion",
    "TestPrintNodeOSImage",
    "TestPrintNodeContainerRuntimeVersion",
    "TestPrintNodeArch",
)
def test_a_wide_node_says_where_and_what_it_is(given, expected):
    assert [row(node(given["node"]), NOW, wide=True)] == expected["rows"]


@vector(FILE, "TestPrintEvent")
def test_an_event_says_when_it_was_last_seen(given, expected):
    body = given["event"]
    if "reportingController" in body:
        body["reportingComponent"] = body.pop("reportingController")
    assert cells(record(Event, body, NOW), given) == expected["rows"]


@vector(FILE, "TestPrintService")
def test_a_service_has_addresses_and_ports(given, expected):
    assert cells(record(Service, given["service"], NOW), given) == expected["rows"]


@vector(FILE, "TestPrintServiceLoadBalancer")
def test_a_balancers_addresses_are_cut_unless_there_is_room(given, expected):
    assert cells(record(Service, given["service"], NOW), given) == expected["rows"]


@vector(FILE, "TestPrintDeployment")
def test_a_deployment_counts_what_is_ready_updated_and_available(given, expected):
    assert cells(record(Deployment, given["deployment"], NOW), given) == expected["rows"]


@vector(FILE, "TestPrintReplicaSet")
def test_a_replica_set_counts_what_is_desired_there_and_ready(given, expected):
    assert cells(record(ReplicaSet, given["replicaSet"], NOW), given) == expected["rows"]


@vector(FILE, "TestPrintEndpointSlice")
def test_a_slice_names_three_ports_and_addresses(given, expected):
    body = given["endpointSlice"]
    body["addressType"] = body["addressType"].rpartition("AddressType")[2]
    for endpoint in body["endpoints"]:
        endpoint["conditions"] = {"ready": True, "serving": True, "terminating": False}
    assert cells(record(EndpointSlice, body, NOW), given) == expected["rows"]


@vector(FILE, "TestPrintEndpoint")
def test_endpoints_name_three_addresses_with_their_ports(given, expected):
    body = given["endpoint"]
    endpoints = Endpoints(record(ObjectMeta, body["metadata"], NOW), tuple(body.get("subsets", ())))
    assert cells(endpoints, given) == expected["rows"]


def test_a_budget_has_one_bound():
    budget = record(PodDisruptionBudget, {"metadata": {"name": "web", "creationTimestamp": {"now_plus_seconds": -60}}}, NOW)
    body = {"spec": {"minAvailable": "50%"}, "metadata": {"name": "web"}}
    assert row(budget, NOW) == ["web", "N/A", "N/A", 0, "60s"]
    assert row(record(PodDisruptionBudget, body), NOW) == ["web", "50%", "N/A", 0, "<unknown>"]
