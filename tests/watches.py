"""What twenty open watches cost over a rollout of a hundred pods: `python -m tests.watches`, a part of `make bench`."""

import http.client
import os
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.rollviz.desks import MANIFEST
from tests.rollviz.live import Server

PODS = "/api/v1/namespaces/default/pods"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
WATCHES = 20
ROLLOUT_SECONDS = 20


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
    time.sleep(ROLLOUT_SECONDS)
    spent = cpu(server) - used, time.perf_counter() - begun
    for watch in (*open_now, keep):
        watch.close()
    return spent


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


def main() -> None:
    """The same rollout with and without them, by the server's own count of its time."""
    costs = []
    for watches in (0, WATCHES):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(Path(folder))
            try:
                costs.append(rollout(server, watches))
            finally:
                server.kill()
    (alone, _), (watched, seconds) = costs
    print(f"{WATCHES} watches over a rollout of 100 pods: {100 * (watched - alone) / seconds:.1f} % of a core more than none")


if __name__ == "__main__":
    main()
