"""One server for these tests; each has its own desk."""

from typing import Any

import pytest

from tests.kubeapi.kubectl import NEWEST, Kubectl
from tests.rollviz.desks import MANIFEST
from tests.rollviz.live import LiveDesk, Server


@pytest.fixture(scope="session")
def kube_server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("kubeapi"))
    yield server
    code, _, said = server.stop()
    assert (code, said) == (0, "")


@pytest.fixture
def open_desk(kube_server, tmp_path):
    """`open_desk(version, manifest, file)`: a new desk, which begins with a manifest or a scenario file, and a kubectl for it."""

    def make(version: str = NEWEST, manifest: str = MANIFEST, server: Server | None = None, file: str = "", **more: Any) -> Kubectl:
        server = server or kube_server
        status, body = server.post("/api/desks", {"seed": 1} | ({"file": file} if file else {"manifest": manifest}) | more)
        assert status == 201, body
        return Kubectl(server, LiveDesk(server, body["desk"], body["key"]), tmp_path, version)

    return make


@pytest.fixture
def kubectl(open_desk):
    """On a desk whose clock is quick, so that nobody waits for a rollout."""
    found = open_desk()
    found.desk.clock(speed=16)
    return found
