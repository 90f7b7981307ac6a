"""Watches of the API: what they begin with, what they end with, and that none is left when its client has gone."""

import asyncio
import http.client
import json
import os
import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from rollviz.kubeapi.feed import feed_of
from rollviz.rooms.registry import registry
from tests.kubeapi.test_wrong import DEPLOYMENTS, PODS, desk  # noqa: F401  the fixture
from tests.rollviz.live import Server

SEEN = 50


class Stream:
    """One watch, read line by line."""

    def __init__(self, desk, query: str, path: str = PODS, accept: str = "application/json"):  # noqa: F811
        self.desk, self.query, self.path, self.accept = desk, query, path, accept

    async def __aenter__(self):
        status, response = await self.desk.ask("GET", f"{self.path}?watch=true&{self.query}", accept=self.accept)
        assert status == 200
        self._lines = response.streaming_content.__aiter__()
        self._waiting: list = []
        return self

    async def __aexit__(self, *_):
        await self._lines.aclose()

    async def next(self) -> dict:
        while not self._waiting:
            piece = await asyncio.wait_for(self._lines.__anext__(), 60)
            self._waiting = [json.loads(line) for line in piece.splitlines()]
        return self._waiting.pop(0)


async def at(desk, path: str = PODS) -> str:  # noqa: F811
    return (await desk.ask("GET", path))[1]["metadata"]["resourceVersion"]


