"""Whoever holds a desk's key may change it. The server keeps only the key's hash; a browser keeps the key in a signed cookie."""

import base64
import hashlib
import hmac
import secrets

from django.conf import settings

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that are not mistaken for one another when read aloud."""

DESK_ID_LENGTH = 10
KEY_BYTES = 24
COOKIE_SECONDS = 365 * 24 * 3600
SALT = "rollviz.presenter"
VIEWER_SALT = "rollviz.viewer"


def make_desk_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(DESK_ID_LENGTH))


def make_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


def hash_key(key: str) -> str:
    """A key is 192 random bits, so a plain hash is enough: nothing can be guessed from it."""
    return hashlib.sha256(key.encode()).hexdigest()


def opens(desk, key: str) -> bool:
    return hmac.compare_digest(hash_key(key), desk.key_hash)


def viewer_key(desk_id: str) -> str:
    """Lets a program look at the desk and change nothing. It follows from the server's secret, so nobody has to keep it."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"{VIEWER_SALT}:{desk_id}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:KEY_BYTES]).decode()


def looks(desk, key: str) -> bool:
    return hmac.compare_digest(viewer_key(desk.id).encode(), key.encode())


def presenter_key(request, desk) -> str | None:
    """The desk's key, if this browser is its presenter."""
    key = request.get_signed_cookie(_cookie(desk), default=None, salt=SALT, max_age=COOKIE_SECONDS)
    return key if key is not None and opens(desk, key) else None


def grant(response, desk, key: str, secure: bool = False) -> None:
    """The browser that gets this response is the desk's presenter from now on."""
    response.set_signed_cookie(
        _cookie(desk), key, salt=SALT, max_age=COOKIE_SECONDS, path=f"/d/{desk.id}", secure=secure, httponly=True, samesite="Lax"
    )


def is_presenter(request, desk) -> bool:
    """By the browser's cookie, or by the key itself where there can be none: in a frame on somebody else's page, in a script."""
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer":
        return opens(desk, shown)
    return presenter_key(request, desk) is not None


def _cookie(desk) -> str:
    return f"desk-{desk.id}"
