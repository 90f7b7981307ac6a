import http.client
import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed

from tests.rollviz.desks import SET_IMAGE

STOP_SECONDS = 3


def code_of_end(viewer) -> int:
    with pytest.raises(ConnectionClosed):
        while True:
            viewer.recv(timeout=60)
    return viewer.protocol.close_code


def test_told_to_stop_it_ends_in_order_with_sockets_open(start_server):
    server = start_server()
    desk = server.make_desk()
    with ExitStack() as stack:
        viewers = [stack.enter_context(desk.watch()) for _ in range(25)]
        desk.clock(speed=16)
        for viewer in viewers:
            viewer.recv(timeout=60)
        code, seconds, said = server.stop()
        assert (code, said) == (0, "")
        assert seconds < STOP_SECONDS
        assert code_of_end(viewers[0]) == 1006, "the page's extension reconnects after this code"


def test_told_to_stop_in_the_middle_of_a_long_run_it_does_not_wait_for_it(start_server):
    server = start_server()
    desk = server.make_desk()
    url = urlsplit(server.url)
    connection = http.client.HTTPConnection(url.hostname, url.port)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {desk.key}"}
    connection.request("POST", f"/api/desks/{desk.desk}/clock", '{"advance": 86400}', headers)
    assert server.get("/api/nothing")[0] == 404
    code, seconds, _ = server.stop()
    assert code == 0
    assert seconds < STOP_SECONDS


def test_a_killed_server_goes_on_with_the_same_rollout(start_server):
    server = start_server()
    desk = server.make_desk()
    desk.clock(advance=60, paused=True)
    desk.do(SET_IMAGE.replace("web=", "*="))
    at = desk.clock(advance=2)
    before = desk.state()
    assert 0 < before["deployments"][0]["status"]["updatedReplicas"] < 10
    server.kill()
    server.start()
    assert desk.state() == before
    desk.clock(advance=60)
    finished = desk.state()
    assert finished["deployments"][0]["status"]["updatedReplicas"] == 10
    assert at == 62


def test_a_killed_server_never_takes_time_back(start_server):
    server = start_server()
    desk = server.make_desk()
    with desk.watch() as viewer:
        desk.clock(speed=4)
        for _ in range(4):
            viewer.recv(timeout=60)
        seen = desk.state()["time"]
        server.kill()
    server.start()
    assert 0 < seen <= desk.state()["time"] <= seen + 2 * 4 + 1


def test_a_killed_server_comes_back_with_its_takes_and_its_playhead(start_server):
    server = start_server()
    desk = server.make_desk()
    desk.clock(advance=20, paused=True)
    desk.do(SET_IMAGE.replace("web=", "*="))
    desk.clock(advance=40)
    first = desk.state()
    desk.clock(seek=24.5)
    desk.do("scale deployment/web --replicas=3")
    desk.clock(advance=20)
    desk.clock(seek=30.25)
    before = desk.state()
    server.kill()
    server.start()
    assert desk.state() == before
    assert (before["time"], before["end"], before["take"], len(before["takes"])) == (30.25, 44.5, 2, 2)
    desk.clock(take=1, seek="end")
    assert {**desk.state(), "takes": first["takes"]} == first


def test_a_port_that_is_taken_is_said_in_one_line(server, tmp_path):
    port = str(urlsplit(server.url).port)
    environment = {**os.environ, "PORT": port, "DATA_DIR": str(tmp_path)}
    run = subprocess.run([sys.executable, "-m", "rollviz"], env=environment, capture_output=True, text=True, timeout=20)
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.startswith("rollviz cannot listen here") and run.stderr.count("\n") == 1


def test_the_same_data_directory_keeps_its_secret_to_its_owner(start_server, tmp_path):
    start_server()
    secret = tmp_path / "secret.key"
    assert secret.stat().st_mode & 0o777 == 0o600
    kept = secret.read_text()
    assert len(kept) >= 50
    start_server()
    assert secret.read_text() == kept


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_without_end_is_refused_and_not_kept(server, chunked):
    url = urlsplit(server.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    block, blocks = b" " * 65_536, 64
    headers = {"Content-Type": "application/json"} | ({} if chunked else {"Content-Length": str(len(block) * blocks)})
    connection.request("POST", "/api/desks", (block for _ in range(blocks)), headers, encode_chunked=chunked)
    assert connection.getresponse().status == 413


def test_a_frame_that_is_too_large_ends_the_socket(server):
    with server.make_desk().watch() as viewer:
        viewer.send("x" * 20_000)
        assert code_of_end(viewer) != 1000


@pytest.mark.parametrize(
    ("size", "status", "kind"), [(60_000, 200, "application/json"), (300_000, 431, "text/plain"), (3_000_000, 431, "text/plain")]
)
def test_a_long_address_is_read_and_a_huge_one_refused(server, size, status, kind):
    desk, url = server.make_desk(), urlsplit(server.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    connection.request("GET", f"/k8s/{desk.desk}-{desk.key}/api/v1/nodes?x={'a' * size}")
    response = connection.getresponse()
    assert (response.status, response.headers.get_content_type()) == (status, kind)


@pytest.mark.parametrize("line", [b"nonsense", b"GET / HTTP/1.1\r\nno colon", b"GET / HTTP/1.1\r\nx@y: 1"])
def test_what_is_no_http_is_told_so_in_plain_text(server, line):
    url = urlsplit(server.url)
    with socket.create_connection((url.hostname, url.port), timeout=60) as connection:
        connection.sendall(line + b"\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain")


def test_a_socket_to_the_kubernetes_api_is_answered_in_its_words(server):
    desk, url = server.make_desk(), urlsplit(server.url)
    for path, said in (("pods?watch=1", "plain HTTP"), ("pods/x/exec?command=ls", 'pods "x" not found')):
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
        headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
        connection.request("GET", f"/k8s/{desk.desk}-{desk.key}/api/v1/namespaces/default/{path}", headers=headers)
        answer = json.load(connection.getresponse())
        assert answer["kind"] == "Status" and said in answer["message"]


def test_a_form_that_is_broken_reaches_the_view(server):
    desk, url = server.make_desk(), urlsplit(server.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    headers = {"Content-Type": "multipart/form-data"}
    connection.request("POST", f"/k8s/{desk.desk}-{desk.key}/api/v1/namespaces/default/pods", b"broken", headers)
    assert json.load(connection.getresponse())["reason"] == "UnsupportedMediaType"