async def play(desk, **change) -> None:  # noqa: F811
    body = {"paused": True} | change
    address, headers = f"/api/desks/{desk.desk}/clock", {"authorization": f"Bearer {desk.key}"}
    answer = await desk.client.post(address, json.dumps(body), content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.content


async def test_without_a_version_it_begins_with_everything(desk):  # noqa: F811
    await play(desk, advance=30)
    for query in ("", "resourceVersion=0"):
        async with Stream(desk, query) as stream:
            events = [await stream.next() for _ in range(10)]
        assert {event["type"] for event in events} == {"ADDED"}
        assert len({event["object"]["metadata"]["name"] for event in events}) == 10


async def test_from_a_version_it_tells_exactly_what_came_after(desk):  # noqa: F811
    await play(desk, advance=30)
    version = await at(desk)
    await desk.ask("PATCH", f"{DEPLOYMENTS}/web/scale", {"spec": {"replicas": 11}}, media="application/merge-patch+json")
    await play(desk, advance=10)
    async with Stream(desk, f"resourceVersion={version}") as stream:
        seen = [await stream.next() for _ in range(4)]
    assert [event["type"] for event in seen] == ["ADDED", "MODIFIED", "MODIFIED", "MODIFIED"]
    versions = [int(event["object"]["metadata"]["resourceVersion"]) for event in seen]
    assert versions == sorted(versions) and versions[0] > int(version)


async def test_what_no_longer_matches_is_gone_for_this_client(desk):  # noqa: F811
    await play(desk, advance=30)
    name = (await desk.ask("GET", PODS))[1]["items"][0]["metadata"]["name"]
    async with Stream(desk, f"labelSelector=app%3Dweb&resourceVersion={await at(desk)}") as stream:
        await desk.ask("PATCH", f"{PODS}/{name}", {"metadata": {"labels": {"app": "other"}}}, media="application/merge-patch+json")
        event = await stream.next()
        while event["object"]["metadata"]["name"] != name:
            event = await stream.next()
    assert event["type"] == "DELETED"


async def test_initial_events_end_with_a_bookmark_that_says_so(desk):  # noqa: F811
    await play(desk, advance=30)
    query = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    async with Stream(desk, query) as stream:
        events = [await stream.next() for _ in range(11)]
    assert [event["type"] for event in events] == ["ADDED"] * 10 + ["BOOKMARK"]
    assert events[-1]["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


async def test_a_table_says_its_columns_once(desk):  # noqa: F811
    await play(desk, advance=30)
    async with Stream(desk, "", accept="application/json;as=Table;v=v1;g=meta.k8s.io,application/json") as stream:
        first, second = (await stream.next())["object"], (await stream.next())["object"]
    assert [column["name"] for column in first["columnDefinitions"]][:3] == ["Name", "Ready", "Status"]
    assert second["columnDefinitions"] is None and len(second["rows"]) == 1


@pytest.mark.parametrize("move", [{"seek": 5}, {"step": "previous"}, {"undo": True}])
async def test_after_the_playhead_was_moved_it_ends_with_expired(desk, move):  # noqa: F811
    await play(desk, advance=30)
    await desk.ask("PATCH", f"{DEPLOYMENTS}/web/scale", {"spec": {"replicas": 11}}, media="application/merge-patch+json")
    await play(desk, advance=5)
    version = await at(desk)
    async with Stream(desk, f"resourceVersion={version}") as stream:
        opened = asyncio.ensure_future(stream.next())
        await asyncio.sleep(0)
        await play(desk, **move)
        event = await opened
    assert (event["type"], event["object"]["code"], event["object"]["reason"]) == ("ERROR", 410, "Expired")
    async with Stream(desk, f"resourceVersion={version}") as stream:
        assert (await stream.next())["object"]["reason"] == "Expired"


async def test_its_time_is_up_when_the_client_said(desk):  # noqa: F811
    async with Stream(desk, f"timeoutSeconds=1&resourceVersion={await at(desk)}") as stream:
        with pytest.raises(StopAsyncIteration):
            await stream.next()
    assert not feed_of(registry._rooms[desk.desk]).watches


def test_200_watches_opened_and_dropped_leave_nothing(tmp_path):
    server = Server(tmp_path)
    try:
        live = server.make_desk()
        live.clock(paused=True)
        before = files(server)
        for _ in range(2):
            with ExitStack() as stack:
                sockets = [stack.enter_context(opened(server, live)) for _ in range(200)]
                assert all(b"200 OK" in sock.recv(4096) for sock in sockets)
            deadline = time.monotonic() + 60
            while files(server) > before + 5:
                assert time.monotonic() < deadline, (files(server), before)
                time.sleep(0.05)
        code, seconds, said = server.stop()
        assert (code, said) == (0, "") and seconds < 3
    finally:
        server.kill()


def test_open_watches_end_cleanly_when_the_server_stops(tmp_path):
    server = Server(tmp_path)
    live = server.make_desk()
    url = urlsplit(server.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    connection.request("GET", f"/k8s/{live.desk}-{live.key}{PODS}?watch=true")
    response = connection.getresponse()
    assert response.headers["Transfer-Encoding"] == "chunked"
    code, seconds, said = server.stop()
    assert (code, said) == (0, "") and seconds < 1.5
    response.read()


def files(server) -> int:
    """How many the server has open."""
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def opened(server, live) -> socket.socket:
    url = urlsplit(server.url)
    sock = socket.create_connection((url.hostname, url.port), timeout=60)
    sock.sendall(f"GET /k8s/{live.desk}-{live.key}{PODS}?watch=true HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode())
    return sock


async def test_a_followed_log_ends_when_time_is_moved_and_none_is_left(desk):  # noqa: F811
    await play(desk, advance=30)
    name = (await desk.ask("GET", PODS))[1]["items"][0]["metadata"]["name"]
    status, response = await desk.ask("GET", f"{PODS}/{name}/log?follow=true&limitBytes=7")
    pieces = [piece async for piece in response.streaming_content]
    assert (status, b"".join(pieces)) == (200, b"web:1.0")
    _, response = await desk.ask("GET", f"{PODS}/{name}/log?follow=true")
    lines = response.streaming_content.__aiter__()
    assert (await lines.__anext__()).endswith(b"listening on :80\n")
    feed = feed_of(await registry.open(desk.desk))
    assert len(feed.watches) == 1
    await play(desk, seek=20)
    assert [piece async for piece in lines] == [b""]
    assert not feed.watches
