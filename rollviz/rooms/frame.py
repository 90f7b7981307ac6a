"""A text message as it goes over the wire (RFC 6455 section 5.2), made once for all viewers."""


class Frame:
    __slots__ = ("text", "wire")

    def __init__(self, text: str):
        self.text = text
        self.wire = _framed(text.encode())


def _framed(payload: bytes) -> bytes:
    """One final text frame; a server does not mask."""
    length = len(payload)
    if length < 126:
        return b"\x81" + bytes([length]) + payload
    if length < 65536:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload
