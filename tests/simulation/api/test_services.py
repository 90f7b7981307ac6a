"""A Service keeps its address and its ports on the nodes until it becomes of a type that has none."""

import pytest
from msgspec.structs import replace

from simulation.api.defaults import default
from simulation.api.services import NODE_PORTS, kept, taken, with_node_ports
from simulation.api.validation import validate_service
from simulation.api.wire import from_manifest
from tests.simulation.api.objects import manifest


def service(name: str = "web", **spec):
    return default(from_manifest(manifest("Service", name, **spec)))


PORTS = [{"name": "a", "port": 80}, {"name": "b", "port": 81}]
STORED = with_node_ports(service(type="NodePort", clusterIP="10.96.0.9", ports=PORTS), ())


def test_each_port_gets_one_of_its_own_the_same_every_time():
    numbers = [port.node_port for port in STORED.spec.ports]
    assert len(set(numbers)) == 2 and all(number in NODE_PORTS for number in numbers)
    assert with_node_ports(service(type="NodePort", clusterIP="10.96.0.9", ports=PORTS), ()) == STORED
    other = with_node_ports(service("other", type="NodePort", ports=[{"port": 80, "nodePort": numbers[0]}]), ())
    assert numbers[0] not in [port.node_port for port in with_node_ports(service(type="NodePort", ports=PORTS), [other]).spec.ports]


def test_a_replacement_that_leaves_them_out_keeps_them():
    bare = service(type="NodePort", ports=list(reversed(PORTS)))
    new = kept(bare, STORED)
    assert {port.name: port.node_port for port in new.spec.ports} == {port.name: port.node_port for port in STORED.spec.ports}
    assert new.spec.cluster_ip == "10.96.0.9"


def test_a_type_that_has_no_use_for_them_loses_them():
    inside = default(kept(replace(STORED, spec=replace(STORED.spec, type="ClusterIP")), STORED))
    assert [port.node_port for port in inside.spec.ports] == [0, 0]
    assert (inside.spec.cluster_ip, inside.spec.external_traffic_policy) == ("10.96.0.9", None)
    assert validate_service(inside, STORED) == []
    outside = default(kept(replace(STORED, spec=replace(STORED.spec, type="ExternalName", external_name="x.y")), STORED))
    assert (outside.spec.cluster_ip, outside.spec.ip_families, outside.spec.internal_traffic_policy) == ("", (), None)
    assert validate_service(outside, STORED) == []


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"ports": [{"port": 80, "nodePort": 30001}]}, "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"),
        (
            {"type": "NodePort", "clusterIP": "None", "ports": [{"port": 80}]},
            "spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services",
        ),
        (
            {"externalTrafficPolicy": "Local"},
            'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
        ),
        (
            {"type": "NodePort", "ports": [{"name": "a", "port": 80, "nodePort": 30001}, {"name": "b", "port": 81, "nodePort": 30001}]},
            "spec.ports[1].nodePort: Duplicate value: 30001",
        ),
    ],
)
def test_what_a_type_may_not_have_is_refused(spec, said):
    assert [str(error) for error in validate_service(service(**spec))] == [said]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            {"clusterIP": "10.96.0.9"},
            'spec.clusterIPs: Invalid value: ["10.96.0.9"]: failed to allocate IP 10.96.0.9: provided IP is already allocated',
        ),
        (
            {"clusterIP": "1.2.3.4"},
            'spec.clusterIPs: Invalid value: ["1.2.3.4"]: failed to allocate IP 1.2.3.4: the provided IP (1.2.3.4) is not in the valid '
            "range. The range of valid IPs is 10.96.0.0/16",
        ),
        (
            {"type": "NodePort", "ports": [{"port": 80, "nodePort": 80}]},
            "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767",
        ),
        (
            {"type": "NodePort", "ports": [{"port": 80, "nodePort": STORED.spec.ports[0].node_port}]},
            f"spec.ports[0].nodePort: Invalid value: {STORED.spec.ports[0].node_port}: provided port is already allocated",
        ),
    ],
)
def test_what_is_anothers_or_out_of_range_cannot_be_had(spec, said):
    assert [str(error) for error in taken(service("other", **spec), [STORED])] == [said]
    assert taken(STORED, [STORED]) == []
