"""Every answer under /k8s/ is what a Kubernetes API server would send: JSON, and a Status for whatever goes wrong."""

import asyncio
import zlib
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from simulation.api import documents
from simulation.api.errors import StatusError

JSON, YAML = "application/json", "application/yaml"
COMPRESSED_FROM = 128 * 1024
"""The API server compresses what is larger, at its quickest level (apiserver/pkg/endpoints/handlers/responsewriters)."""


UNNAMED = ("NotFound", "MethodNotAllowed")
"""Reasons of NewGenericServerResponse: it says nothing in the details, but has them, and `kubectl debug` looks into them."""


def json_answer(body: Any, status: int = 200, content_type: str = "application/json") -> HttpResponse:
    """`body` is a value or bytes that are JSON already."""
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return HttpResponse(data, status=status, content_type=content_type, headers={"Cache-Control": "no-cache, private"})


def text_answer(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


def refused(error: StatusError) -> HttpResponse:
    body = error.to_json()
    if not body["details"] and error.reason not in UNNAMED:
        del body["details"]
    response = json_answer(body, error.code)
    # an answer like any other: Django need not report it as a fault of this server
    response._has_been_logged = True
    if error.code == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="rollviz"'
    return response


def failure(code: int, reason: str, message: str) -> StatusError:
    return StatusError(code, reason, message)


def no_such_resource() -> StatusError:
    return failure(404, "NotFound", "the server could not find the requested resource")


def not_allowed() -> StatusError:
    return failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")


def success(**more: Any) -> dict[str, Any]:
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", **more}


def warned(response: HttpResponse, warnings: list[str]) -> HttpResponse:
    """The warnings as headers, which kubectl prints."""
    lines = [_warning(said) for said in dict.fromkeys(warnings)]
    if lines:
        response.headers["Warning"] = ", ".join(lines[:MOST_WARNINGS])
    return response


MOST_WARNINGS = 20


def _warning(said: str) -> str:
    """RFC 7234 section 5.5, ASCII only."""
    said = "".join(sign if sign.isprintable() and sign.isascii() else "?" for sign in said)[:400]
    quoted = said.replace("\\", "\\\\").replace('"', '\\"')
    return f'299 - "{quoted}"'


def in_yaml(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The same answer as YAML for whoever asks for that first."""
    wanted = request.headers.get("Accept", "").partition(",")[0].partition(";")[0].strip()
    if wanted == YAML and not response.streaming and response["Content-Type"] == JSON:
        response.content = documents.write_sorted(msgspec.json.decode(response.content)).encode()
        response["Content-Type"] = YAML
    return response


async def compressed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A large answer is compressed beside the loop; a small one goes as it is."""
    if response.streaming or response.has_header("Content-Encoding"):
        return response
    in_yaml(request, response)
    large = len(response.content) > COMPRESSED_FROM
    if large and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = await asyncio.to_thread(_gzip, response.content)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.content))
    return response


def _gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()
