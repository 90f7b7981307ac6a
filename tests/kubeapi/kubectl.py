"""The real kubectl against a real server: one desk, seen by one version of it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.rollviz.live import LiveDesk, Server

NEWEST = "1.33"
SECONDS = 60


def binary(version: str = NEWEST) -> str:
    """kubectl.<version> lies beside the file that the kubectl on PATH links to. Skips where it is not installed."""
    found = shutil.which("kubectl")
    versioned = Path(os.path.realpath(found)).with_name(f"kubectl.{version}") if found else None
    if versioned is None or not versioned.exists():
        pytest.skip(f"kubectl {version} is not installed here")
    return str(versioned)


class Kubectl:
    """Calls kubectl as a person with the desk's one line would."""

    def __init__(self, server: Server, desk: LiveDesk, home: Path, version: str = NEWEST, key: str = ""):
        self.desk = desk
        self.address = f"{server.url}/k8s/{desk.desk}-{key or desk.key}"
        self._command = [binary(version), f"--server={self.address}"]
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(home), "KUBECONFIG": "/dev/null"}

    def run(self, *words: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess:
        environment = self._environment | environment
        return subprocess.run(
            [*self._command, *words], input=stdin, capture_output=True, text=True, timeout=SECONDS, env=environment, cwd=environment["HOME"]
        )

    def __call__(self, *words: str, stdin: str = "", **environment: str) -> str:
        """stdout of a line that must work."""
        done = self.run(*words, stdin=stdin, **environment)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def viewer(self, kubeconfig: Path, *words: str) -> subprocess.CompletedProcess:
        """A line as somebody types it who has only that file."""
        environment = self._environment | {"KUBECONFIG": str(kubeconfig)}
        return subprocess.run([self._command[0], *words], capture_output=True, text=True, timeout=SECONDS, env=environment)

    def start(self, *words: str) -> subprocess.Popen:
        return subprocess.Popen([*self._command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self._environment)
