"""The pages of links. Looking at one changes nothing and costs next to nothing; opening one makes a desk of one's own."""

import functools
import logging
from typing import NamedTuple

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop
from django.views.decorators.csrf import csrf_exempt

from rollviz.desk.render import page
from rollviz.desk.views import answers, facts
from rollviz.desk.words import clock, say
from rollviz.language import of_address, told
from rollviz.links import cards, moments, opening, sharing, store
from rollviz.links.address import absolute, only_here
from rollviz.links.moments import Moment
from rollviz.rooms import limits
from rollviz.rooms.keys import grant, is_presenter
from rollviz.rooms.limits import Allowances
from rollviz.rooms.refusals import NotSaved, Refused
from rollviz.rooms.registry import registry
from simulation import ENGINE, links
from simulation.commands import Command

logger = logging.getLogger(__name__)

SHOWN_COMMANDS = 12
"""How many of a link's commands its page lists."""


PICTURES_PER_MINUTE = 300

SHARES_PER_MINUTE = 300
"""Of one address: a class looks out of one."""

shares = Allowances(SHARES_PER_MINUTE, noop("shares"))
pictures = Allowances(PICTURES_PER_MINUTE, noop("pictures of links"))


class NoSuchLink(Exception):
    pass


class Link(NamedTuple):
    path: str
    text: str
    run: links.Run
    moment: Moment | moments.Kept


def opens(*methods: str):
    """A link that opens nothing gets one clear page, whichever way it fails."""

    def decorate(view):
        @functools.wraps(view)
        async def wrapped(request: HttpRequest, **names) -> HttpResponse:
            try:
                response = await view(request, **names)
            except links.BadLink as error:
                response = render(request, "links/bad.html", {"message": gettext(str(error))}, status=400)
            except DatabaseError:
                logger.exception("A link could not be opened or kept")
                raise NotSaved from None
            except NoSuchLink:
                response = render(request, "links/bad.html", {"message": gettext("Nobody made a link by this name here.")}, status=404)
            response["X-Robots-Tag"] = "noindex"
            return response

        return answers(*methods)(wrapped)

    return decorate


def framed(view):
    """A page that may stand inside others. There the browser sends no cookies, so it asks for no token either."""

    @csrf_exempt
    @functools.wraps(view)
    async def wrapped(request: HttpRequest, **names) -> HttpResponse:
        response = await view(request, **names)
        response.may_be_framed = True
        return response

    return wrapped


@opens("GET", "HEAD", "POST")
async def link(request: HttpRequest, **names: str) -> HttpResponse:
    """The page of a link; posting it opens it."""
    found = await _find(**names)
    if request.method != "POST":
        return render(request, "links/link.html", _told(request, found))
    limits.new_desks.take(request.META.get("REMOTE_ADDR", ""))
    desk, key, same = await opening.opened(found.run, paused=found.run.opens == "moment")
    if same:
        response = HttpResponseRedirect(f"/d/{desk.id}", status=303)
    else:
        response = render(request, "links/differs.html", {**_told(request, found), "desk": desk.id})
    grant(response, desk, key, secure=request.is_secure())
    return response


@opens("GET", "HEAD")
async def card(request: HttpRequest, **names: str) -> HttpResponse:
    """What a chat shows of a link, in the language of its address: it is kept by others, for whoever comes."""
    found = await _find(**names)
    pictures.take(request.META.get("REMOTE_ADDR", ""))
    response = HttpResponse(await cards.png_of(found.text, found.run, of_address(request)), content_type="image/png")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@framed
@opens("GET", "HEAD", "POST")
async def embed(request: HttpRequest, **names: str) -> HttpResponse:
    """The cover of an embedded desk; its play key posts, and the answer is the desk with the key that moves it in the page."""
    found = await _find(**names)
    if request.method != "POST":
        return render(request, "links/cover.html", _told(request, found))
    limits.new_desks.take(request.META.get("REMOTE_ADDR", ""))
    desk, key, same = await opening.opened(found.run, paused=False)
    room = await registry.open(desk.id)
    shown = {**facts(request, room), "presenter": True, "place": gettext("your own copy")}
    response = render(
        request, "links/player.html", {**page(room.picture()), **_told(request, found), "desk": shown, "key": key, "same": same}
    )
    response["Cache-Control"] = "no-store"
    return response


@opens("GET", "HEAD")
async def share_desk(request: HttpRequest, desk: str) -> HttpResponse:
    """What the share dialog shows, also as a page of its own."""
    room = await registry.open(desk)
    shares.take(request.META.get("REMOTE_ADDR", ""))
    try:
        ways = await sharing.ways_of(request, room)
    except links.TooLong as error:
        raise Refused(say("This desk cannot be shared as a link. {why}", why=str(error))) from None
    shown = {"ways": ways, "at": clock(room.now), "desk": desk, "presenter": is_presenter(request, room.desk)}
    shown |= {"only_here": only_here(request), "host": request.get_host()}
    response = render(request, "links/share.html", shown)
    response["Cache-Control"] = "no-store"
    return response


@opens("GET", "HEAD")
async def share_link(request: HttpRequest, **names: str) -> HttpResponse:
    """One link to give away: with its QR code, or as the line for a page."""
    found = await _find(**names)
    name = request.GET.get("way", found.run.opens)
    way = sharing.way(request, "embed" if name == "embed" else found.run.opens, found.run, found.text, found.moment, names.get("short", ""))
    shown = {"ways": [way], "at": clock(found.run.at_ms), "only_here": only_here(request), "host": request.get_host()}
    return render(request, "links/share.html", shown)


@opens("POST")
async def shorten(request: HttpRequest) -> HttpResponse:
    """Keeps a run under a short name."""
    text = request.POST.get("text", "")
    run = links.read(text, links.KEPT)
    limits.new_links.take(request.META.get("REMOTE_ADDR", ""))
    moment = moments.moment_of(text, run)
    short = await store.keep(text, moment.title, moment.words)
    return HttpResponseRedirect(f"/s/{short}/share" + ("?way=embed" if request.POST.get("way") == "embed" else ""), status=303)


# ------------------------------------------------------------------------------------------------------------ details


async def _find(text: str = "", short: str = "") -> Link:
    if not short:
        run = links.read(text)
        return Link(f"/l/{text}", text, run, moments.moment_of(text, run))
    kept = await store.find(short)
    if kept is None:
        raise NoSuchLink
    run = links.read(kept.text, links.KEPT)
    return Link(f"/s/{short}", kept.text, run, moments.Kept(kept.title, kept.words))


def _told(request: HttpRequest, found: Link) -> dict:
    run = found.run
    return {
        "path": found.path,
        "moment": found.moment,
        "address": absolute(request, found.path),
        "card": told(request, absolute(request, f"{found.path}/card.png")),
        "run": run,
        "at": clock(run.at_ms),
        "commands": [(clock(given.at_ms), _line(given.command)) for given in run.commands[-SHOWN_COMMANDS:]],
        "earlier": max(len(run.commands) - SHOWN_COMMANDS, 0),
        "older": run.engine != ENGINE,
        "engine": ENGINE,
    }


def _line(command: Command) -> str:
    try:
        return command.kubectl()[:200]
    except (LookupError, TypeError, ValueError):
        return "a command that this rollviz does not know"
