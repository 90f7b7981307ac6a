"""Untrusted JSON becomes plain values here, or a refusal that names the field."""

from typing import Any

import msgspec
from django.http import HttpRequest
from django.http.request import RequestDataTooBig

from rollviz.rooms.clock import SPEEDS
from rollviz.rooms.limits import LIFE_SECONDS
from rollviz.rooms.move import Move
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
        raise Refused('"speed" must be 0.25, 1, 4, 16 or 64.', "speed")
    return float(value)


def milliseconds(body: dict[str, Any], name: str) -> int | None:
    """A field in simulated seconds."""
    value = body.get(name)
    if value is None:
        return None
    if type(value) not in (int, float) or not 0 <= value <= LIFE_SECONDS:
        raise Refused(f'"{name}" must be a number of seconds from 0 to {LIFE_SECONDS}.', name)
    return round(value * 1000)


def way(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if value is not None and value not in ("next", "previous"):
        raise Refused(f'"{name}" must be "next" or "previous".', name)
    return value or ""


def take(body: dict[str, Any]) -> int | None:
    value = body.get("take")
    if value is not None and type(value) is not int:
        raise Refused('"take" must be the number of a take.', "take")
    return value


MOVES = {"paused", "speed", "take", "undo", "seek", "mark", "step", "advance"}


def move(body: dict[str, Any]) -> Move:
    if body.get("step") is True:
        body["step"] = "next"
    return Move(
        paused=truth(body, "paused"),
        speed=speed(body),
        take=take(body),
        undo=bool(truth(body, "undo")),
        seek="end" if body.get("seek") == "end" else milliseconds(body, "seek"),
        mark=way(body, "mark"),
        step=way(body, "step"),
        advance=milliseconds(body, "advance") or 0,
    )


def moment(request: HttpRequest) -> int | None:
    """The simulated millisecond that is asked for with ?at=, in seconds."""
    text = request.GET.get("at")
    if text is None:
        return None
    try:
        return milliseconds({"at": float(text)}, "at")
    except ValueError:
        raise Refused('"at" must be a number of seconds.', "at") from None


def check_key(request: HttpRequest, desk, opens) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise NoKey('Changing a desk needs its key: send the header "Authorization: Bearer <key>".')
    if not opens(desk, key.strip()):
        raise WrongKey("This key does not open this desk.")
