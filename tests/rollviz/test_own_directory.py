"""Each process that runs tests has a data directory of its own."""

from pathlib import Path

from django.conf import settings

from tests.conftest import DATA_DIR


def test_the_settings_are_those_of_this_process():
    assert Path(settings.STATIC_ROOT).parent == Path(DATA_DIR)
