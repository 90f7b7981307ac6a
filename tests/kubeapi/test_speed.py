"""What a class costs: a list of a thousand pods, and twenty watches over a rollout of a hundred."""

import http.client
import os
import time
from urllib.parse import urlsplit

from tests.rollviz.desks import MANIFEST
from tests.rollviz.live import Server

PODS = "/api/v1/namespaces/default/pods"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
LIST_SECONDS = 0.150
WATCHES = 20
MOST_OF_A_CORE = 0.05


def test_a_thousand_pods_are_listed_in_time(kube_server):
    connection, path = desk_of(kube_server, 1000)
    took = []
    for _ in range(4):
        begun = time.perf_counter()
        connection.request("GET", f"{path}{PODS}?limit=5000", headers={"Accept": TABLE, "Accept-Encoding": "gzip"})
        body = connection.getresponse().read()
        took.append(time.perf_counter() - begun)
    assert len(body) > 10_000
    assert min(took) < LIST_SECONDS, took


def test_twenty_watches_cost_little_of_a_core(tmp_path):
    """The same rollout with and without them, by the server's own count of its time."""
    costs = []
    for watches in (0, WATCHES):
        server = Server(tmp_path)
        try:
            costs.append(rollout(server, watches))
        finally:
            server.kill()
    (alone, _), (watched, seconds) = costs
    assert (watched - alone) / seconds < MOST_OF_A_CORE, costs


def rollout(server: Server, watches: int) -> tuple[float, float]:
    """(CPU seconds of the server, wall seconds) for a rollout of a hundred pods."""
    connection, path = desk_of(server, 100)
    open_now = [begin(server, f"{path}{PODS}?watch=true") for _ in range(watches)]
    keep = begin(server, f"{path}/apis/apps/v1/namespaces/default/deployments?watch=true")
    body = b'{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"web:2.0"}]}}}}'
    headers = {"Content-Type": "application/strategic-merge-patch+json"}
    begun, used = time.perf_counter(), cpu(server)
    connection.request("PATCH", f"{path}/apis/apps/v1/namespaces/default/deployments/web", body, headers)
    assert connection.getresponse().read()
    time.sleep(20)
    assert keep is not None and len(open_now) == watches
    return cpu(server) - used, time.perf_counter() - begun


def desk_of(server: Server, replicas: int) -> tuple[http.client.HTTPConnection, str]:
    manifest = MANIFEST.replace("replicas: 10", f"replicas: {replicas}")
    status, body = server.post("/api/desks", {"manifest": manifest})
    assert status == 201, body
    status, _ = server.post(f"/api/desks/{body['desk']}/clock", {"advance": 60}, body["key"])
    assert status == 200
    url = urlsplit(server.url)
    return http.client.HTTPConnection(url.hostname, url.port, timeout=60), f"/k8s/{body['desk']}-{body['key']}"


def begin(server: Server, path: str) -> http.client.HTTPResponse:
    url = urlsplit(server.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    connection.request("GET", path, headers={"Accept": TABLE})
    return connection.getresponse()


def cpu(server: Server) -> float:
    """Seconds of processor time that the server has used."""
    fields = open(f"/proc/{server.process.pid}/stat").read().rpartition(")")[2].split()  # noqa: SIM115
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
