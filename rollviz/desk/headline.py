"""What is happening, in one sentence."""

from rollviz.desk.scene import Scene
from rollviz.desk.sets import Strip
from rollviz.desk.words import Code, Text, pick, pods, text
from simulation.controllers.deployment import util


def headline(scene: Scene | None, strips: tuple[Strip, ...], loose_pods: int) -> Text:
    """What is happening, in one sentence."""
    if scene is None:
        return _without_deployment(strips, loose_pods)
    d, t, want = scene.group.d, scene.target, scene.want
    if d.spec.paused and not scene.complete:
        return _paused(scene)
    if t is None:
        return text(*_versions(scene.old), f" {pick(len(scene.old), 'goes', 'go')} before the new one starts.")
    answer = text(f" {scene.answering} of {pods(want)} still {pick(scene.answering, 'answers', 'answer')}.")
    if scene.stuck:
        words = " is stuck." if scene.exceeded else " cannot start." if scene.faulty == "pullerr" else " keeps crashing."
        return text(t.version, words, *answer)
    ending = sum(len(s.pods) for s in scene.strips if s.v == 0)
    if scene.complete:
        if deaf := scene.deaf:
            return _unnoticed(scene, t, deaf)
        if not want:
            return text(t.version, " is at 0. No pod is wanted." if not ending else " goes to 0.")
        if ending:
            leaving = f"{ending} old {pick(ending, 'one ends', 'ones end')}."
            return text(f"{pods(want)} of ", t.version, f" {pick(want, 'answers', 'answer')}. {leaving}")
        verb = pick(want, "stands by", "stand by") if t.words == "standing by" else pick(want, "answers", "answer")
        return text(f"{pods(want)} of ", t.version, f" {verb}. Nothing is moving.")
    return text(*_fading(scene, t, want))


def _unnoticed(scene: Scene, t: Strip, deaf: dict[str, int]) -> Text:
    """Kubernetes counts pods whose machine is off until it notices."""
    nodes = " and ".join(deaf)
    left = scene.want - sum(deaf.values())
    answer = f" {pick(left, 'answers', 'answer')}. Nobody has noticed that {nodes} {pick(len(deaf), 'is', 'are')} off."
    return text(f"{left} of {pods(scene.want)} of ", t.version, answer)


def _without_deployment(strips: tuple[Strip, ...], loose_pods: int) -> Text:
    if strips:
        s = strips[0]
        return text(s.version, f" keeps {pods(s.v)}. No Deployment moves it.")
    if loose_pods:
        return text(f"{pods(loose_pods)}, and nobody counts {pick(loose_pods, 'it', 'them')}.")
    return text("Nothing runs yet. Every fader is at zero.")


def _versions(strips: list[Strip]) -> list:
    runs: list = []
    for i, s in enumerate(strips):
        runs += [", " if i else "", s.version]
    return runs or ["Nothing"]


def _paused(scene: Scene) -> Text:
    t = scene.target
    if t is None:
        return text("Paused. The new version waits for ", Code("rollout resume"), ".")
    return text("Paused. ", t.version, f" stays at {t.v} of {scene.want}.")


def _fading(scene: Scene, t: Strip, want: int) -> list:
    if not scene.old or not util.is_rolling_update(scene.group.d):
        waiting = _waits_for(scene, t)
        return [t.version, f" {t.available} of {pods(want)} available.", *waiting]
    tail = _waits_for(scene, t)
    return [
        "Fading in ",
        t.version,
        f" {t.v} of {want}.",
        *(tail or [f" {scene.available} available, {util.min_available(scene.group.d)} is the minimum."]),
    ]


def _waits_for(scene: Scene, t: Strip) -> list:
    seconds = scene.group.d.spec.min_ready_seconds
    n = sum(c.state == "ready" for c in t.pods)
    if not seconds or not n or (scene.old and not scene.shrink_held):
        return []
    return [f" Waiting for {pods(n)} to stay ready for {seconds} s."]
