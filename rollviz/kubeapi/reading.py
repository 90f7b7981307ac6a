"""get and list: what there is at the playhead, in the order of names, as the client wants it."""

import asyncio
import base64
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from simulation.api import fields, selectors
from simulation.api.derived import DEPRECATED, derived, scale_of
from simulation.api.errors import StatusError, bad_request
from simulation.api.resources import Resource
from simulation.objects import KINDS
from simulation.store import Store, key_of

from . import forms, options
from .answers import compressed, json_answer, warned
from .asked import Place, Query
from .feed import Feed

ASIDE_FROM = 200
"""A list of more objects is written beside the loop: they are immutable."""


async def get(request: HttpRequest, place: Place, feed: Feed) -> HttpResponse:
    """One object or its scale."""
    query, at = Query(request), feed.moment()
    options.check_reached(query, at.revision)
    obj = found(at.cluster.store, place)
    form = forms.form_of(request.headers.get("Accept", ""), query.text("includeObject"))
    shown = scale_of(obj) if place.subresource == "scale" else obj
    response = json_answer(forms.one(form, place.resource, shown, feed, at))
    return warned(response, hints(place.resource))


async def list_(request: HttpRequest, place: Place, feed: Feed) -> HttpResponse:
    """All objects of a kind that the selectors pick; with a limit, a page of them."""
    query, at = Query(request), feed.moment()
    form = forms.form_of(request.headers.get("Accept", ""), query.text("includeObject"))
    options.check_list(query)
    options.check_reached(query, at.revision)
    options.check_exact(query, at.revision)
    picks = Picks(place, query)
    objects = [obj for obj in listed(at.cluster.store, place) if picks(obj)]
    revision, after = _read_token(query.text("continue"), feed) if query.text("continue") else (at.revision, None)
    objects, more = _page(objects, query, after)
    # a watch goes on from the first page: what changed since then comes once more
    meta: dict[str, Any] = {"resourceVersion": str(revision)}
    if more:
        meta |= {"continue": _token(feed, revision, key_of(objects[-1])), "remainingItemCount": more}
    written = (form, place.resource, objects, feed, at, meta)
    body = await asyncio.to_thread(forms.many, *written) if len(objects) > ASIDE_FROM else forms.many(*written)
    return warned(await compressed(request, json_answer(body)), hints(place.resource))


def found(store: Store, place: Place) -> Any:
    """The object that a place names. Raises the API's 404."""
    resource = place.resource
    if resource.kind in KINDS and resource.kind != "Event":
        obj = store.get(resource.kind, place.name, place.namespace)
    else:
        obj = next((o for o in listed(store, place) if o.metadata.name == place.name), None)
    if obj is None:
        raise not_found(resource, place.name)
    return obj


def not_found(resource: Resource, name: str) -> StatusError:
    details = {"name": name, "kind": resource.plural} | ({"group": resource.group} if resource.group else {})
    return StatusError(404, "NotFound", f'{resource.resource} "{name}" not found', name=name, details=details)


def listed(store: Store, place: Place) -> list[Any]:
    """By namespace and name, as etcd has them."""
    kind = place.resource.kind
    objects = store.list(kind) if kind in KINDS else derived(store, kind)
    there = (obj for obj in objects if not place.namespace or obj.metadata.namespace == place.namespace)
    return sorted(there, key=key_of)


class Picks:
    """The selectors and the namespace of a request. Raises the API's 400."""

    def __init__(self, place: Place, query: Query) -> None:
        text = query.text("labelSelector")
        try:
            self.labels = selectors.parse(text)
        except selectors.ParseError as error:
            raise bad_request(f"unable to parse requirement: {error}" if "unable" not in str(error) else str(error)) from None
        self.fields = fields.parse(place.resource.kind, query.text("fieldSelector"))
        self.namespace, self.name = place.namespace, place.name

    def __call__(self, obj: Any) -> bool:
        meta = obj.metadata
        if (self.namespace and meta.namespace != self.namespace) or (self.name and meta.name != self.name):
            return False
        return (self.labels.empty or self.labels.matches(meta.labels)) and self.fields.matches(obj)


def hints(resource: Resource) -> list[str]:
    return [DEPRECATED] if resource.kind == "Endpoints" else []


def _page(objects: list[Any], query: Query, after: tuple[str, str] | None) -> tuple[list[Any], int]:
    """(the objects of this page, how many are left)."""
    limit = query.number("limit") or 0
    if after is not None:
        objects = [obj for obj in objects if key_of(obj) > after]
    page = objects[:limit] if limit > 0 else objects
    return page, len(objects) - len(page)


def _token(feed: Feed, revision: int, last: tuple[str, str]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([feed.began, revision, *last])).decode()


def _read_token(token: str, feed: Feed) -> tuple[int, tuple[str, str]]:
    """(the version of the first page, the last object of the page before). Raises the API's 400 and 410."""
    try:
        began, revision, namespace, name = msgspec.json.decode(base64.urlsafe_b64decode(token[:2000]), type=tuple[int, int, str, str])
    except (ValueError, msgspec.MsgspecError):
        raise bad_request("invalid continue token: continue key is not valid: it was not given out here") from None
    if began != feed.began:
        said = "The provided continue parameter is too old to display a consistent list result. You must start a new list."
        raise StatusError(410, "Expired", said)
    return revision, (namespace, name)
