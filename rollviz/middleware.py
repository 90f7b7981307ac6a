"""Every answer, a file or an error page included, tells the browser to load and run nothing but what this server serves."""

from asgiref.sync import iscoroutinefunction
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


@sync_and_async_middleware
def security_headers(get_response):
    def stamp(response):
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    if iscoroutinefunction(get_response):

        async def middleware(request):
            return stamp(await get_response(request))
    else:

        def middleware(request):
            return stamp(get_response(request))

    return middleware
