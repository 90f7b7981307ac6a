"""What may be taken from a desk, by everybody who may watch it; and the way back in: a file becomes a desk of one's own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_noop as noop

from rollviz.desk import gallery
from rollviz.desk.views import answers
from rollviz.desk.words import say
from rollviz.export.files import BY_NAME, File
from rollviz.export.handout import handout
from rollviz.export.moment import Moment, moment
from rollviz.export.rows import Plan
from rollviz.links.address import absolute, only_here
from rollviz.links.qr import qr
from rollviz.rooms import limits
from rollviz.rooms.keys import grant
from rollviz.rooms.limits import Allowances
from rollviz.rooms.refusals import Refused, TooMany
from rollviz.rooms.registry import registry
from rollviz.rooms.room import Room
from simulation.api.documents import MAX_BYTES
from simulation.scenario import BadScenario, from_file, names, schema

EXPORTS_PER_MINUTE = 60
FILES_PER_MINUTE = 60
AT_ONCE = 4
"""Files that are made at the same time; a table keeps its place until it is sent."""

exports = Allowances(EXPORTS_PER_MINUTE, noop("exports"))
files = Allowances(FILES_PER_MINUTE, noop("files"))
"""By network address."""
_places = asyncio.Semaphore(AT_ONCE)
_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="files")
"""All reading and drawing is done on one thread, so that it never takes more than its share from the desks."""


@answers("GET", "HEAD")
async def export(request: HttpRequest, desk: str, file: str) -> HttpResponse:
    """One of FILES, of now or of `?at=` (simulated milliseconds)."""
    made = BY_NAME.get(file)
    if made is None:
        raise Http404("A desk has no such file.")
    exports.take(request.META.get("REMOTE_ADDR", ""))
    room = await registry.open(desk)
    at = _moment_asked(request, room)
    if _places.locked():
        raise TooMany(say("{n} exports are being made here now. Wait a moment.", n=AT_ONCE))
    response = await _streamed(room, made, at) if made.pieces else await _whole(room, made, at)
    response["Content-Disposition"] = f'{"inline" if made.type.startswith("image") else "attachment"}; filename="{room.desk.id}-{file}"'
    response["Cache-Control"] = "no-store"
    return response


@answers("GET", "HEAD")
async def print_lesson(request: HttpRequest, name: str) -> HttpResponse:
    """A lesson as a hand-out, to be printed."""
    if name not in names():
        raise Http404("There is no such lesson.")
    exports.take(request.META.get("REMOTE_ADDR", ""))
    try:
        made = await _aside(handout, name)
    except KeyError:
        raise Http404("There is no such lesson.") from None
    address = absolute(request, made.path)
    return render(request, "export/handout.html", {"told": made, "address": address, "code": qr(address), "only_here": only_here(request)})


@answers("GET", "HEAD")
async def scenario_schema(request: HttpRequest) -> HttpResponse:
    return JsonResponse(schema(), content_type="application/schema+json")


@answers("POST")
async def open_file(request: HttpRequest) -> HttpResponse:
    """A scenario file or a manifest becomes a desk; a bad one is the home page again with a sentence that names the line."""
    for allowance in (files, limits.new_desks):
        allowance.take(request.META.get("REMOTE_ADDR", ""))
    given = request.FILES.get("file")
    try:
        begun = await _aside(from_file, _text_of(request, given))
        room, key = await registry.make(begun)
    except BadScenario as bad:
        name = given.name[:100] if given is not None else ""
        context = {"gallery": await _aside(gallery.gallery), "refused": {"file": name, "line": bad.line, "said": bad.said}}
        return render(request, "home.html", context, status=422)
    response = HttpResponseRedirect(f"/d/{room.desk.id}")
    response.status_code = 303
    grant(response, room.desk, key, secure=request.is_secure())
    return response


# --------------------------------------------------------------------------------------------------------------- details


async def _aside(function: Callable, *args: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(_THREAD, _spoken, get_language(), function, *args)


def _spoken(language: str | None, function: Callable, *args: Any) -> Any:
    """A thread knows no language of its own: it has that of whoever waits for it."""
    with override(language):
        return function(*args)


def _text_of(request: HttpRequest, given: UploadedFile | None) -> str:
    if getattr(request, "upload_too_large", False):
        raise BadScenario(say("a scenario file has at most {n} bytes, and this one has more", n=MAX_BYTES).plain)
    if given is None:
        raise BadScenario(gettext("no file was chosen"))
    try:
        text = given.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadScenario(gettext("this is no text: a scenario file is YAML, in UTF-8")) from None
    if "\0" in text:
        raise BadScenario(gettext("this is no text: it contains a NUL character"))
    return text


def _moment_asked(request: HttpRequest, room: Room) -> int | None:
    asked = request.GET.get("at")
    if asked is None:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 12) or int(asked) > room.now:
        raise Refused(say("at is a number of milliseconds, from 0 to {n}.", n=room.now), "at")
    return int(asked)


async def _whole(room: Room, made: File, at: int | None) -> HttpResponse:
    recording = room.recording
    shown = Moment(recording) if at is None else moment(recording, at)
    async with _places:
        try:
            body = await _aside(made.whole, shown)
        except BadScenario as long:
            raise Refused(f"{long.said[0].upper()}{long.said[1:]}.") from None
    return HttpResponse(body, content_type=made.type)


async def _streamed(room: Room, made: File, at: int | None) -> StreamingHttpResponse:
    recording, until = room.recording, room.now if at is None else at
    commands = tuple(timed for timed in recording.commands if timed.at_ms <= until)
    pieces = made.pieces(Plan(recording.scenario, recording.seed, commands, until))
    return StreamingHttpResponse(_sent(pieces), content_type=made.type)


async def _sent(pieces: Iterator[str]) -> AsyncIterator[str]:
    """Each piece is made beside the event loop, which others use meanwhile."""
    async with _places:
        while (piece := await _aside(next, pieces, None)) is not None:
            if piece:
                yield piece
