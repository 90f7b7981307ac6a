"""Who receives traffic: every case of upstream's endpoint conversion, and how slices fill."""

import pytest
from msgspec.structs import replace

from simulation.controllers.endpointslice import can_be_endpoint, endpoint_of, sync_service
from simulation.engine import FAILED, Engine
from simulation.objects import Container, Node, ObjectMeta, Pod, PodSpec, PodStatus, Service, ServicePort, ServiceSpec
from simulation.store import Store
from tests.simulation.given import addressed, record
from tests.vectors import vector


@vector("endpointslices", "TestShouldPodBeInEndpoints")
def test_a_pod_with_an_address_that_has_not_ended_is_an_endpoint(given, expected):
    assert can_be_endpoint(addressed(given["pod"])) == expected["expected"]


@vector("endpointslices", "TestPodToEndpoint")
def test_a_pod_is_ready_serving_terminating(given, expected):
    store = Store(Engine(1))
    wanted = expected["expectedEndpoint"]
    if given["node"] is None and "zone" in wanted:
        # this case takes the node of the ones above
        store.create(Node(ObjectMeta(name="node-1", labels={"topology.kubernetes.io/zone": wanted["zone"]})))
    elif given["node"] is not None:
        store.create(record(Node, given["node"]))
    spec = ServiceSpec(publish_not_ready_addresses=given["svc"]["spec"].get("publishNotReadyAddresses", False))
    service = Service(record(ObjectMeta, given["svc"]["metadata"]), spec)
    found = endpoint_of(store, service, addressed(given["pod"]))
    assert list(found.addresses) == wanted["addresses"]
    conditions = found.conditions
    assert {"ready": conditions.ready, "serving": conditions.serving, "terminating": conditions.terminating} == wanted["conditions"]
    assert (found.zone, found.hostname, found.node_name) == (wanted.get("zone"), wanted.get("hostname"), wanted["nodeName"])
    target = found.target_ref
    assert {"kind": target.kind, "namespace": target.namespace, "name": target.name} == wanted["targetRef"]


WEB = {"app": "web"}


def served(pods: int, *ports: ServicePort) -> Store:
    """A service `web` over so many pods with addresses; every third names its port differently."""
    store = Store(Engine(1))
    store.create(Service(ObjectMeta(name="web", namespace="default"), ServiceSpec(ports or (ServicePort(port=80),), WEB)))
    for number in range(pods):
        container = Container("c", ports=({"name": "http" if number % 3 else "www", "containerPort": 8080 if number % 3 else 8000},))
        status = PodStatus(pod_ip=f"10.0.0.{number}")
        store.create(Pod(ObjectMeta(name=f"p{number}", namespace="default", labels=WEB), PodSpec(containers=(container,)), status))
    sync_service(store, ("default", "web"))
    return store


def sizes(store: Store) -> list[int]:
    return [len(slice_.endpoints) for slice_ in store.list("EndpointSlice")]


@pytest.mark.parametrize(("pods", "slices"), [(0, [0]), (1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
def test_a_slice_holds_a_hundred_and_a_service_without_pods_has_an_empty_one(pods, slices):
    assert sizes(served(pods)) == slices


def test_pods_that_go_leave_gaps_that_new_ones_fill():
    store = served(101)
    first = store.list("EndpointSlice")[0]
    kept = [endpoint.target_ref.name for endpoint in first.endpoints[5:]]
    for number in range(5):
        store.delete("Pod", f"p{number}", grace_period_seconds=0)
    for number in range(3):
        meta = ObjectMeta(name=f"new{number}", namespace="default", labels=WEB)
        store.create(Pod(meta, status=PodStatus(pod_ip=f"10.0.1.{number}")))
    sync_service(store, ("default", "web"))
    assert sizes(store) == [98, 1]
    assert [endpoint.target_ref.name for endpoint in store.list("EndpointSlice")[0].endpoints] == [*kept, "new0", "new1", "new2"]


def test_a_named_port_is_each_pods_own_and_left_out_where_a_pod_has_none():
    store = served(6, ServicePort(port=80, name="web", target_port="http"))
    found = [([(port.name, port.port) for port in slice_.ports], len(slice_.endpoints)) for slice_ in store.list("EndpointSlice")]
    assert sorted(found) == [([], 2), ([("web", 8080)], 4)]


def test_a_label_plugs_and_unplugs_a_pod():
    store = served(2)
    unplugged = store.get("Pod", "p0")
    store.update(replace(unplugged, metadata=replace(unplugged.metadata, labels={})))
    sync_service(store, ("default", "web"))
    assert sizes(store) == [1]


def gone(store: Store, *numbers: int) -> None:
    for number in numbers:
        store.delete("Pod", f"p{number}", grace_period_seconds=0)
    sync_service(store, ("default", "web"))


def come(store: Store, count: int) -> None:
    for number in range(count):
        meta = ObjectMeta(name=f"new{number}", namespace="default", labels=WEB)
        store.create(Pod(meta, status=PodStatus(pod_ip=f"10.0.1.{number}")))
    sync_service(store, ("default", "web"))


def test_the_last_pod_leaves_a_slice_without_ports_and_the_next_takes_it_over():
    store = served(1)
    [before] = store.list("EndpointSlice")
    gone(store, 0)
    [empty] = store.list("EndpointSlice")
    assert (empty.metadata.name, empty.ports, empty.endpoints) == (before.metadata.name, (), ())
    come(store, 1)
    [after] = store.list("EndpointSlice")
    assert (after.metadata.name, after.ports) == (before.metadata.name, before.ports)


def test_new_pods_go_into_the_one_slice_that_they_fill_best_or_into_one_of_their_own():
    store = served(250)
    gone(store, *range(3))
    assert sizes(store) == [97, 100, 50]
    # nothing else changes: four do not fit into the first, so all go into the last
    come(store, 4)
    assert sizes(store) == [97, 100, 54]
    store = served(200)
    gone(store, 0)
    come(store, 2)
    assert sizes(store) == [99, 100, 2]


def test_a_pod_whose_node_is_gone_is_left_out_and_looked_at_again():
    store = served(1)
    on = replace(store.get("Pod", "p0").spec, node_name="node-9")
    store.update_status(replace(store.get("Pod", "p0"), spec=on))
    assert sync_service(store, ("default", "web")) == FAILED
    assert sizes(store) == [0]
    [event] = store.list("Event")
    assert (event.type, event.reason, event.source.component) == ("Warning", "FailedToUpdateEndpointSlices", "endpoint-slice-controller")
    assert event.message == (
        "Error updating Endpoint Slices for Service default/web: skipping Pod p0 for Service default/web: Node node-9 Not Found"
    )
