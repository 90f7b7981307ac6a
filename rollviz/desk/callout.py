"""The panel of a rollout that is stuck: who still answers, what holds each side, and the one key that goes back."""

from typing import NamedTuple

from msgspec import Struct

from rollviz.desk.scene import Scene
from rollviz.desk.sets import Strip
from rollviz.desk.words import Code, Text, Version, pick, pods, strong, text
from simulation.controllers.deployment import util
from simulation.stages import CRASH_BACKOFF_MS, PULL_BACKOFF_MS


class Lock(NamedTuple):
    glyph: str
    words: Text
    bad: bool = False


class Callout(Struct, frozen=True):
    glyph: str
    title: str
    share: int
    air: str
    locks: tuple[Lock, ...]
    line: str
    verb: str
    after: Text


def callout(scene: Scene | None) -> Callout | None:
    if scene is None or not scene.stuck:
        return None
    d, t, want = scene.group.d, scene.target, scene.want
    share = round(100 * scene.answering / want) if want else 0
    fault = scene.faulty
    return Callout(
        glyph=f"s-{fault}" if fault else "i-hold",
        title="Stuck, but still on air" if scene.answering else "Stuck",
        share=share,
        air=f"{scene.answering} of {pods(want)} {pick(scene.answering, 'answers', 'answer')}.",
        locks=(*_cannot_go_down(scene, d), *_cannot_go_up(scene, d, t), *_will_not_get_better(scene, t, fault)),
        line=_undo(scene),
        verb="rollout undo",
        after=_back_to(scene),
    )


def _cannot_go_down(scene: Scene, d) -> list[Lock]:
    old = next((s for s in scene.old if s.available), None)
    if old is None or not scene.shrink_held:
        return []
    least, short = util.min_available(d), util.max_unavailable(d)
    said = f" {scene.available} are available and the minimum is {least} ({scene.want} − {short})."
    return [Lock("i-lock", text(strong(old.version, " cannot go down."), said))]


def _cannot_go_up(scene: Scene, d, t: Strip) -> list[Lock]:
    if not scene.growth_held:
        return []
    surge = util.max_surge(d)
    said = f" There are {pods(scene.total)} and the maximum is {scene.want + surge} ({scene.want} + {surge})."
    return [Lock("i-lock", text(strong(t.version, " cannot go up."), said))]


def _will_not_get_better(scene: Scene, t: Strip, fault: str) -> list[Lock]:
    if fault == "pullerr":
        tries = PULL_BACKOFF_MS[1] // 60_000
        said = (" The registry has no ", Code(t.image), f". It is asked again, in the end every {tries} min.")
        return [Lock("s-pullerr", text(strong(t.version, " will not get better."), *said), True)]
    if fault == "crash":
        tries = CRASH_BACKOFF_MS[1] // 60_000
        said = f" It is started again, in the end every {tries} min."
        return [Lock("s-crash", text(strong(t.version, " crashes each time."), said), True)]
    n = t.v - t.available
    return [Lock("s-notready", text(strong(t.version, " does not become available."), f" {pods(n)} of {t.v} are still not."), True)]


def _undo(scene: Scene) -> str:
    d = scene.group.d
    if len(scene.group.sets) < 2:
        return ""
    scope = f" -n {d.metadata.namespace}" if d.metadata.namespace != "default" else ""
    return f"rollout undo deployment/{scene.name}{scope}"


def _back_to(scene: Scene) -> Text:
    """`rollout undo` goes to the second highest revision."""
    sets = sorted(scene.group.sets, key=lambda rs: util.revision_of(rs) or 0)
    if len(sets) < 2:
        return text()
    uid = sets[-2].metadata.uid
    back: Version | None = next((s.version for s in scene.strips if s.uid == uid), None)
    return text("back to ", back) if back else text()
