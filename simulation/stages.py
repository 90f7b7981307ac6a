"""A pod's life as a table: which stage, how long, how much chance. A new misfortune is a new row or a new image, not an `if`.

Delays are typical of a small cluster, not upstream constants; back-offs and probe defaults are upstream's (pkg/kubelet v1.36).
The catalogue of images says how a version behaves. What it does not list is judged by its name: `nginx`, `httpd`, `redis`, `web:N`
and anything else that looks like an image works; a tag or name that says it is missing, broken, slow, crashing or flaky is that.
"""

import re
from typing import NamedTuple

from simulation.engine import Engine, Millis
from simulation.objects import Record

PULL_BACKOFF_MS = (10_000, 300_000)
"""First and longest wait between pulls of an image that fails (pkg/kubelet/images)."""
CRASH_BACKOFF_MS = (10_000, 300_000)
CRASH_FORGIVEN_MS = 600_000
"""A container that ran this long after its last back-off starts again at the first (pkg/kubelet/kuberuntime)."""


class Stage(NamedTuple):
    """How long until a step happens: `delay` plus up to `jitter` ms, plus what the image takes if `image` names one of its fields."""

    delay: Millis
    jitter: Millis
    image: str = ""


STAGES = {
    "schedule": Stage(20, 40),
    "admit": Stage(100, 200),
    "pull": Stage(300, 400),
    "pulled": Stage(0, 0, "pull_seconds"),
    "backoff": Stage(1_000, 1_000),
    "start": Stage(200, 200, "start_seconds"),
    "finish": Stage(800, 400),
    "probe": Stage(0, 0),
    "crash": Stage(0, 0, "crash_after_seconds"),
    "term": Stage(0, 0, "stop_seconds"),
    "restart": Stage(100, 200),
    "change": Stage(20, 40),
    "stop": Stage(20, 40),
    "stopped": Stage(0, 0, "stop_seconds"),
    "remove": Stage(20, 40),
    "post": Stage(10, 20),
    "resume": Stage(50, 100),
    "reassert": Stage(0, 10_000),
}


class Image(Record, rename=None, forbid_unknown_fields=True):
    """How one version behaves. Seconds are the least it takes; each pod adds up to `jitter` times as much by chance."""

    name: str
    behaviour: str = "good"
    """good · slow · missing · never-ready · crash · flaky"""
    pull_seconds: float = 1.5
    start_seconds: float = 0.3
    ready_after_seconds: float = 1.0
    crash_after_seconds: float = 5.0
    flaky_up_seconds: float = 20.0
    flaky_down_seconds: float = 12.0
    stop_seconds: float = 1.0
    error_rate: float = 0.0
    latency_ms: float = 20.0
    """What half of its answers take at most, while nothing has to wait."""
    concurrency: int = 8
    """Requests that one pod works on at a time; the others wait."""
    size_bytes: int = 72_000_000
    jitter: float = 0.5


BEHAVIOURS = ("good", "slow", "missing", "never-ready", "crash", "flaky")
PUBLISHED = ("nginx", "httpd", "redis", "web", "postgres", "busybox", "alpine", "memcached", "mysql", "mariadb", "caddy", "traefik")
"""Repositories whose tags are known to be versions: `web:2.O`, with a letter, does not exist."""
VERSION = re.compile(r"v?\d+(\.\d+)*([-._][a-z0-9]+)*|latest|stable|mainline|edge|alpine|slim|bookworm")
MISSING = re.compile(r"missing|does-?not-?exist|no-?such|not-?found|nope|invalid|wrong|typo|bad-?image")
TELLTALES = (
    ("crash", re.compile(r"crash|panic|segfault|oom")),
    ("never-ready", re.compile(r"never-?ready|not-?ready|unready|broken|bad")),
    ("flaky", re.compile(r"flaky|flap")),
    ("slow", re.compile(r"slow")),
)


class Images:
    """The catalogue: exact `repository:tag` first, then a bare repository, then the name's own words."""

    __slots__ = ("_known", "_seen")

    def __init__(self, images: tuple[Image, ...] = ()) -> None:
        self._known = {image.name: image for image in images}
        self._seen: dict[str, Image] = {}

    def lookup(self, image: str) -> Image:
        found = self._seen.get(image)
        if found is None:
            found = self._seen[image] = self._find(image)
        return found

    def _find(self, image: str) -> Image:
        repository, tag = split(image)
        known = self._known.get(image) or self._known.get(f"{repository}:{tag}") or self._known.get(repository)
        return known if known is not None else _guess(image, repository, tag)


def split(image: str) -> tuple[str, str]:
    """(repository, tag) of an image reference; no tag is `latest`, a digest counts as the tag."""
    name, _, digest = image.partition("@")
    head, slash, last = name.rpartition("/")
    base, _, tag = last.partition(":")
    return head + slash + base, digest or tag or "latest"


def _guess(image: str, repository: str, tag: str) -> Image:
    text = f"{repository}:{tag}".lower()
    if MISSING.search(text):
        return Image(image, "missing")
    for behaviour, words in TELLTALES:
        if words.search(text):
            slow = {"pull_seconds": 6.0, "ready_after_seconds": 12.0} if behaviour == "slow" else {}
            return Image(image, behaviour, **slow)
    published = repository.removeprefix("docker.io/").removeprefix("library/") in PUBLISHED
    if published and not tag.startswith("sha256:") and not VERSION.fullmatch(tag):
        return Image(image, "missing")
    return Image(image)


def delay(engine: Engine, stage: str, image: Image | None = None) -> Millis:
    """Draw how long a stage takes this time."""
    row = STAGES[stage]
    took = row.delay + (int(engine.random.random() * row.jitter) if row.jitter else 0)
    if row.image and image is not None:
        took += takes(engine, image, row.image)
    return took


def takes(engine: Engine, image: Image, field: str) -> Millis:
    """Draw how long what an image's field names takes in this pod."""
    return int(getattr(image, field) * 1000 * (1 + engine.random.random() * image.jitter))


def next_backoff(last: Millis, bounds: tuple[Millis, Millis]) -> Millis:
    """Double, from the first to the longest."""
    return min(last * 2, bounds[1]) if last else bounds[0]
