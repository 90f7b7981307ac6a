"""Addresses as others can open them: from the one by which this page was opened."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def absolute(request: HttpRequest, path: str) -> str:
    """Behind a proxy that speaks TLS the request itself does not know it; CSRF_TRUSTED_ORIGINS does."""
    host = request.get_host()
    secure = request.is_secure() or f"https://{host}" in settings.CSRF_TRUSTED_ORIGINS
    return f"{'https' if secure else 'http'}://{host}{path}"


def only_here(request: HttpRequest) -> bool:
    """Whether nobody else can follow this address, because it names the machine that it is opened on."""
    name = urlsplit(f"//{request.get_host()}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
