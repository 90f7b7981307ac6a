"""The open answer: why things move, or why they do not, as a sum with words to its numbers and the next move where it is known."""

from typing import NamedTuple

from django.utils.translation import gettext_noop as noop
from msgspec import Struct

from rollviz.desk.scene import Scene
from rollviz.desk.sets import Strip
from rollviz.desk.unplaced import refusals, sentence
from rollviz.desk.words import Code, Markup, Text, counted, of_pods, of_seconds, say, strong, text
from simulation.pods import ready_since


class Term(NamedTuple):
    """A number of a sum with what it is; `op` stands before it."""

    n: int | str
    label: str | Text
    op: str = ""

    @property
    def words(self) -> Markup:
        """The label, for a page."""
        return (self.label if isinstance(self.label, Text) else say(self.label)).html


class Why(Struct, frozen=True):
    title: Text
    sum: tuple[Term, ...] = ()
    text: Text = text()


def why(scene: Scene | None, strips: tuple[Strip, ...], loose_pods: int) -> Why:
    """The answer that stands open: why things move, or why they do not."""
    if scene is None:
        if strips:
            s = strips[0]
            sum_ = (Term(s.v, "wanted"), Term(sum(c.state != "terminating" for c in s.pods), "there", "−"))
            sum_ = (*sum_, Term(sum_[0].n - sum_[1].n, "to make", "="))
            return Why(say("A ReplicaSet counts"), sum_, say("It makes a pod for each that is missing, and knows nothing else."))
        if loose_pods:
            sum_ = (
                Term(loose_pods, noop("pod") if loose_pods == 1 else noop("pods")),
                Term(0, "counted", "−"),
                Term(loose_pods, "that nothing replaces", "="),
            )
            said = say("It was asked for once. If it goes, no controller wants it back.")
            return Why(counted("Nobody counts this pod", "Nobody counts these pods", loose_pods), sum_, said)
        return Why(say("Why is nothing moving?"), (), say("Nobody has asked for anything. A Deployment asks."))
    d = scene.group.d
    if d.spec.paused and not scene.complete:
        return _why_paused(scene)
    if scene.complete:
        return _why_complete(scene)
    if scene.shrink_held and scene.old:
        return _why_held(scene)
    if scene.target is not None and scene.target.v == scene.want and not scene.old:
        return _why_short(scene, scene.target)
    return _why_moving(scene)


def _why_paused(scene: Scene) -> Why:
    at = scene.target.v if scene.target else 0
    sum_ = (Term(scene.want, "wanted"), Term(at, "of the new", "−"), Term(scene.want - at, "wait", "="))
    resume = Code(f"kubectl rollout resume deployment/{scene.name}")
    said = say("A paused Deployment takes no step of a rollout. It still scales. {resume} lets it go on.", resume=resume)
    return Why(say("The rollout is paused"), sum_, said)


def _why_complete(scene: Scene) -> Why:
    want = scene.want
    sum_ = (Term(want, "desired"), Term(scene.available, "available", "−"), Term(want - scene.available, "left to do", "="))
    said = say("One version, {want} wanted, {there} there. The Deployment has nothing to change.", want=want, there=scene.available)
    return Why(say("Why is nothing moving?"), sum_, said)


def _why_short(scene: Scene, t: Strip) -> Why:
    """The set has its size; its pods are not there yet, or not any more."""
    n = scene.want - t.available
    sum_ = (Term(scene.want, "wanted"), Term(t.available, "available", "−"), Term(n, "not available", "="))
    states = [say("{n} {state}", n=tally.n, state=say(tally.word)) for tally in t.tally if tally.state not in ("available", "terminating")]
    listed = [run for state in states for run in (", ", state)][1:]
    said = text(*listed, *([". "] if states else []), *_unplaced(scene), *_next_move(scene), *_deadline(scene))
    return Why(say("{version} waits for {pods}", version=t.version, pods=of_pods(n)), sum_, said)


