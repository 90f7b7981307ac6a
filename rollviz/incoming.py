"""HTTP as it comes in: how long a request's head and body may be, and plain text for what is no HTTP, as Go's server answers it.

A view sees the start of a body that is too large, and refuses it. A WebSocket to the Kubernetes API is answered as HTTP, in words.
"""

from daphne.http_protocol import WebRequest
from django.conf import settings
from twisted.web.http import HTTPChannel

HEAD_BYTES = 256 * 1024
"""The request line and all headers; a selector can be long."""
KUBERNETES = b"/k8s/"


class BoundedChannel(HTTPChannel):
    """One connection."""

    MAX_LENGTH = totalHeadersSize = HEAD_BYTES

    def lineReceived(self, line: bytes) -> None:
        if self._receivedHeaderSize + len(line) > HEAD_BYTES:
            self.lineLengthExceeded(line)
        else:
            super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:
        self._refuse(b"431 Request Header Fields Too Large")

    def _respondToBadRequestAndDisconnect(self) -> None:
        self._refuse(b"400 Bad Request")

    def _refuse(self, said: bytes) -> None:
        self.transport.write(b"HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n%s" % (said, said))
        self.loseConnection()


class BoundedRequest(WebRequest):
    """One request. Its body is the view's to read: what may be a form to others is not looked into before."""

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)
        self._parsePOSTFormSubmission = False

    def gotLength(self, length: int | None) -> None:
        super().gotLength(length)
        self._room_left = settings.DATA_UPLOAD_MAX_MEMORY_SIZE * 2

    def handleContentChunk(self, data: bytes) -> None:
        self._room_left -= len(data)
        if self._room_left >= 0:
            super().handleContentChunk(data)

    def process(self) -> None:
        if self.path.startswith(KUBERNETES):
            self.requestHeaders.removeHeader(b"Upgrade")
        return super().process()

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        said = b"%d %s: %s\n" % (status, status_text, body.encode())
        self.handle_reply({"type": "http.response.start", "status": status, "headers": [(b"Content-Type", b"text/plain; charset=utf-8")]})
        self.handle_reply({"type": "http.response.body", "body": said})
