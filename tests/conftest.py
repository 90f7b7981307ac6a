"""For all tests: a data directory of their own, and with CI=true a test that does not run is a test that fails."""

import atexit
import os
import shutil
import tempfile
from collections import Counter

import django
import pytest

DATA_DIR = tempfile.mkdtemp(prefix="rollviz-tests-")
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
os.mkdir(os.path.join(DATA_DIR, "static"))
os.environ.update(DATA_DIR=DATA_DIR, DJANGO_SETTINGS_MODULE="rollviz.settings")
for name in ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "DATABASE_URL", "IDLE_SECONDS", "HOST", "PORT"):
    os.environ.pop(name, None)
django.setup()
# A process that runs a part of the tests inherits the environment: with this in it pytest-django would read the settings there before this
# file gives it a directory of its own, and all would collect the static files into one.
del os.environ["DJANGO_SETTINGS_MODULE"]

EVERYTHING_MUST_RUN = os.environ.get("CI", "").lower() == "true"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    return _failed_if_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    return _failed_if_skipped((yield))


def _failed_if_skipped(report):
    if EVERYTHING_MUST_RUN and report.skipped:
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"With CI=true nothing may be skipped: {getattr(report, 'wasxfail', None) or reason}"
        report.__dict__.pop("wasxfail", None)
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: many tests wait for a clock or a page. Of many processors four are enough."""
    return min(os.cpu_count() or 1, 4) + 1


def pytest_collection_modifyitems(items):
    """The browser comes last: its driver keeps an event loop running in this thread, in which no other test could start one. Before and
    after that the files with most tests come first, so that several processes end at about the same time."""
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: ("browser" in item.path.parts, -tests[item.path]))
