"""Static files: named by their hash, compressed once when collected, and served to be kept for ever."""

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Also inside our own JavaScript modules: `import … from "./x.js";` is collected as the hashed name."""

    max_post_process_passes = 12
    """A module's name changes with those it imports: one pass for each step of the longest chain of imports."""
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise on the event loop, so that it does not push every request behind it into a thread.

    The files are small and few, so one is read whole: a file response is a blocking iterator, which ASGI warns about.
    """

    sync_capable = async_capable = True

    def __init__(self, get_response):
        super().__init__(get_response)
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    @staticmethod
    def serve(static_file, request):
        answer = static_file.get_response(request.method, request.META)
        body = answer.file.read() if answer.file else b""
        response = HttpResponse(body, status=int(answer.status))
        del response["Content-Type"]
        for name, value in answer.headers:
            response[name] = value
        return response

    def __call__(self, request):
        return self._later(request) if iscoroutinefunction(self) else super().__call__(request)

    async def _later(self, request):
        answer = super().__call__(request)
        return answer if isinstance(answer, HttpResponse) else await answer
