"""What a request asks for: its place among the API's paths, and its query as Go reads it."""

import re
from typing import NamedTuple

from django.http import HttpRequest

from simulation.api.errors import StatusError, bad_request, go_quote
from simulation.api.resources import BY_PATH, GROUPS, Resource

from .answers import no_such_resource

INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
TRUE, FALSE = ("1", "t", "T", "true", "TRUE", "True"), ("0", "f", "F", "false", "FALSE", "False", "")


class Place(NamedTuple):
    """Where a request points: all of a kind (`name` empty) or one object, or a subresource of it. `namespace` "" is all."""

    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""


def place_of(parts: list[str]) -> Place:
    """The place that a path below /api or /apis names. Raises the API's 404."""
    version, rest = (parts[1], parts[2:]) if parts[0] == "api" else ("/".join(parts[1:3]), parts[3:])
    if version not in GROUPS:
        raise no_such_resource()
    namespace = ""
    if rest[:1] == ["namespaces"] and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    plural, *more = rest
    resource = BY_PATH.get((version, plural))
    if resource is None or len(more) > 2 or bool(namespace) > resource.namespaced:
        raise no_such_resource()
    place = Place(resource, namespace, *more)
    if place.name and resource.namespaced and not namespace:
        raise no_such_resource()
    if place.subresource and place.subresource not in {sub.name for sub in resource.subresources}:
        raise no_such_resource()
    return place


class Query:
    """The query's parameters; what is not known is ignored."""

    def __init__(self, request: HttpRequest) -> None:
        self._get = request.GET

    def text(self, name: str) -> str:
        return self._get.get(name, "")

    def names(self) -> set[str]:
        return set(self._get)

    def texts(self, name: str) -> list[str]:
        return self._get.getlist(name)

    def true(self, name: str) -> bool:
        value = self._get.get(name)
        if value is None:
            return False
        # Go's url.Values to bool: a bare `?watch` is true
        return value not in FALSE or (value == "" and name in ("watch", "follow"))

    def number(self, name: str) -> int | None:
        """Raises the API's 400."""
        text = self._get.get(name, "")
        if not text:
            return None
        if not INTEGER.fullmatch(text):
            raise bad_request(f"strconv.ParseInt: parsing {go_quote(text[:100])}: invalid syntax")
        return int(text)

    def revision(self) -> int | None:
        """The resourceVersion, None if any will do. Raises the API's 400."""
        text = self.text("resourceVersion")
        if text in ("", "0"):
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            said = f"Invalid value: {go_quote(text[:100])}: strconv.ParseUint: parsing {go_quote(text[:100])}: invalid syntax"
            raise StatusError(400, "BadRequest", f"resourceVersion: {said}")
        return int(text)