def _why_held(scene: Scene) -> Why:
    terms, t = scene.shrink_held.terms, scene.target
    sum_ = (
        Term(terms["pods"], "pods now"),
        Term(terms["min_available"], "min available", "−"),
        Term(terms["new_not_available"], say("{version} not available", version=t.label) if t else noop("new not available"), "−"),
        Term(scene.shrink_held.result, "may be removed", "="),
    )
    if scene.stuck:
        title = say("The rollout waits. It does not roll itself back")
    elif t is not None:
        title = say("Nothing moves until {version} has an available pod", version=t.version)
    else:
        title = say("Nothing may be removed")
    runs: list = []
    if scene.growth_held:
        runs += [say("Total is at the maximum, so nothing may be added either."), " "]
    runs += _unplaced(scene)
    return Why(title, sum_, text(*runs, *_next_move(scene), *_deadline(scene)))


def _why_moving(scene: Scene) -> Why:
    """The sum of the last step, and what it waits for."""
    t = scene.target
    _, entry = scene.memory.moved.get(scene.name, (0, None))
    waiting = [s for s in scene.strips if s.v > s.available]
    runs: list = []
    if scene.memory.last.get((scene.name, "", "recreate waits for old pods")) and t is None:
        runs += [say("Recreate: every old pod must be gone before the new set is made."), " "]
    for s in waiting[:2]:
        runs += [_not_yet(s), " "]
    runs += _unplaced(scene)
    if t is not None:
        runs += _next_move(scene)
    runs += _deadline(scene)
    if entry is None:
        return Why(say("The Deployment has just been made"), (), text(*runs))
    sum_ = _sum_of(entry)
    changed = next((s for s in scene.strips if s.name == entry.replicaset), None)
    title = say("{version} went to {n}", version=changed.version, n=changed.v) if changed else say("The last step")
    return Why(title, sum_, text(*runs))


def _not_yet(s: Strip) -> Text:
    n = s.v - s.available
    return counted("{n} pod of {version} is not available yet.", "{n} pods of {version} are not available yet.", n, version=s.version)


def _unplaced(scene: Scene) -> list:
    """What the scheduler says of pods that no node takes."""
    store = scene.recording.cluster.store
    pending = [store.get("Pod", c.name, s.namespace) for s in scene.strips for c in s.pods if c.state == "pending"]
    said = refusals(pod for pod in pending if pod is not None)
    if not said:
        return []
    refusal = Code(sentence(said[0][0]))
    if len(said) > 1 or said[0][1] < len(pending):
        return [say("The scheduler says of {n}: {refusal}", n=said[0][1], refusal=refusal), " "]
    return [say("The scheduler says: {refusal}", refusal=refusal), " "]


def _next_move(scene: Scene) -> list:
    """When the simulation knows what will change next: a pod that stays ready long enough, or the next try of one that failed."""
    t, d = scene.target, scene.group.d
    if t is None:
        return []
    due = _ready_due(scene, t, d.spec.min_ready_seconds)
    if due:
        second, names = due
        values = {"at": strong(say("Next move at {at}", at=of_seconds(second))), "pod": Code(names[0].rpartition("-")[2])}
        values |= {"seconds": d.spec.min_ready_seconds, "so": _consequence(scene)}
        if len(names) == 1:
            return [say("{at}: pod {pod} will have been ready for {seconds} s{so}.", **values), " "]
        return [say("{at}: pods {pod} and {more} more will have been ready for {seconds} s{so}.", more=len(names) - 1, **values), " "]
    tried = _next_try(scene, t)
    if tried:
        second, pulls, backoff = tried
        next_ = say("Next pull at {at}", at=of_seconds(second)) if pulls else say("Next start at {at}", at=of_seconds(second))
        return [say("{next}, {seconds} s after the last.", next=strong(next_), seconds=backoff), " "]
    return []


