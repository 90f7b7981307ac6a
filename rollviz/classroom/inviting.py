"""The addresses of invitations: who moves the desk makes one, and whoever is invited presses a key to come."""

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

from rollviz.classroom import invitations
from rollviz.desk.views import answers
from rollviz.desk.words import say
from rollviz.links.address import absolute, only_here
from rollviz.links.qr import qr
from rollviz.links.sharing import Way
from rollviz.rooms.keys import grant, is_presenter, presenter_key
from rollviz.rooms.limits import Allowances
from rollviz.rooms.refusals import NotSaved, Refused, WrongKey
from rollviz.rooms.registry import registry

TOLD = {
    "share": (noop("Move it together"), noop("Works once, for {minutes} minutes. Whoever opens it moves this desk too, and so do you.")),
    "hand": (noop("Hand it over"), noop("Works once, for {minutes} minutes. Whoever opens it moves this desk from then on; you watch.")),
}
WRONG_WORDS_PER_MINUTE = 60

wrong_words = Allowances(WRONG_WORDS_PER_MINUTE, noop("invitations"))


@answers("POST")
async def invite(request: HttpRequest, desk: str) -> HttpResponse:
    room = await registry.open(desk)
    if not is_presenter(request, room.desk):
        raise WrongKey(say("Only who moves this desk can let somebody else move it."))
    way = request.POST.get("way", "")
    if way not in TOLD:
        raise Refused(say("Share the desk, or hand it over."), "way")
    key = _key(request, room.desk) if way == "share" else ""
    title, words = gettext(TOLD[way][0]), say(TOLD[way][1], minutes=invitations.MINUTES).plain
    address = absolute(request, f"/d/{desk}/present/{invitations.invite(room, key)}")
    shown = Way(way, title, words, address, address, "", None, "", qr(address))
    response = render(request, "links/share.html", {"ways": [shown], "only_here": only_here(request), "host": request.get_host()})
    response["Cache-Control"] = "no-store"
    return response


@answers("GET", "HEAD", "POST")
async def present(request: HttpRequest, desk: str, word: str) -> HttpResponse:
    """The page of an invitation; posting it takes it."""
    room = await registry.open(desk)
    found = invitations.find(room, word)
    if found is None:
        wrong_words.take(request.META.get("REMOTE_ADDR", ""))
        return _no_invitation(request)
    if request.method != "POST":
        title = gettext(room.recording.scenario.title)
        shown = {"title": title, "hands_over": found.hands_over, "presenter": is_presenter(request, room.desk)}
        response = render(request, "classroom/present.html", shown)
        response["Cache-Control"] = "no-store"
        return response
    try:
        key = await invitations.take(room, word)
    except DatabaseError as error:
        raise NotSaved from error
    if key is None:
        return _no_invitation(request)
    response = HttpResponseRedirect(f"/d/{desk}", status=303)
    grant(response, room.desk, key, secure=request.is_secure())
    return response


def _key(request: HttpRequest, desk) -> str:
    """The key that this request shows."""
    return presenter_key(request, desk) or request.headers["Authorization"].partition(" ")[2]


def _no_invitation(request: HttpRequest) -> HttpResponse:
    return render(request, "classroom/no_invitation.html", {"minutes": invitations.MINUTES}, status=404)
