"""`python -m rollviz`: brings the database and the static files up to date, then serves."""

import os
import sys

import daphne.server  # noqa: F401  it chooses Twisted's reactor, so it comes before anything else imports one
import django
from django.core.management import call_command


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollviz.settings")
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)

    from rollviz.asgi import application
    from rollviz.server import OrderlyServer

    return OrderlyServer(application, os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))).serve()


if __name__ == "__main__":
    sys.exit(main())
