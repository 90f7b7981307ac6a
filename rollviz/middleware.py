"""What every request passes on its way in and out.

Every answer, a file or an error page included, tells the browser to load and run nothing but what this server serves. Django would take
each of its own middlewares to a thread and back; these three do no I/O, so here they run where the request is, on the event loop.
"""

from asgiref.sync import iscoroutinefunction
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.gzip import GZipMiddleware
from django.utils.decorators import sync_and_async_middleware

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
FRAMED = HEADERS["Content-Security-Policy"].replace("frame-ancestors 'self'", "frame-ancestors *")
"""For the pages that are made to stand inside others: their view sets `may_be_framed`."""


@sync_and_async_middleware
def security_headers(get_response):
    def stamp(response):
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if getattr(response, "may_be_framed", False):
            del response.headers["X-Frame-Options"]
            response.headers["Content-Security-Policy"] = FRAMED
        return response

    if iscoroutinefunction(get_response):

        async def middleware(request):
            return stamp(await get_response(request))
    else:

        def middleware(request):
            return stamp(get_response(request))

    return middleware


class OnTheLoop:
    """Mixed into a middleware that only computes."""

    async def __acall__(self, request):
        early = self.process_request(request) if hasattr(self, "process_request") else None
        return self.process_response(request, early or await self.get_response(request))


class Common(OnTheLoop, CommonMiddleware):
    pass


class GZip(OnTheLoop, GZipMiddleware):
    """A stream goes out as it comes: compressed, a watch would wait for a block to fill. The Kubernetes API compresses by itself."""

    def process_response(self, request, response):
        if response.streaming or request.path_info.startswith("/k8s/"):
            return response
        return super().process_response(request, response)


class Csrf(OnTheLoop, CsrfViewMiddleware):
    """Who shows a desk's key in a header needs no token: no other site's page can make a browser send one."""

    async def process_view(self, request, view, args, kwargs):
        if request.headers.get("Authorization", "").startswith("Bearer "):
            return None
        return super().process_view(request, view, args, kwargs)
