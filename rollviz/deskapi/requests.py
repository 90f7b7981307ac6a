"""Untrusted JSON becomes plain values here, or a refusal that names the field."""

from typing import Any

import msgspec
from django.http import HttpRequest
from django.http.request import RequestDataTooBig

from rollviz.rooms.clock import SPEEDS
from rollviz.rooms.limits import ADVANCE_SECONDS
from rollviz.rooms.refusals import NoKey, Refused, TooLarge, Unreadable, WrongKey, WrongType

BIGGEST_SEED = 2**63 - 1


def body_of(request: HttpRequest, most: int, fields: set[str]) -> dict[str, Any]:
    """The request's JSON object, which has no other fields than these."""
    if request.content_type != "application/json":
        raise WrongType('Send JSON: the header must say "Content-Type: application/json".')
    try:
        body = msgspec.json.decode(_raw(request, most))
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable(f"The request's body is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise Unreadable("The request's body must be a JSON object.")
    for name in body:
        if name not in fields:
            raise Refused(f'There is no field "{name[:64]}" here. There are: {", ".join(sorted(fields))}.', name[:64])
    return body


def _raw(request: HttpRequest, most: int) -> bytes:
    try:
        if len(request.body) <= most:
            return request.body
    except RequestDataTooBig:
        pass
    raise TooLarge(f"The request has more than {most} bytes.")


def one_of(body: dict[str, Any], *names: str) -> tuple[str, str]:
    """The one of these fields that was sent, with its text."""
    sent = [name for name in names if name in body]
    if len(sent) != 1:
        raise Refused(f"Send one of these fields: {', '.join(names)}.", names[0] if not sent else sent[1])
    return sent[0], text(body, sent[0])


def text(body: dict[str, Any], name: str) -> str:
    value = body[name]
    if not isinstance(value, str) or not value.strip():
        raise Refused(f'"{name}" must be a text that is not empty.', name)
    if "\0" in value:
        raise Refused(f'"{name}" contains a NUL character.', name)
    return value


def seed(body: dict[str, Any]) -> int | None:
    value = body.get("seed")
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= BIGGEST_SEED:
        raise Refused(f'"seed" must be an integer from 0 to {BIGGEST_SEED}.', "seed")
    return value


def truth(body: dict[str, Any], name: str) -> bool | None:
    value = body.get(name)
    if value is not None and type(value) is not bool:
        raise Refused(f'"{name}" must be true or false.', name)
    return value


def speed(body: dict[str, Any]) -> float | None:
    value = body.get("speed")
    if value is None:
        return None
    if type(value) not in (int, float) or value not in SPEEDS:
        raise Refused('"speed" must be 0.25, 1, 4 or 16.', "speed")
    return float(value)


def advance_ms(body: dict[str, Any]) -> int | None:
    value = body.get("advance")
    if value is None:
        return None
    if type(value) not in (int, float) or not 0 <= value <= ADVANCE_SECONDS:
        raise Refused(f'"advance" must be a number of seconds from 0 to {ADVANCE_SECONDS}.', "advance")
    return round(value * 1000)


def check_key(request: HttpRequest, desk, opens) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise NoKey('Changing a desk needs its key: send the header "Authorization: Bearer <key>".')
    if not opens(desk, key.strip()):
        raise WrongKey("This key does not open this desk.")
