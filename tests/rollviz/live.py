"""A real server in a process of its own, on a free port and a data directory that outlives it."""

import html
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from websockets.sync.client import connect

PATIENCE = 60


class Server:
    """`kill` and `start` again to see what survives."""

    def __init__(self, data_dir: Path, **environment: str):
        self._environment = {**os.environ, "PORT": "0", **environment, "DATA_DIR": str(data_dir)}
        self.start()

    def start(self) -> None:
        begun = time.monotonic()
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115  # open as long as the process; a full pipe would stop it
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rollviz"], env=self._environment, stdout=subprocess.PIPE, stderr=self._said, text=True
        )
        line = self.process.stdout.readline()
        if not line.startswith("rollviz is at http://"):
            self.kill()
            raise AssertionError(line + self._all_said())
        self.url = line.split()[3]
        self.started_in = time.monotonic() - begun

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)

    def stop(self) -> tuple[int, float, str]:
        """The exit code, the seconds that it took beyond what it took to start (so busy is this machine), and what was said on the way."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, time.monotonic() - begun - self.started_in, self._all_said()

    def _all_said(self) -> str:
        self._said.seek(0)
        return self._said.read()

    def get(self, path: str):
        return self._ask(path)

    def post(self, path: str, body, key: str = ""):
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        return self._ask(path, data=json.dumps(body).encode(), headers=headers)

    def make_desk(self, scenario: str = "fade") -> "LiveDesk":
        status, body = self.post("/api/desks", {"scenario": scenario})
        assert status == 201, body
        return LiveDesk(self, body["desk"], body["key"])

    def _ask(self, path: str, **how):
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, **how), timeout=PATIENCE) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


class LiveDesk:
    def __init__(self, server: Server, desk: str, key: str):
        self.server, self.desk, self.key = server, desk, key

    def do(self, line: str) -> str:
        return self._post("commands", {"kubectl": line})["output"]

    def clock(self, **change) -> float:
        return self._post("clock", change)["time"]

    def state(self) -> dict:
        return self.server.get(f"/api/desks/{self.desk}/state")[1]

    def page(self) -> str:
        """The desk's page, as the server draws it."""
        return html.unescape(self.get(""))

    def get(self, what: str) -> str:
        """A page of this desk, as somebody who is not the presenter gets it."""
        with urllib.request.urlopen(f"{self.server.url}/d/{self.desk}/{what}".rstrip("/"), timeout=PATIENCE) as response:
            return response.read().decode()

    def kubeconfig(self) -> str:
        """As somebody who is not the presenter downloads it."""
        return self.get("kubeconfig")

    def watch(self):
        return connect(f"{self.server.url.replace('http', 'ws')}/ws/d/{self.desk}", origin=self.server.url, compression=None)

    def _post(self, what: str, body: dict) -> dict:
        status, answer = self.server.post(f"/api/desks/{self.desk}/{what}", body, self.key)
        assert status == 200, answer
        return answer
