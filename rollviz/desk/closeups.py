"""The addresses that read one thing closely: a pod, and what a label or a selector would do. Everybody may read; nothing is changed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe

from rollviz.desk import consequence, fate, selector
from rollviz.desk.inspector import inspector, name_at
from rollviz.desk.memory import memory_of
from rollviz.desk.picture import Picture, picture
from rollviz.desk.render import part
from rollviz.desk.transport import milliseconds
from rollviz.desk.views import answers
from rollviz.rooms.limits import closeups
from rollviz.rooms.registry import registry
from rollviz.rooms.replay import look_at

WORD_CHARS = 600
"""Longer than any label with its prefix; what is longer is refused by its first characters already."""
MOST_PAIRS = 20


@answers("GET")
async def pod(request: HttpRequest, desk: str) -> HttpResponse:
    """The parts of one pod: by `name`, or the one in the place `cell` of `strip`."""
    shown, recording = await _moment(request, desk)
    name = request.GET.get("name", "")[:WORD_CHARS]
    if not name:
        cell = request.GET.get("cell", "")
        name = name_at(shown, request.GET.get("strip", ""), int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 9 else -1)
    return _parts(inspector(shown, recording, name).parts)


@answers("GET")
async def label(request: HttpRequest, desk: str) -> HttpResponse:
    """What one label of one pod would do; without `value` it would go."""
    _, recording = await _moment(request, desk)
    words = {name: request.GET[name][:WORD_CHARS] for name in ("name", "key", "value") if name in request.GET}
    then = consequence.of_label(
        memory_of(recording), recording.cluster, words.get("name", ""), words.get("key", "").strip(), words.get("value")
    )
    return _parts({"insp-then": ("insp_then", then)})


@answers("GET")
async def node(request: HttpRequest, desk: str) -> HttpResponse:
    """What becomes of a node, of the one that matters most without a name, and what happens next."""
    _, recording = await _moment(request, desk)
    return _parts({"fate-panel": ("fate_panel", fate.panel(recording, request.GET.get("node", "")[:WORD_CHARS]))})


@answers("GET")
async def selector_editor(request: HttpRequest, desk: str) -> HttpResponse:
    _, recording = await _moment(request, desk)
    found = selector.editor(recording.cluster.store, *_named(request))
    if found is None:
        return HttpResponse(status=404)
    wanted = {pair.key: pair.value for pair in found.pairs}
    seen = selector.plan(memory_of(recording), recording.cluster, found.kind, found.name, wanted)
    return _parts({"pop": ("pop", found), "pop-then": ("pop_then", seen)})


@answers("GET")
async def selector_plan(request: HttpRequest, desk: str) -> HttpResponse:
    """What a selector of these labels would do: `key` and `value`, each as often as needed."""
    _, recording = await _moment(request, desk)
    pairs = zip(request.GET.getlist("key")[:MOST_PAIRS], request.GET.getlist("value")[:MOST_PAIRS], strict=False)
    wanted = {key.strip()[:WORD_CHARS]: value.strip()[:WORD_CHARS] for key, value in pairs if key.strip()}
    return _parts({"pop-then": ("pop_then", selector.plan(memory_of(recording), recording.cluster, *_named(request), wanted))})


async def _moment(request: HttpRequest, desk: str) -> tuple[Picture, Any]:
    """What the desk shows, or what the millisecond `at` shows to somebody who looks back alone."""
    room = await registry.open(desk)
    closeups.take(request.META.get("REMOTE_ADDR", ""))
    at = milliseconds(request.GET, "at")
    if at is None or at == room.now:
        return room.picture(), room.recording
    recording = await look_at(room.recording, at)
    return picture(recording, room.clock, room.takes.shown), recording


def _named(request: HttpRequest) -> tuple[str, str]:
    return request.GET.get("kind", "")[:WORD_CHARS], request.GET.get("name", "")[:WORD_CHARS]


def _parts(parts: dict[str, tuple[str, Any]]) -> HttpResponse:
    response = HttpResponse(mark_safe("".join(part(template, data, False) for template, data in parts.values())))
    response["Cache-Control"] = "no-store"
    return response