def _ready_due(scene: Scene, t: Strip, min_ready: int) -> tuple[int, list[str]] | None:
    waiting: dict[int, list[str]] = {}
    store = scene.recording.cluster.store
    for cell in t.pods:
        if cell.state == "ready":
            pod = store.get("Pod", cell.name, t.namespace)
            waiting.setdefault((ready_since(pod) or 0) + min_ready, []).append(cell.name)
    return min(waiting.items()) if waiting else None


def _consequence(scene: Scene) -> Text:
    broken = next((s for s in scene.old if s.v > s.available), None)
    if broken is not None:
        return say(", and one broken {version} pod may go", version=broken.version)
    first = next((s for s in scene.old if s.v), None)
    return say(", and one {version} pod may go", version=first.version) if first is not None else text()


def _next_try(scene: Scene, t: Strip) -> tuple[int, bool, int] | None:
    """(second, whether it is a pull and no start, seconds of back-off) of the pod that is tried next."""
    kubelet, store = scene.recording.cluster.kubelet, scene.recording.cluster.store
    now, found = scene.recording.cluster.now, []
    for cell in t.pods:
        pod = store.get("Pod", cell.name, t.namespace) if cell.state in ("pullerr", "crash") else None
        for index in range(len(pod.spec.containers) if pod is not None else 0):
            past = kubelet.past.get((pod.metadata.uid, index))
            if past is None:
                continue
            if cell.state == "pullerr":
                found.append((past.backed_off_at + past.pull_backoff, True, past.pull_backoff))
            else:
                found.append((past.restart_at, False, past.restart_at - past.backed_off_at))
    due = min((f for f in found if f[0] > now), default=None)
    return (due[0] // 1000, due[1], due[2] // 1000) if due else None


def _deadline(scene: Scene) -> list:
    exceeded = Code("ProgressDeadlineExceeded")
    if scene.exceeded:
        return [say("The deadline has passed: the Deployment says {exceeded}, and changes nothing.", exceeded=exceeded)]
    if scene.deadline is not None and scene.faulty:
        passes = say("At {at} the progress deadline passes.", at=of_seconds(scene.deadline))
        return [passes, " ", say("The Deployment will then say {exceeded}, and still change nothing.", exceeded=exceeded)]
    return []


def _sum_of(entry) -> tuple[Term, ...]:
    terms, result = entry.terms, entry.result
    match entry.rule:
        case "new may grow by":
            free = terms["max_total"] - terms["pods"]
            if terms["wanted"] <= free:
                there = terms["replicas"] - terms["wanted"]
                return Term(terms["replicas"], "wanted"), Term(there, "there", "−"), Term(result, "added", "=")
            return Term(terms["max_total"], "max total"), Term(terms["pods"], "pods", "−"), Term(result, "added", "=")
        case "old may shrink by":
            return (
                Term(terms["pods"], "pods"),
                Term(terms["min_available"], "min available", "−"),
                Term(terms["new_not_available"], "new not available", "−"),
                Term(result, "may go", "="),
            )
        case "available old pods may go":
            return Term(terms["available"], "available"), Term(terms["min_available"], "min available", "−"), Term(result, "went", "=")
        case "unhealthy old pods go first":
            return Term(terms["spec"], "there"), Term(terms["available"], "available", "−"), Term(result, "went", "=")
        case "only one set has replicas" | "too many of the new":
            change = terms["replicas"] - terms["from"]
            return Term(terms["replicas"], "wanted"), Term(terms["from"], "there", "−"), Term(change, "changed by", "=")
        case "new set is full" | "recreate: old ones to zero":
            return Term(terms["from"], "there"), Term(terms["from"], "went", "−"), Term(0, "left", "=")
        case "recreate: the new set":
            return Term(terms["replicas"], "wanted"), Term(0, "old pods left", "−"), Term(result, "added", "=")
        case "share of the scaling":
            there, sign = terms["spec"], "+" if result >= 0 else "−"
            return Term(there, "there"), Term(abs(result), "its share", sign), Term(there + result, "now", "=")
    return ()
