"""A viewer looks, takes copies and answers. Every address is tried with every method and every command, and nothing of the desk changes."""

import json
from urllib.parse import urlencode

import pytest
from django.test import AsyncClient
from django.urls import URLPattern, URLResolver, get_resolver

from rollviz.rooms.keys import viewer_key
from rollviz.rooms.registry import registry
from rollviz.rooms.room import Room
from simulation.kubectl.parse import VERBS
from tests.rollviz.desks import MANIFEST
from tests.rollviz.rooms.test_consumers import keyframe_of, socket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]

METHODS = ("POST", "PUT", "PATCH", "DELETE")
CHANGES = ("do", "set_clock", "scrub", "handed")
"""All that changes a room."""
LINES = [
    "scale deployment web --replicas=1",
    "set image deployment/web web=web:9.0",
    "delete deployment web",
    "delete pod --all",
    "rollout undo deployment/web",
    "rollout pause deployment/web",
    "rollout restart deployment/web",
    'patch deployment web -p \'{"spec":{"replicas":1}}\'',
    "create deployment other --image=web:1.0",
    "run one --image=web:1.0",
    "expose deployment web --port=81",
    "label pod --all a=b",
    "cordon node-1",
    "drain node-1",
    "set selector service web app=other",
    "apply -f -",
    *(f"{verb} deployment web" for verb in VERBS),
]
MOVES = [
    *({"paused": word} for word in ("yes", "no")),
    *({name: value} for name, value in (("speed", "64"), ("seek", "0"), ("step", "next"), ("undo", "yes"), ("take", "1"), ("drag", "0"))),
]
BODIES = [
    *({"line": line} for line in LINES),
    *({"verb": "run", "line": line, "text": MANIFEST} for line in LINES[:2]),
    {"verb": "scale", "target": "deployment/web", "replicas": "1"},
    {"verb": "strategy", "deployment": "web", "field": "maxSurge", "value": "1"},
    {"way": "share"},
    {"way": "hand"},
    {"about": "moves", "ahead": "10"},
    *MOVES,
]
JSON_BODIES = [*({"kubectl": line} for line in LINES), {"apply": MANIFEST}, {"paused": True}, {"advance": 5}, {"seek": 0}, {"undo": True}]


def addresses(resolver=None, before: str = "") -> list[str]:
    """Every address of this server, as a pattern."""
    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            found += addresses(entry, before + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            found.append(before + str(entry.pattern))
    return found


@pytest.fixture
async def desk(monkeypatch):
    """A desk that is somebody else's, and what is done to its room from now on."""
    address = (await AsyncClient().post("/d/new", {"scenario": "fade"}))["Location"]
    room = await registry.open(address.rpartition("/")[2])
    await room.set_clock(paused=True, advance=10_000)
    done = []
    for name in CHANGES:
        monkeypatch.setattr(room, name, lambda *args, name=name, **how: done.append((name, args, how)))
    room.done = done
    return room


@pytest.fixture
async def viewer():
    """A browser that moves a desk of its own, and so has all the cookies that there are."""
    browser = AsyncClient()
    await browser.post("/d/new", {"scenario": "fade"})
    return browser


def test_whatever_changes_a_room_is_known_here():
    public = {name for name in vars(Room) if not name.startswith("_") and callable(getattr(Room, name))}
    looking = {"picture", "settled", "listen", "want", "touch", "join", "leave", "keyframe", "note", "noted", "close"}
    assert public - looking == set(CHANGES)


@pytest.mark.parametrize("pattern", [pattern for pattern in addresses() if pattern.startswith("d/<str:desk>")])
async def test_no_address_of_a_desk_changes_it(desk, viewer, pattern):
    address = "/" + pattern.replace("<str:desk>", desk.desk.id).replace("<str:word>", "aaaaaaaaaaaa").replace("<str:file>", "run.csv")
    assert "<" not in address, "an address with a part that is not known here"
    own = next(iter(viewer.cookies.values()))
    viewer.cookies[f"desk-{desk.desk.id}"] = own.value
    for method in METHODS:
        for body in BODIES if method == "POST" else BODIES[:1]:
            await viewer.generic(method, address, urlencode(body), "application/x-www-form-urlencoded")
            assert desk.done == [] and desk.audience.poll is None, (method, body)


async def test_the_json_api_changes_nothing_without_the_desks_own_key(desk, viewer):
    other = json.loads((await viewer.post("/api/desks", {"scenario": "fade"}, content_type="application/json")).content)
    for key in (None, "", viewer_key(desk.desk.id), other["key"], desk.desk.key_hash):
        headers = {"authorization": f"Bearer {key}"} if key is not None else {}
        for path in ("commands", "clock"):
            for body in JSON_BODIES:
                response = await viewer.post(f"/api/desks/{desk.desk.id}/{path}", body, content_type="application/json", headers=headers)
                assert response.status_code in (401, 403)
    assert desk.done == []


async def test_kubectl_of_a_viewer_changes_nothing(desk, viewer):
    root = f"/k8s/{desk.desk.id}-{viewer_key(desk.desk.id)}"
    pods = desk.recording.cluster.store.list("Pod")
    apps, core = f"{root}/apis/apps/v1/namespaces/default", f"{root}/api/v1"
    places = [
        f"{apps}/deployments",
        f"{apps}/deployments/web",
        f"{apps}/deployments/web/scale",
        f"{apps}/deployments/web/status",
        f"{apps}/replicasets",
        f"{core}/namespaces/default/pods",
        f"{core}/namespaces/default/pods/{pods[0].metadata.name}",
        f"{core}/namespaces/default/pods/{pods[0].metadata.name}/eviction",
        f"{core}/namespaces/default/services/web",
        f"{core}/nodes/node-1",
        f"{root}/apis/policy/v1/namespaces/default/poddisruptionbudgets",
    ]
    for place in places:
        for method in METHODS:
            response = await viewer.generic(method, place, b"{}", "application/json")
            assert response.status_code == 403, (method, place)
    assert desk.done == []


async def test_nothing_that_a_viewers_socket_says_changes_the_desk(desk):
    viewer = socket(f"/ws/d/{desk.desk.id}?follow")
    await viewer.connect()
    first = await keyframe_of(viewer)
    for body in (*BODIES, *JSON_BODIES, {"audience": {"n": 1}}, {"k": 1, "s": {}}, {"look": 0}, {"look": None}, {"need": "terminal"}):
        await viewer.send_to(json.dumps(body))
    await viewer.send_to('{"need": "keyframe"}')
    while (said := await keyframe_of(viewer))["s"] != first["s"]:
        pass
    assert said["s"]["t"] == 10_000
    assert desk.done == []
    await viewer.disconnect()
