"""HTTP goes to Django; a WebSocket, from a page of ours only, to the desk it names."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path, re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollviz.settings")
http = get_asgi_application()

from rollviz.rooms.consumers import nowhere, viewer  # noqa: E402  models can be imported only after Django is set up

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AllowedHostsOriginValidator(URLRouter([path("ws/d/<str:desk>", viewer), re_path("", nowhere)])),
    }
)
