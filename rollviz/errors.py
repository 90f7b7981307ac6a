"""An error is answered in the language of whoever asked: JSON under /api/, a page elsewhere. Neither says what it should not."""

import logging

import msgspec
from django.core.exceptions import DisallowedHost
from django.http import HttpResponse
from django.template import loader
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop
from django.views.decorators.csrf import csrf_exempt

from rollviz.kubeapi.answers import refused
from simulation.api.errors import StatusError

logger = logging.getLogger(__name__)

SENTENCES = {
    400: ("BadRequest", noop("The server could not read this request.")),
    403: ("Forbidden", noop("This is not allowed.")),
    404: ("NotFound", noop("There is nothing at this address.")),
    500: ("InternalError", noop("The server made a mistake. It has been written down.")),
}


def error_json(status: int, message: str, reason: str, field: str = "") -> HttpResponse:
    body = msgspec.json.encode({"field": field, "reason": reason, "message": message})
    return HttpResponse(body, status=status, content_type="application/json")


def _answer(request, status: int, message: str = "") -> HttpResponse:
    reason, sentence = SENTENCES[status]
    if request.path_info.startswith("/k8s/"):
        return refused(StatusError(status, reason, message or sentence))
    if request.path_info.startswith("/api/"):
        return error_json(status, message or sentence, reason)
    try:
        page = loader.get_template(f"{status}.html").render({"message": gettext(message or sentence)}, request)
    except Exception:  # the page that says that something failed must not fail itself
        logger.exception("The page for %d could not be drawn", status)
        return HttpResponse(f"{message or sentence}\n", status=status, content_type="text/plain; charset=utf-8")
    return HttpResponse(page, status=status)


def bad_request(request, exception=None):
    if isinstance(exception, DisallowedHost):
        return _answer(request, 400, noop("This server does not answer to that host name. ALLOWED_HOSTS lists those that it does."))
    return _answer(request, 400)


def forbidden(request, exception=None):
    return _answer(request, 403)


@csrf_exempt
def not_found(request, exception=None):
    return _answer(request, 404)


def server_error(request):
    return _answer(request, 500)


def csrf_failure(request, reason=""):
    return _answer(request, 403, noop("This page is too old to act from. Load it again."))
