import os
import subprocess
import sys

import pytest

SKIPPING = """
import pytest

def test_skipped(): pytest.skip("no browser")

@pytest.mark.skipif(True, reason="not here")
def test_marked(): pass

@pytest.mark.xfail(reason="known")
def test_known(): assert False

def test_fine(): pass
"""


@pytest.fixture(params=[(), ("-n", "2", "--dist", "loadfile")], ids=["one process", "two processes"])
def run(request, pytestconfig, tmp_path):
    def run(text: str, ci: str) -> subprocess.CompletedProcess:
        (tmp_path / "conftest.py").write_text((pytestconfig.rootpath / "tests" / "conftest.py").read_text())
        (tmp_path / "test_some.py").write_text(text)
        command = [sys.executable, "-m", "pytest", "-q", *request.param, str(tmp_path)]
        environment = {**os.environ, "CI": ci, "PYTHONPATH": str(pytestconfig.rootpath)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)

    return run


@pytest.mark.parametrize(("ci", "line"), [("", "1 passed, 2 skipped, 1 xfailed"), ("true", "2 failed, 1 passed, 1 error")])
def test_with_ci_a_test_that_does_not_run_fails(run, ci, line):
    assert line in run(SKIPPING, ci).stdout


def test_with_ci_a_file_that_skips_itself_fails(run):
    done = run('import pytest\npytest.importorskip("no_such_module")\n', "true")
    assert done.returncode != 0
    assert "nothing may be skipped" in done.stdout
