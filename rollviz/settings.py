"""Everything that differs between two installations comes from the environment; with none of it set, the embedded defaults serve.

What must survive a restart (database, secret key, collected static files) lies in DATA_DIR.
"""

import os
import secrets
from pathlib import Path

import dj_database_url

from rollviz.lan import is_open, own_address

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR", BASE_DIR / "var")).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)


def _words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def _kept_secret(path: Path) -> str:
    """A random key that only its owner may read, made once. Two processes that start together agree: the first link wins."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


DEBUG = os.environ.get("DEBUG", "").lower() in {"1", "true", "yes", "on"}
SECRET_KEY = os.environ.get("SECRET_KEY") or _kept_secret(DATA_DIR / "secret.key")
LISTENS_AT = os.environ.get("HOST", "127.0.0.1")
"""A server that listens to a network answers to its address there too: a class in a school has no name for it."""
ALLOWED_HOSTS = _words("ALLOWED_HOSTS", f"localhost,.localhost,127.0.0.1,[::1],{own_address() if is_open(LISTENS_AT) else ''}")
CSRF_TRUSTED_ORIGINS = _words("CSRF_TRUSTED_ORIGINS")

ROOT_URLCONF = "rollviz.urls"
ASGI_APPLICATION = "rollviz.asgi.application"
INSTALLED_APPS = ["django.contrib.staticfiles", "django_htmx", "rollviz.rooms", "rollviz.links", "rollviz.classroom"]
MIDDLEWARE = [
    "rollviz.middleware.security_headers",
    "rollviz.static.StaticFiles",
    "rollviz.middleware.GZip",
    "rollviz.language.Language",
    "rollviz.middleware.Common",
    "rollviz.middleware.Csrf",
]
TEMPLATES = [
    {
        "BACKEND": "rollviz.pages.Pages",
        "NAME": "django",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request", "rollviz.language.words"]},
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL", f"sqlite:///{DATA_DIR / 'rollviz.sqlite3'}"), conn_max_age=600, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Readers never wait for the writer, and a writer takes its lock at once instead of failing half way.
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [path for path in [BASE_DIR / "static"] if path.exists()]
STORAGES = {"staticfiles": {"BACKEND": "rollviz.static.HashedStaticFiles"}}

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGES = [("en", "English"), *((path.name, path.name) for path in sorted(LOCALE_PATHS[0].glob("*")) if path.is_dir())]
"""English, and each language that has a catalogue."""
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "rollviz.errors.csrf_failure"
IDLE_SECONDS = float(os.environ.get("IDLE_SECONDS", "60"))
"""A desk that nobody has watched or touched for this long leaves memory; it comes back from its journal."""

DATA_UPLOAD_MAX_MEMORY_SIZE = 320 * 1024
FILE_UPLOAD_HANDLERS = ["rollviz.export.upload.Bounded"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING"},
        "django.request": {"level": "ERROR"},  # a 404 is an answer, not news
        "django.security": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
