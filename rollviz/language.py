"""Whose language a page speaks: that of the link it was opened by (?lang=de), for the rest of the visit; else the browser's; else English.

Only languages with a catalogue in locale/ count. A page in another page sets no cookie; its own addresses carry the language.
"""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header

from rollviz.catalogue import read
from rollviz.middleware import OnTheLoop

ENGLISH = "en"
COOKIE = "lang"


def known(wanted: str, otherwise: str = "") -> str:
    """The language that is meant by `wanted` (de-AT: de), or `otherwise` if there is no catalogue of it."""
    try:
        return get_supported_language_variant(wanted.lower())
    except LookupError:
        return otherwise


def chosen(request: HttpRequest) -> str:
    """The language that a link has set for this visit, "" if none has."""
    return known(request.GET.get("lang", "")) or known(request.COOKIES.get(COOKIE, ""))


def of_address(request: HttpRequest) -> str:
    """The language that an address names, or English, whoever asks for it."""
    return known(request.GET.get("lang", ""), ENGLISH)


def of_browser(header: str) -> str:
    """The first language of an Accept-Language header that there is; English is one of them."""
    return next((found for wanted, _ in parse_accept_lang_header(header) if (found := known(wanted))), ENGLISH)


def told(request: HttpRequest, address: str) -> str:
    """The same address, in the language that was set for this visit: whoever opens it reads it so."""
    found = chosen(request)
    return f"{address}{'&' if '?' in address else '?'}lang={found}" if found and address else address


def words(request: HttpRequest) -> dict:
    """For templates: what the scripts say in the language of this page; nothing if it is English."""
    return {"of_scripts": _of_scripts(translation.get_language() or ENGLISH)}


@lru_cache
def _of_scripts(language: str) -> dict[str, str]:
    path = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "djangojs.po"
    said = read(path.read_text()) if path.exists() else {}
    return {message.id: texts[0] for message, texts in said.items() if message.id and texts[0]}


class Language(OnTheLoop, MiddlewareMixin):
    def process_request(self, request):
        request.LANGUAGE_CODE = chosen(request) or of_browser(request.headers.get("Accept-Language", ""))
        translation.activate(request.LANGUAGE_CODE)

    def process_response(self, request, response):
        if response.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
            set_by_link = known(request.GET.get("lang", ""))
            if set_by_link and not request.path_info.startswith("/embed/"):
                response.set_cookie(COOKIE, set_by_link, secure=request.is_secure(), httponly=True, samesite="Lax")
        return response
