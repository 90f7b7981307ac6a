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


@pytest.mark.parametrize(("ci", "line"), [("", "1 passed, 2 skipped, 1 xfailed"), ("true", "2 failed, 1 passed, 1 error")])
def test_with_ci_a_test_that_does_not_run_fails(pytestconfig, tmp_path, ci, line):
    (tmp_path / "conftest.py").write_text((pytestconfig.rootpath / "tests" / "conftest.py").read_text())
    (tmp_path / "test_some.py").write_text(SKIPPING)
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(pytestconfig.rootpath)}
    run = subprocess.run([sys.executable, "-m", "pytest", "-q", str(tmp_path)], env=environment, capture_output=True, text=True, timeout=60)
    assert line in run.stdout


def test_with_ci_a_file_that_skips_itself_fails(pytestconfig, tmp_path):
    (tmp_path / "conftest.py").write_text((pytestconfig.rootpath / "tests" / "conftest.py").read_text())
    (tmp_path / "test_some.py").write_text('import pytest\npytest.importorskip("no_such_module")\n')
    environment = {**os.environ, "CI": "true", "PYTHONPATH": str(pytestconfig.rootpath)}
    run = subprocess.run([sys.executable, "-m", "pytest", "-q", str(tmp_path)], env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode != 0
    assert "nothing may be skipped" in run.stdout
