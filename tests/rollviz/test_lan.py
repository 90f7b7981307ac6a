"""Whom a server hears that listens here, and how others reach it."""

import ipaddress

import pytest

from rollviz.lan import is_open, own_address


@pytest.mark.parametrize(
    ("host", "heard"), [("127.0.0.1", False), ("localhost", False), ("::1", False), ("0.0.0.0", True), ("::", True), ("192.168.1.5", True)]
)
def test_who_is_heard(host, heard):
    assert is_open(host) is heard


def test_the_own_address_is_none_of_this_machine_alone():
    found = own_address()
    assert not found or not ipaddress.ip_address(found).is_loopback


def test_a_server_on_a_network_answers_to_its_address_there(start_server):
    found = own_address()
    server = start_server(HOST="0.0.0.0")
    if found:
        server.url = server.url.replace("0.0.0.0", found)
        assert server.make_desk().state()["time"] >= 0
