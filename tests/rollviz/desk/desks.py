"""Recordings to look at: a blank desk and what was typed on it."""

from types import SimpleNamespace

from rollviz.desk.picture import Picture, picture
from simulation import scenario
from simulation.kubectl.parse import parse
from simulation.recording import Recording

PAUSED = SimpleNamespace(paused=True, speed=1.0)
RUNNING = SimpleNamespace(paused=False, speed=1.0)


class Watched:
    """A recording that is typed at, run in seconds and looked at."""

    def __init__(self, name: str = "blank", seed: int = 1):
        self.recording = Recording(scenario.load(name), seed)

    def do(self, *lines: str) -> "Watched":
        for line in lines:
            self.recording.do(parse(line))
        return self

    def run(self, seconds: float) -> "Watched":
        self.recording.run(self.recording.now + int(seconds * 1000))
        return self

    def look(self, clock=RUNNING) -> Picture:
        return picture(self.recording, clock)

    def says(self, part: str):
        return self.look().parts[part][1]


def web(replicas: int = 10) -> Watched:
    """Ten of web:1.0 behind a Service, all available."""
    made = Watched().do(f"create deployment web --image=web:1.0 --replicas={replicas}", "expose deployment web --port=80")
    return made.run(12)


MISSING = "set image deployment/web web=web:2.O"
NEXT = "set image deployment/web web=web:2.0"
