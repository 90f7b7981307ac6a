"""The pages and what is posted from them. Whoever holds the desk's signed cookie acts; everybody watches and may take a copy."""

import asyncio
import functools

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render as render_page
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext

from rollviz.classroom import poll
from rollviz.desk import forms, gallery, transport
from rollviz.desk.render import page
from rollviz.desk.words import say
from rollviz.rooms import limits
from rollviz.rooms.clock import SPEEDS
from rollviz.rooms.keys import grant, is_presenter
from rollviz.rooms.refusals import NoSuchDesk, Refused, WrongKey
from rollviz.rooms.registry import registry
from rollviz.rooms.room import Room
from simulation import scenario
from simulation.api.errors import StatusError

SHEETS = (
    "recording",
    "strip",
    "pod",
    "service",
    "master",
    "why",
    "actions",
    "lesson",
    "rack",
    "nodes",
    "takes",
    "inspector",
    "share",
    "exports",
    "terminal",
    "crossfader",
    "comparison",
    "poll",
)
TEXT_SHEETS = ("recording", "why", "actions", "lesson", "takes", "share", "exports", "terminal", "poll", "text")
SPEED_WORDS = {0.25: "¼×", 1.0: "1×", 4.0: "4×", 16.0: "16×", 64.0: "64×"}


def answers(*methods: str):
    """Which methods an address takes; a desk that is not there is a 404, any other refusal says so in its own words."""

    def decorate(view):
        @functools.wraps(view)
        async def wrapped(request: HttpRequest, **kwargs) -> HttpResponse:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            try:
                return await view(request, **kwargs)
            except NoSuchDesk as refusal:
                raise Http404(refusal.message) from None
            except Refused as refusal:
                return _refused(request, refusal)

        return wrapped

    return decorate


@answers("GET", "HEAD")
async def home(request: HttpRequest) -> HttpResponse:
    shown = await asyncio.to_thread(gallery.gallery)
    return render_page(request, "home.html", {"gallery": shown})


@answers("POST")
async def new(request: HttpRequest) -> HttpResponse:
    name = request.POST.get("scenario", "")
    if name not in scenario.names():
        raise Http404(f'There is no lesson "{name[:64]}".')
    limits.new_desks.take(request.META.get("REMOTE_ADDR", ""))
    begun = await asyncio.to_thread(scenario.load, name)
    room, key = await registry.make(begun)
    return _to(request, room.desk, key)


@answers("GET", "HEAD")
async def desk(request: HttpRequest, desk: str) -> HttpResponse:
    if "project" in request.GET:
        return HttpResponseRedirect(f"/d/{desk}/project")
    return await _shown(request, desk, "desk/page.html", SHEETS)


@answers("GET", "HEAD")
async def text(request: HttpRequest, desk: str) -> HttpResponse:
    """The same desk for whoever reads it: an outline in the place of the strips."""
    return await _shown(request, desk, "desk/text.html", TEXT_SHEETS)


@answers("POST")
async def do(request: HttpRequest, desk: str) -> HttpResponse:
    room = await _own(request, desk)
    line, place = forms.line_of(request.POST), forms.place_of(request.POST)
    try:
        asked = forms.asked(request.POST)
        output = await room.do(asked.command)
    except StatusError as error:
        room.transcript.say(f"kubectl {line}", room.now, err=f"{error.kubectl()}\n")
        said = {"line": line, "output": error.kubectl(), "error": error.kubectl(), "at": place}
        return _said({**said, "suggestion": forms.suggestion(line, _deployment(room))}, 422)
    except Refused as refusal:
        return _said({"line": line, "output": refusal.plain, "error": refusal.plain, "at": place}, refusal.status)
    room.transcript.say(f"kubectl {asked.line}", room.now, f"{output}\n")
    return _said({"line": asked.line, "output": output, "at": place}, 200)


@answers("POST")
async def set_clock(request: HttpRequest, desk: str) -> HttpResponse:
    room = await _own(request, desk)
    drag = transport.drag(request.POST)
    if drag is not None:
        room.scrub(*drag)
    else:
        await room.set_clock(transport.move(request.POST))
    return HttpResponse(status=204)


@answers("POST")
async def copy(request: HttpRequest, desk: str) -> HttpResponse:
    """A desk of one's own with the same past, up to the playhead or to the moment that somebody looks at."""
    room = await registry.open(desk)
    at = transport.milliseconds(request.POST, "at")
    limits.new_desks.take(request.META.get("REMOTE_ADDR", ""))
    made, key = await registry.copy(room, at)
    return _to(request, made, key)


# ------------------------------------------------------------------------------------------------------------ details


async def _shown(request: HttpRequest, desk: str, template: str, sheets: tuple[str, ...]) -> HttpResponse:
    room = await registry.open(desk)
    response = render_page(request, template, {**page(room.picture()), "desk": facts(request, room, sheets)})
    response["Cache-Control"] = "no-store"
    return response


async def _own(request: HttpRequest, desk: str) -> Room:
    room = await registry.open(desk)
    if not is_presenter(request, room.desk):
        raise WrongKey(say("You are watching this desk. Take a copy to move it: try it."))
    return room


def facts(request: HttpRequest, room: Room, sheets: tuple[str, ...] = SHEETS) -> dict:
    told, presenter = room.recording.scenario, is_presenter(request, room.desk)
    return {
        "id": room.desk.id,
        "title": gettext(told.title),
        "place": _place(told.number, presenter),
        "presenter": presenter,
        "hands": room.audience.hands,
        "asks": [(about, str(say(gettext(words), seconds="…"))) for about, words in poll.ASKS.items()],
        "aheads": poll.AHEAD,
        "poll": {name: poll.part(room.audience.poll, name) for name in poll.PARTS},
        "speeds": [(speed, f"{speed:g}", SPEED_WORDS[speed]) for speed in SPEEDS],
        "css": [static(f"css/{name}.css") for name in sheets],
    }


def _place(number: int | None, presenter: bool) -> str:
    if not presenter:
        return gettext("you are watching")
    return gettext("lesson %(number)s") % {"number": number} if number else gettext("your own")


def _to(request: HttpRequest, made, key: str) -> HttpResponse:
    """To the new desk, by htmx or without."""
    address = f"/d/{made.id}"
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204, headers={"HX-Redirect": address})
    else:
        response = HttpResponseRedirect(address)
        response.status_code = 303
    grant(response, made, key, secure=request.is_secure())
    return response


def _said(context: dict, status: int) -> HttpResponse:
    return HttpResponse(render_to_string("desk/_said.html", context), status=status)


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    if request.headers.get("HX-Request"):
        said = {"line": forms.line_of(request.POST), "output": refusal.plain, "error": refusal.plain}
        return _said({**said, "at": forms.place_of(request.POST)}, refusal.status)
    template = "403.html" if refusal.status == 403 else "400.html"
    return HttpResponse(render_to_string(template, {"message": refusal.plain}, request), status=refusal.status)


def _deployment(room: Room) -> str:
    found = room.recording.cluster.store.list("Deployment")
    return found[0].metadata.name if found else ""
