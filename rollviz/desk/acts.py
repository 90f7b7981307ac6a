"""What a person can do next with one press: each act is a kubectl line, with names and numbers of this desk in it."""

from typing import NamedTuple

from django.utils.translation import gettext_noop as noop

from rollviz.desk.scene import Scene
from simulation.controllers.deployment import util
from simulation.stages import split

BLANK = "create deployment web --image=nginx --replicas=4"


class Act(NamedTuple):
    id: str
    glyph: str
    verb: str
    line: str


VERSIONS = (
    ("good", "i-ok", noop("a good version"), ""),
    ("missing", "s-pullerr", noop("an image that does not exist"), "-missing"),
    ("crash", "s-crash", noop("a version that crashes"), "-crash"),
    ("slow", "s-notready", noop("a version that starts slowly"), "-slow"),
)
"""(id, glyph, verb, what is added to the tag: the catalogue judges an image by its name)."""


def acts(scene: Scene | None, others: list[tuple[str, str]]) -> tuple[Act, ...]:
    """For the Deployment of this scene; `others` are (name, namespace) of pods that nobody counts."""
    if scene is None:
        kill = [Act("kill", "s-terminating", noop("kill a pod"), f"delete pod {name}{_scope(namespace)}") for name, namespace in others[:1]]
        return (Act("create", "i-you", noop("create"), BLANK), *kill)
    d = scene.group.d
    name, scope, want = f"deployment/{scene.name}", _scope(d.metadata.namespace), util.replicas_of(d)
    expose = Act("expose", "i-you", noop("give it a Service"), f"expose {name} --port=80{scope}")
    found = [
        *([] if any(s.plug for s in scene.strips) else [expose]),
        *_images(scene, name, scope),
        Act("more", "i-up", noop("one more"), f"scale {name} --replicas={want + 1}{scope}"),
        *([Act("fewer", "i-down", noop("one fewer"), f"scale {name} --replicas={want - 1}{scope}")] if want else []),
        Act("resume", "i-play", noop("resume"), f"rollout resume {name}{scope}")
        if d.spec.paused
        else Act("pause", "i-pause", noop("pause"), f"rollout pause {name}{scope}"),
        Act("restart", "i-again", noop("restart"), f"rollout restart {name}{scope}"),
        *([Act("undo", "i-undo", noop("undo"), f"rollout undo {name}{scope}")] if len(scene.group.sets) > 1 else []),
        *_kill(scene, scope),
    ]
    return tuple(found)


def _images(scene: Scene, name: str, scope: str) -> list[Act]:
    number = max((util.revision_of(rs) or 0 for rs in scene.group.sets), default=0) + 1
    container = scene.group.d.spec.template.spec.containers[0].name
    image = f"set image {name} {container}={_repository(scene, number)}:{number}.0"
    return [Act(id, glyph, verb, f"{image}{tag}{scope}") for id, glyph, verb, tag in VERSIONS]


def _repository(scene: Scene, number: int) -> str:
    """That of the latest template whose next version would be a good one: an image that nobody has is no key to a good version."""
    latest = sorted(scene.group.sets, key=lambda rs: util.revision_of(rs) or 0, reverse=True)
    found = [split(d.spec.template.spec.containers[0].image)[0] for d in (scene.group.d, *latest)]
    images = scene.recording.cluster.images
    return next((name for name in found if images.lookup(f"{name}:{number}.0").behaviour == "good"), found[0])


def _kill(scene: Scene, scope: str) -> list[Act]:
    """The oldest pod of the largest set."""
    strips = [s for s in scene.strips if any(c.state != "terminating" for c in s.pods)]
    if not strips:
        return []
    largest = max(strips, key=lambda s: (s.available, s.v))
    victim = next(c for c in largest.pods if c.state != "terminating")
    return [Act("kill", "s-terminating", noop("kill a pod"), f"delete pod {victim.name}{scope}")]


def _scope(namespace: str) -> str:
    return f" -n {namespace}" if namespace not in ("", "default") else ""
