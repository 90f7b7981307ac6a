"""A container's log: what it has written as text, and with follow also what it writes until it ends, as a stream."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from simulation.api import podlog
from simulation.api.errors import bad_request, go_quote
from simulation.api.podlog import Line, LogOptions
from simulation.api.wire import EPOCH, from_rfc3339, rfc3339

from .answers import failure
from .asked import Place, Query
from .feed import Change, Feed, Moment
from .reading import found
from .watching import LONGEST_SECONDS, WATCHES_PER_DESK

TEXT = "text/plain"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
ASKED = ("follow", "limitBytes", "previous", "sinceSeconds", "sinceTime", "tailLines", "timestamps")


def get(request: HttpRequest, place: Place, feed: Feed) -> HttpResponse:
    """The log subresource of a pod. Raises the API's 400, 404 and 422."""
    query, at = Query(request), feed.moment()
    options = _options(query, at)
    podlog.check_options(place.name, options)
    pod = found(at.cluster.store, place)
    container = podlog.container_of(pod, options.container)
    if not pod.spec.node_name:
        return HttpResponse(status=204, content_type=TEXT)
    said = "&".join(f"{name}={query.text(name)}" for name in ASKED if query.text(name))
    podlog.check_reached(pod, container, at.cluster.store.machines.get(pod.spec.node_name), said)
    lines = podlog.picked(podlog.container_log(pod, container, options.previous), options, at.now)
    log = Log(query.true("timestamps"), at.since, options.limit_bytes)
    if not query.true("follow"):
        return HttpResponse(log.text(lines), content_type=TEXT)
    if len(feed.watches) >= WATCHES_PER_DESK:
        raise failure(429, "TooManyRequests", f"a desk has at most {WATCHES_PER_DESK} watches open at once")
    headers = {"Cache-Control": "no-cache, private", "X-Accel-Buffering": "no"}
    following = Following(feed, pod, container, log, options.previous)
    return StreamingHttpResponse(following.pieces(log.text(lines)), content_type=TEXT, headers=headers)


def _options(query: Query, at: Moment) -> LogOptions:
    text = query.text("sinceTime")
    try:
        since = _instant(text) - at.since if text else None
    except ValueError:
        quoted = go_quote(text[:100])
        raise bad_request(f'parsing time {quoted} as "2006-01-02T15:04:05Z07:00": cannot parse {quoted} as "2006"') from None
    seconds, tail, limit = (query.number(name) for name in ("sinceSeconds", "tailLines", "limitBytes"))
    return LogOptions(query.text("container"), query.true("previous"), seconds, since, tail, limit)


def _instant(text: str) -> int:
    """Unix seconds. Raises ValueError."""
    if RFC3339.fullmatch(text) is None:
        raise ValueError(text)
    return from_rfc3339(text) + EPOCH


class Log:
    """Lines as bytes, each with its time if that was asked for, and never more than the limit in all."""

    def __init__(self, stamped: bool, since: int, limit: int | None) -> None:
        self.stamped, self.since, self.left = stamped, since, limit

    @property
    def full(self) -> bool:
        return self.left == 0

    def text(self, lines: list[Line]) -> bytes:
        data = "".join(f"{self._stamp(second)}{line}\n" for second, line in lines).encode()
        if self.left is not None:
            data = data[: self.left]
            self.left -= len(data)
        return data

    def _stamp(self, second: int) -> str:
        """types.RFC3339NanoFixed, as the kubelet prints it."""
        return rfc3339(second, self.since).replace("Z", ".000000000Z ") if self.stamped else ""


class Following:
    """One log that is followed: to the feed it is a watch on its pod."""

    kind = "Pod"

    def __init__(self, feed: Feed, pod: Any, container: str, log: Log, previous: bool) -> None:
        self.feed, self.container, self.log = feed, container, log
        status = podlog.status_of(pod, container)
        self.id = status.container_id if status is not None and status.state.running is not None and not previous else ""
        self.uid = pod.metadata.uid
        self.ended = not self.id
        self._written = len(podlog.container_log(pod, container, previous))
        self._rest = b""
        self._new = asyncio.Event()

    def put(self, change: Change) -> None:
        """What runs writes nothing more before it ends."""
        pod = change.after
        if (pod or change.before).metadata.uid != self.uid:
            return
        status = podlog.status_of(pod, self.container) if pod is not None else None
        ended = status.state.terminated if status is not None else None
        if ended is not None and ended.container_id == self.id and not self.ended:
            self._rest = self.log.text(podlog.container_log(pod, self.container)[self._written :])
        if status is None or status.state.running is None or status.container_id != self.id:
            self.end()

    def expire(self) -> None:
        self.end()

    def end(self) -> None:
        self.ended = True
        self._new.set()

    async def pieces(self, first: bytes) -> AsyncIterator[bytes]:
        self.feed.watches[self] = None
        alarm = asyncio.get_running_loop().call_later(LONGEST_SECONDS, self.end)
        try:
            # an empty piece sends the headers
            yield first
            if not (self.ended or self.log.full):
                await self._new.wait()
            yield self._rest
        finally:
            alarm.cancel()
            self.feed.watches.pop(self, None)
