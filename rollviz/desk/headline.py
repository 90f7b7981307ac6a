"""What is happening, in one sentence."""

from rollviz.desk.scene import Scene
from rollviz.desk.sets import Strip
from rollviz.desk.words import Code, Text, counted, of_pods, say, text
from simulation.controllers.deployment import util


def headline(scene: Scene | None, strips: tuple[Strip, ...], loose_pods: int) -> Text:
    """What is happening, in one sentence."""
    if scene is None:
        return _without_deployment(strips, loose_pods)
    d, t, want = scene.group.d, scene.target, scene.want
    if d.spec.paused and not scene.complete:
        return _paused(scene)
    if t is None:
        old = _versions(scene.old)
        return counted("{old} goes before the new one starts.", "{old} go before the new one starts.", len(scene.old), old=old)
    if scene.stuck:
        return text(_broken(scene, t), " ", _still(scene, want))
    ending = sum(len(s.pods) for s in scene.strips if s.v == 0)
    if scene.complete:
        if deaf := scene.deaf:
            return _unnoticed(scene, t, deaf)
        if not want:
            leaving = say("{version} goes to 0.", version=t.version)
            return leaving if ending else say("{version} is at 0. No pod is wanted.", version=t.version)
        if ending:
            return text(_answering(scene, t, want), " ", counted("{n} old one ends.", "{n} old ones end.", ending))
        return text(_answering(scene, t, want), " ", say("Nothing is moving."))
    return _fading(scene, t, want)


def _answering(scene: Scene, t: Strip, want: int) -> Text:
    if scene.elsewhere:
        return counted("{n} pod of {version} stands by.", "{n} pods of {version} stand by.", want, version=t.version)
    return counted("{n} pod of {version} answers.", "{n} pods of {version} answer.", want, version=t.version)


def _broken(scene: Scene, t: Strip) -> Text:
    if scene.exceeded:
        return say("{version} is stuck.", version=t.version)
    if scene.faulty == "pullerr":
        return say("{version} cannot start.", version=t.version)
    return say("{version} keeps crashing.", version=t.version)


def _still(scene: Scene, want: int) -> Text:
    if scene.elsewhere:
        return counted("{n} of {pods} still stands by.", "{n} of {pods} still stand by.", scene.answering, pods=of_pods(want))
    return counted("{n} of {pods} still answers.", "{n} of {pods} still answer.", scene.answering, pods=of_pods(want))


def _unnoticed(scene: Scene, t: Strip, deaf: dict[str, int]) -> Text:
    """Kubernetes counts pods whose machine is off until it notices."""
    left = scene.want - sum(deaf.values())
    pods = of_pods(scene.want)
    answer = counted("{n} of {pods} of {version} answers.", "{n} of {pods} of {version} answer.", left, pods=pods, version=t.version)
    *most, last = deaf
    nodes = say("{nodes} and {node}", nodes=", ".join(most), node=last) if most else last
    unnoticed = counted("Nobody has noticed that {nodes} is off.", "Nobody has noticed that {nodes} are off.", len(deaf), nodes=nodes)
    return text(answer, " ", unnoticed)


def _without_deployment(strips: tuple[Strip, ...], loose_pods: int) -> Text:
    if strips:
        s = strips[0]
        return text(say("{version} keeps {pods}.", version=s.version, pods=of_pods(s.v)), " ", say("No Deployment moves it."))
    if loose_pods:
        return counted("{n} pod, and nobody counts it.", "{n} pods, and nobody counts them.", loose_pods)
    return say("Nothing runs yet. Every fader is at zero.")


def _versions(strips: list[Strip]) -> Text:
    runs: list = []
    for i, s in enumerate(strips):
        runs += [", " if i else "", s.version]
    return text(*runs) if runs else say("Nothing")


def _paused(scene: Scene) -> Text:
    t = scene.target
    if t is None:
        return say("Paused. The new version waits for {resume}.", resume=Code("rollout resume"))
    return say("Paused. {version} stays at {n} of {want}.", version=t.version, n=t.v, want=scene.want)


def _fading(scene: Scene, t: Strip, want: int) -> Text:
    if not scene.old or not util.is_rolling_update(scene.group.d):
        there = say("{version} {n} of {pods} available.", version=t.version, n=t.available, pods=of_pods(want))
        return text(there, *_waits_for(scene, t))
    least = util.min_available(scene.group.d)
    tail = _waits_for(scene, t) or [" ", say("{n} available, {least} is the minimum.", n=scene.available, least=least)]
    return text(say("Fading in {version} {n} of {want}.", version=t.version, n=t.v, want=want), *tail)


def _waits_for(scene: Scene, t: Strip) -> list:
    seconds = scene.group.d.spec.min_ready_seconds
    n = sum(c.state == "ready" for c in t.pods)
    if not seconds or not n or (scene.old and not scene.shrink_held):
        return []
    return [" ", say("Waiting for {pods} to stay ready for {seconds} s.", pods=of_pods(n), seconds=seconds)]
