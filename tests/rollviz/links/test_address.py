"""Others follow a link by the address that this page was opened at, and are told when that leads nowhere."""

import pytest
from django.test import RequestFactory, override_settings

from rollviz.links.address import absolute, only_here


def asked(host: str):
    return RequestFactory().get("/", headers={"host": host})


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("localhost:8000", True),
        ("desk.localhost:8000", True),
        ("127.0.0.1:8000", True),
        ("127.3.2.1", True),
        ("[::1]:8000", True),
        ("[::1]", True),
        ("192.168.1.5:8000", False),
        ("desk.example", False),
        ("desk.example:8443", False),
        ("[2001:db8::1]:8000", False),
    ],
)
@override_settings(ALLOWED_HOSTS=["*"])
def test_an_address_of_this_machine_is_told_from_one_that_others_can_follow(host, here):
    assert only_here(asked(host)) is here
    assert absolute(asked(host), "/s/x") == f"http://{host}/s/x"


@override_settings(ALLOWED_HOSTS=["*"], CSRF_TRUSTED_ORIGINS=["https://desk.example"])
def test_behind_a_proxy_that_speaks_tls_the_address_says_https():
    assert absolute(asked("desk.example"), "/s/x") == "https://desk.example/s/x"
    assert absolute(asked("other.example"), "/s/x") == "http://other.example/s/x"
