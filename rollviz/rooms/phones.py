"""A phone is known by a random token in a cookie, so that it answers once; it says nothing of who holds it.

The page shows the token to the socket, signed for its desk.
"""

import secrets

from django.core import signing
from django.http import HttpRequest, HttpResponse

from .limits import Allowances
from .refusals import TooMany

SALT = "rollviz.phone"
SECONDS = 24 * 3600
NEW_PHONES_PER_MINUTE = 600
"""Of one address: a class sits behind one."""

new_phones = Allowances(NEW_PHONES_PER_MINUTE, "new phones")


def token_of(request: HttpRequest, desk_id: str) -> str:
    """This phone's signed token, a new one if it has none; "" if there were too many new ones from there."""
    shown = request.COOKIES.get(_cookie(desk_id), "")
    if read(desk_id, shown):
        return shown
    try:
        new_phones.take(request.META.get("REMOTE_ADDR", ""))
    except TooMany:
        return ""
    return signing.Signer(salt=SALT).sign(f"{desk_id}.{secrets.token_urlsafe(12)}")


def remember(response: HttpResponse, desk_id: str, token: str, secure: bool) -> None:
    if token:
        response.set_cookie(_cookie(desk_id), token, max_age=SECONDS, path=f"/d/{desk_id}", secure=secure, httponly=True, samesite="Lax")


def read(desk_id: str, signed: str) -> str:
    """The token in what a page shows, "" if it is not of this server and this desk."""
    try:
        shown_desk, _, token = signing.Signer(salt=SALT).unsign(signed).partition(".")
    except signing.BadSignature:
        return ""
    return token if shown_desk == desk_id else ""


def _cookie(desk_id: str) -> str:
    return f"phone-{desk_id}"
