"""The pages of a class: the wall, the phones, and the short address that leads from one to the other. All of them only look."""

from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop as noop

from rollviz.classroom import codes
from rollviz.desk.render import page
from rollviz.desk.views import answers, facts
from rollviz.lan import is_open, own_address
from rollviz.language import told
from rollviz.links.address import absolute, only_here
from rollviz.links.qr import qr
from rollviz.rooms import phones
from rollviz.rooms.keys import is_presenter
from rollviz.rooms.limits import Allowances
from rollviz.rooms.registry import registry
from rollviz.rooms.room import Room

WALL = ("recording", "strip", "pod", "master", "why", "poll", "wall")
PHONE = ("recording", "strip", "pod", "why", "rack", "terminal", "takes", "poll", "phone")

TABS = (("desk", noop("desk")), ("why", noop("why")), ("terminal", noop("terminal")), ("nodes", noop("nodes")))

WRONG_CODES_PER_MINUTE = 120
"""Of one address: a class types behind one, and nobody finds a desk by trying."""

wrong_codes = Allowances(WRONG_CODES_PER_MINUTE, "wrong codes")


class Way(NamedTuple):
    """How to follow: the address in the QR code, and the same in two parts to read off a wall."""

    address: str
    host: str
    path: str
    typed: str
    """The code that comes after the path, "" if there is none."""
    code: SafeString | None
    here: bool
    """Nobody else can open this address."""
    other: str
    """The address of this machine on its network, "" if it has none or does not listen there."""


@answers("GET", "HEAD")
async def project(request: HttpRequest, desk: str) -> HttpResponse:
    """The wall."""
    room = await registry.open(desk)
    way = await _way(request, room)
    return _page(request, room, "classroom/wall.html", WALL, way=way)


@answers("GET", "HEAD")
async def follow(request: HttpRequest, desk: str) -> HttpResponse:
    """What a phone shows."""
    room = await registry.open(desk)
    token = phones.token_of(request, desk)
    response = _page(request, room, "classroom/phone.html", PHONE, tabs=TABS, token=token)
    phones.remember(response, desk, token, request.is_secure())
    return response


@answers("GET", "HEAD")
async def join(request: HttpRequest, code: str = "") -> HttpResponse:
    """From the code on the wall to the desk that it stands for."""
    code = code or request.GET.get("code", "")
    found = await codes.desk_of(code)
    if found:
        return HttpResponseRedirect(f"/d/{found}/follow", status=303)
    wrong_codes.take(request.META.get("REMOTE_ADDR", ""))
    return render(request, "classroom/no_class.html", {"code": code[:24]}, status=404)


# ------------------------------------------------------------------------------------------------------------ details


def _page(request: HttpRequest, room: Room, template: str, sheets: tuple[str, ...], **more) -> HttpResponse:
    response = render(request, template, {**page(room.picture()), "desk": facts(request, room, sheets), **more})
    response["Cache-Control"] = "no-store"
    return response


async def _way(request: HttpRequest, room: Room) -> Way:
    """By the address at which the wall was opened; with ?lan, by that of this machine on its network."""
    code = await (codes.made if is_presenter(request, room.desk) else codes.found)(room.desk.id)
    path = "/f/" if code else f"/d/{room.desk.id}/follow"
    lan = own_address() if only_here(request) and is_open(settings.LISTENS_AT) else ""
    port = urlsplit(f"//{request.get_host()}").port or 80
    other = f"http://{lan}:{port}" if lan else ""
    here = only_here(request) and not (other and "lan" in request.GET)
    host = absolute(request, "") if here or not other else other
    address = told(request, f"{host}{path}{code}")
    return Way(address, host.partition("://")[2], path, code, qr(address), here, other)
