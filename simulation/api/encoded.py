"""An object's JSON is made once per version; only its times are written anew, because they follow the clock of whoever reads them.

The encoder writes each time as a raw mark between two NUL bytes, which no JSON text can contain otherwise.
"""

from functools import lru_cache
from typing import Any

import msgspec

from simulation.api.wire import rfc3339, rfc3339_micro, to_json
from simulation.objects import Time

MARK = b"\0"
NODE_INFO = (
    *("machineID", "systemUUID", "bootID", "kernelVersion", "osImage"),
    *("containerRuntimeVersion", "kubeletVersion", "kubeProxyVersion", "operatingSystem", "architecture"),
)
"""What Go writes of a node even when it is empty, and typed clients insist on."""


class Encoded:
    """`whole`, `item` and `metadata` give the bytes with the times counted from the Unix second `since`."""

    __slots__ = ("_head", "_metadata", "_rest", "_written", "obj")

    def __init__(self, obj: Any) -> None:
        body = marked(obj)
        self.obj = obj
        self._head = b'{"kind":"%s","apiVersion":"%s",' % (body.pop("kind").encode(), body.pop("apiVersion").encode())
        self._metadata = _pieces(body.pop("metadata"))
        self._rest = _pieces(body)
        self._written: tuple[int, bytes] = (0, b"")

    def whole(self, since: int) -> bytes:
        """The object as it is answered by itself."""
        return self._head + self._body(since)

    def item(self, since: int) -> bytes:
        """The object inside a list of its kind."""
        return b"{" + self._body(since)

    def metadata(self, since: int) -> bytes:
        """Only its metadata."""
        return _join(self._metadata, since)

    def _body(self, since: int) -> bytes:
        if self._written[0] != since:
            rest = _join(self._rest, since)
            text = b'"metadata":' + _join(self._metadata, since) + (b"," + rest[1:] if len(rest) > 2 else b"}")
            self._written = (since, text)
        return self._written[1]


def encode(value: Any, since: int) -> bytes:
    """A value in which `_mark` has written the times."""
    return _join(_pieces(value), since)


def marked(obj: Any) -> dict[str, Any]:
    """An object's JSON for `encode`."""
    body = to_json(obj, write=_mark, managed=True)
    return with_node_info(body)


def with_node_info(body: dict[str, Any]) -> dict[str, Any]:
    if body["kind"] == "Node":
        body["status"]["nodeInfo"] = dict.fromkeys(NODE_INFO, "") | body["status"].get("nodeInfo", {})
    return body


def _mark(seconds: Time, micro: bool) -> msgspec.Raw:
    return msgspec.Raw(b"\0%s%d\0" % (b"u" if micro else b"", seconds))


def _pieces(value: Any) -> list[bytes]:
    """Text, time, text, time, …, text."""
    return msgspec.json.encode(value).split(MARK)


def _join(pieces: list[bytes], since: int) -> bytes:
    if len(pieces) == 1:
        return pieces[0]
    out = list(pieces)
    for at in range(1, len(out), 2):
        out[at] = _time(out[at], since)
    return b"".join(out)


@lru_cache(maxsize=100_000)
def _time(mark: bytes, since: int) -> bytes:
    micro = mark.startswith(b"u")
    return b'"%s"' % (rfc3339_micro(int(mark[1:]), since) if micro else rfc3339(int(mark), since)).encode()
