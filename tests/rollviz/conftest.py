"""Each test finds no open rooms; live tests share one server unless they stop it."""

import pytest
from django.core.management import call_command

from rollviz.rooms.registry import registry
from tests.rollviz.live import Server


@pytest.fixture(scope="session")
def static_files():
    call_command("collectstatic", verbosity=0, interactive=False)


@pytest.fixture(autouse=True)
def no_open_rooms():
    yield
    registry.__init__()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    code, _, said = server.stop()
    assert (code, said) == (0, "")


@pytest.fixture
def start_server(tmp_path):
    """Starts servers that a test may kill; `start_server(NAME="value")` sets its environment."""
    servers = []

    def start(**environment: str) -> Server:
        servers.append(Server(tmp_path, **environment))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()
