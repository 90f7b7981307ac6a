"""watch: one JSON object per line, for as long as the client stays. What several clients see is written once.

Rules measured with kubectl 1.27 to 1.33: no version or 0 begins with everything there is; a version begins after it, or with 410 Expired;
an object that no longer matches is DELETED for this client; nobody gets a bookmark who did not ask for one.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from msgspec.structs import replace

from simulation.api.errors import StatusError

from . import forms, options
from .answers import failure, warned
from .asked import Place, Query
from .feed import Change, Feed, Moment
from .reading import Picks, hints, listed

WATCHES_PER_DESK = 500
BEHIND = 20_000
"""Changes that may wait for a client that does not read; more, and it has to list again."""
BOOKMARK_SECONDS = 60
LONGEST_SECONDS = 3600

Event = tuple[str, Any, str]
"""(type, object, resourceVersion)"""


class Watch:
    """One open watch."""

    def __init__(self, feed: Feed, place: Place, query: Query, form: forms.Form) -> None:
        self.feed, self.place, self.form = feed, place, form
        self.kind = place.resource.kind
        self.picks = Picks(place, query)
        self.bookmarks = query.true("allowWatchBookmarks")
        self.seconds = min(query.number("timeoutSeconds") or LONGEST_SECONDS, LONGEST_SECONDS)
        self.waiting: deque[Change] = deque()
        self.expired = self.ended = False
        self._new = asyncio.Event()
        self._first = True
        self.asked = query.revision()
        self.marked = query.true("sendInitialEvents")
        self.everything = self.marked or (self.asked is None and "sendInitialEvents" not in query.names())

    def _begin(self) -> bytes:
        """What is to be sent first: everything, or what happened since the client listed."""
        at = self.feed.moment()
        self.revision = at.revision
        if self.everything:
            return self._all(at)
        missed = [] if self.asked is None else self.feed.after(self.kind, self.asked)
        if missed is None:
            self.expired = True
        else:
            self.waiting.extend(missed)
        return b""

    def put(self, change: Change) -> None:
        if len(self.waiting) >= BEHIND:
            self.expire()
        else:
            self.waiting.append(change)
            self._new.set()

    def expire(self) -> None:
        """What this client knows is of another past."""
        self.asked = self.revision
        self.expired = True
        self._new.set()

    def end(self) -> None:
        self.ended = True
        self._new.set()

    async def lines(self) -> AsyncIterator[bytes]:
        until = time.monotonic() + self.seconds
        bookmark = time.monotonic() + BOOKMARK_SECONDS
        self.feed.watches[self] = None
        try:
            # an empty piece sends the headers
            yield self._begin()
            while not self.ended:
                if self.expired:
                    yield self._error()
                    return
                yield self._written()
                now = time.monotonic()
                if now >= until:
                    return
                if self.bookmarks and now >= bookmark:
                    bookmark = now + BOOKMARK_SECONDS
                    yield self._bookmark({})
                await self._news(min(until, bookmark if self.bookmarks else until) - now)
        finally:
            self.feed.watches.pop(self, None)

    async def _news(self, seconds: float) -> None:
        if self.waiting or self.expired or self.ended:
            return
        self._new.clear()
        alarm = asyncio.get_running_loop().call_later(max(seconds, 0), self._new.set)
        try:
            await self._new.wait()
        finally:
            alarm.cancel()

    def _all(self, at: Moment) -> bytes:
        objects = [obj for obj in listed(at.cluster.store, self.place) if self.picks(obj)]
        text = b"".join(self._line("ADDED", obj, forms.version(obj), at) for obj in objects)
        if self.marked and self.bookmarks:
            text += self._bookmark({"k8s.io/initial-events-end": "true"})
        return text

    def _written(self) -> bytes:
        """The lines of all that waits."""
        if not self.waiting:
            return b""
        at = self.feed.moment()
        text = []
        while self.waiting:
            change = self.waiting.popleft()
            self.revision = max(self.revision, change.revision)
            event = self._event(change)
            if event is not None:
                text.append(self._line(*event, at))
        return b"".join(text)

    def _event(self, change: Change) -> Event | None:
        """What a change is for this client: seen through its selectors."""
        was = change.before is not None and self.picks(change.before)
        now = change.after is not None and self.picks(change.after)
        if now:
            return "MODIFIED" if was else "ADDED", change.after, forms.version(change.after)
        return ("DELETED", change.after or change.before, str(change.revision)) if was else None

    def _line(self, type: str, obj: Any, revision: str, at: Moment) -> bytes:
        key = (
            type,
            self.place.resource.api_version,
            self.form,
            self._first and self.form.kind == forms.TABLE,
            id(obj),
            revision,
            at.since,
            at.now,
        )
        line = self.feed.lines.get(key)
        if line is None or line[0] is not obj:
            shown = obj if revision == forms.version(obj) else replace(obj, metadata=replace(obj.metadata, resource_version=revision))
            body = forms.one(self.form, self.place.resource, shown, self.feed, at, first=self._first)
            line = self.feed.keep_line(key, obj, b'{"type":"%s","object":%s}\n' % (type.encode(), body))
        self._first = False
        return line[1]

    def _bookmark(self, annotations: dict[str, str]) -> bytes:
        meta: dict[str, Any] = {"resourceVersion": str(self.feed.moment().revision)}
        if annotations:
            meta["annotations"] = annotations
        resource = self.place.resource
        obj: dict[str, Any] = {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": meta}
        if self.form.kind == forms.TABLE:
            inner = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": meta}
            row = {"cells": [], "object": inner}
            obj = {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": meta, "columnDefinitions": None, "rows": [row]}
        return msgspec.json.encode({"type": "BOOKMARK", "object": obj}) + b"\n"

    def _error(self) -> bytes:
        said = f"too old resource version: {self.asked} ({self.feed.moment().revision})"
        status = StatusError(410, "Expired", said).to_json()
        del status["details"]
        return msgspec.json.encode({"type": "ERROR", "object": status}) + b"\n"


async def watch(request: HttpRequest, place: Place, feed: Feed) -> HttpResponse:
    query = Query(request)
    options.check_watch(query)
    if len(feed.watches) >= WATCHES_PER_DESK:
        raise failure(429, "TooManyRequests", f"a desk has at most {WATCHES_PER_DESK} watches open at once")
    form = forms.form_of(request.headers.get("Accept", ""), query.text("includeObject"))
    opened = Watch(feed, place, query, form)
    headers = {"Cache-Control": "no-cache, private", "X-Accel-Buffering": "no"}
    response = StreamingHttpResponse(opened.lines(), content_type="application/json", headers=headers)
    return warned(response, hints(place.resource))
