"""The panel of a rollout that is stuck: who still answers, what holds each side, and the one key that goes back."""

from typing import NamedTuple

from msgspec import Struct

from rollviz.desk.scene import Scene
from rollviz.desk.sets import Strip
from rollviz.desk.words import Code, Text, Version, counted, of_pods, say, strong, text
from simulation.controllers.deployment import util
from simulation.stages import CRASH_BACKOFF_MS, PULL_BACKOFF_MS


class Lock(NamedTuple):
    glyph: str
    words: Text
    bad: bool = False


class Callout(Struct, frozen=True):
    glyph: str
    title: Text
    share: int
    air: Text
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
        title=say("Stuck, but still on air") if scene.answering and not scene.elsewhere else say("Stuck"),
        share=share,
        air=_air(scene, want),
        locks=(*_cannot_go_down(scene, d), *_cannot_go_up(scene, d, t), *_will_not_get_better(scene, t, fault)),
        line=_undo(scene),
        verb="rollout undo",
        after=_back_to(scene),
    )


def _air(scene: Scene, want: int) -> Text:
    if scene.elsewhere:
        return counted("{n} of {pods} stands by.", "{n} of {pods} stand by.", scene.answering, pods=of_pods(want))
    return counted("{n} of {pods} answers.", "{n} of {pods} answer.", scene.answering, pods=of_pods(want))


def _cannot_go_down(scene: Scene, d) -> list[Lock]:
    old = next((s for s in scene.old if s.available), None)
    if old is None or not scene.shrink_held:
        return []
    least, short = util.min_available(d), util.max_unavailable(d)
    values = {"n": scene.available, "least": least, "want": scene.want, "short": short}
    said = say("{n} are available and the minimum is {least} ({want} − {short}).", **values)
    return [Lock("i-lock", text(strong(say("{version} cannot go down.", version=old.version)), " ", said))]


def _cannot_go_up(scene: Scene, d, t: Strip) -> list[Lock]:
    if not scene.growth_held:
        return []
    surge = util.max_surge(d)
    values = {"pods": of_pods(scene.total), "most": scene.want + surge, "want": scene.want, "surge": surge}
    said = say("There are {pods} and the maximum is {most} ({want} + {surge}).", **values)
    return [Lock("i-lock", text(strong(say("{version} cannot go up.", version=t.version)), " ", said))]


def _will_not_get_better(scene: Scene, t: Strip, fault: str) -> list[Lock]:
    if fault == "pullerr":
        tries = PULL_BACKOFF_MS[1] // 60_000
        said = say("The registry has no {image}. It is asked again, in the end every {minutes} min.", image=Code(t.image), minutes=tries)
        return [Lock("s-pullerr", text(strong(say("{version} will not get better.", version=t.version)), " ", said), True)]
    if fault == "crash":
        tries = CRASH_BACKOFF_MS[1] // 60_000
        said = say("It is started again, in the end every {minutes} min.", minutes=tries)
        return [Lock("s-crash", text(strong(say("{version} crashes each time.", version=t.version)), " ", said), True)]
    said = counted("{n} pod of {wanted} is still not.", "{n} pods of {wanted} are still not.", t.v - t.available, wanted=t.v)
    return [Lock("s-notready", text(strong(say("{version} does not become available.", version=t.version)), " ", said), True)]


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
    return say("back to {version}", version=back) if back else text()
