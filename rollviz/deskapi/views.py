"""The JSON API: make a desk, read its state, give it a command, move its clock. No cookies; a Bearer key changes, anyone may read."""

import asyncio
import functools
import logging

import msgspec
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from rollviz.errors import error_json
from rollviz.rooms import limits
from rollviz.rooms.keys import opens
from rollviz.rooms.limits import MANIFEST_BYTES, REQUEST_BYTES
from rollviz.rooms.refusals import NotSaved, Refused
from rollviz.rooms.registry import registry
from rollviz.rooms.replay import look_at
from simulation import scenario
from simulation.api.errors import StatusError
from simulation.commands import Apply
from simulation.kubectl.parse import parse

from . import requests
from .state import state_json

logger = logging.getLogger(__name__)

BEGINNINGS = {"scenario": scenario.load, "manifest": scenario.from_manifest, "file": scenario.from_file}
"""What a desk can begin with, by the field that brings it: a lesson's name, a manifest, a scenario file."""


def answered(method: str):
    """Whatever goes wrong inside becomes JSON that says what and where."""

    def decorate(view):
        @csrf_exempt
        @functools.wraps(view)
        async def wrapped(request: HttpRequest, **kwargs) -> HttpResponse:
            if request.method != method:
                response = error_json(405, f"This address takes {method} only.", "MethodNotAllowed")
                response.headers["Allow"] = method
                return response
            try:
                return await view(request, **kwargs)
            except Refused as refusal:
                return _refused(refusal)
            except DatabaseError:
                logger.exception("The database failed")
                return _refused(NotSaved())

        return wrapped

    return decorate


@answered("POST")
async def desks(request: HttpRequest) -> HttpResponse:
    body = requests.body_of(request, MANIFEST_BYTES, {*BEGINNINGS, "seed", "paused"})
    kind, text = requests.one_of(body, *BEGINNINGS)
    seed, paused = requests.seed(body), requests.truth(body, "paused")
    limits.new_desks.take(request.META.get("REMOTE_ADDR", ""))
    try:
        begun = await asyncio.to_thread(BEGINNINGS[kind], text)
        room, key = await registry.make(begun, seed, paused=bool(paused))
    except StatusError as error:
        return _status(error, kind)
    return _json({"desk": room.desk.id, "url": request.build_absolute_uri(f"/d/{room.desk.id}"), "key": key}, 201)


@answered("GET")
async def state(request: HttpRequest, desk: str) -> HttpResponse:
    room = await registry.open(desk)
    at = requests.moment(request)
    if at is None:
        return HttpResponse(await state_json(room, room.recording), content_type="application/json")
    if at > room.recording.end:
        raise Refused(f"This take goes to {room.recording.end / 1000:g} s so far.", "at")
    limits.looks.take(request.META.get("REMOTE_ADDR", ""))
    return HttpResponse(await state_json(room, await look_at(room.recording, at)), content_type="application/json")


@answered("POST")
async def act(request: HttpRequest, desk: str) -> HttpResponse:
    room = await registry.open(desk)
    requests.check_key(request, room.desk, opens)
    body = requests.body_of(request, MANIFEST_BYTES, {"kubectl", "apply"})
    kind, text = requests.one_of(body, "kubectl", "apply")
    try:
        return _json({"output": await room.do(parse(text) if kind == "kubectl" else Apply(text))})
    except StatusError as error:
        return _status(error, kind)


@answered("POST")
async def clock(request: HttpRequest, desk: str) -> HttpResponse:
    room = await registry.open(desk)
    requests.check_key(request, room.desk, opens)
    await room.set_clock(requests.move(requests.body_of(request, REQUEST_BYTES, requests.MOVES)))
    return _json({"time": room.now / 1000, "end": room.recording.end / 1000, "take": room.takes.number})


def _json(value, status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(value), status=status, content_type="application/json")


def _status(error: StatusError, part: str) -> HttpResponse:
    """What the API server or kubectl would say; `part` of the request is to blame if no object's field is."""
    said = error.to_desk()
    return _json({**said, "field": said["field"] or part}, 422)


def _refused(refusal: Refused) -> HttpResponse:
    response = error_json(refusal.status, refusal.message, refusal.reason, refusal.field)
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
