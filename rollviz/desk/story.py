"""The headline, the open why, and the panel of a rollout that is stuck: sentences made of the controller's own numbers."""

from typing import NamedTuple

from msgspec import Struct

from rollviz.desk.sets import Group, Strip
from rollviz.desk.words import Code, Text, Version, of_seconds, pick, pods, strong, text
from simulation.controllers.deployment import util
from simulation.pods import ready_since
from simulation.stages import CRASH_BACKOFF_MS, PULL_BACKOFF_MS


class Term(NamedTuple):
    """A number of a sum with what it is; `op` stands before it."""

    n: int
    label: str
    op: str = ""


class Why(Struct, frozen=True):
    title: Text
    sum: tuple[Term, ...] = ()
    text: Text = text()


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


class Scene(NamedTuple):
    """One Deployment as the sentences need it."""

    memory: object
    recording: object
    group: Group
    strips: tuple[Strip, ...]

    @property
    def name(self) -> str:
        return self.group.d.metadata.name

    @property
    def want(self) -> int:
        return util.replicas_of(self.group.d)

    @property
    def available(self) -> int:
        return sum(s.available for s in self.strips)

    @property
    def total(self) -> int:
        return sum(s.v for s in self.strips)

    @property
    def target(self) -> Strip | None:
        return next((s for s in self.strips if s.target), None)

    @property
    def old(self) -> list[Strip]:
        return [s for s in self.strips if not s.target and (s.v or s.pods)]

    @property
    def answering(self) -> int:
        """Pods that a Service sends to; without a Service, the ready ones."""
        if any(s.plug for s in self.strips):
            return sum(s.endpoints for s in self.strips)
        return sum(s.ready for s in self.strips)

    @property
    def shrink_held(self):
        return self.memory.held(self.name, "", "old may shrink by")

    @property
    def growth_held(self):
        return self.memory.held(self.name, self.target.name, "new may grow by") if self.target else None

    @property
    def exceeded(self) -> bool:
        progress = util.get_condition(self.group.d.status.conditions, "Progressing")
        return progress is not None and progress.reason == "ProgressDeadlineExceeded"

    @property
    def deadline(self) -> int | None:
        """The second in which the progress deadline passes, None when no clock runs."""
        d = self.group.d
        progress = util.get_condition(d.status.conditions, "Progressing")
        if not util.has_deadline(d) or progress is None or d.spec.paused or self.complete or self.exceeded:
            return None
        if progress.reason == "NewReplicaSetAvailable":
            return None
        return (progress.last_update_time or 0) + d.spec.progress_deadline_seconds

    @property
    def complete(self) -> bool:
        t = self.target
        return t is not None and t.v == self.want and t.available == self.want and not any(s.v for s in self.old)

    @property
    def faulty(self) -> str:
        """The fault that every pod of the target which is not available has, "" if one of them may still come."""
        t = self.target
        if t is None:
            return ""
        states = {c.state for c in t.pods if c.state not in ("available", "terminating")}
        return states.pop() if len(states) == 1 and states <= {"pullerr", "crash"} else ""

    @property
    def stuck(self) -> bool:
        """A rollout that will not go on by itself as far as the controller can see."""
        if self.target is None or self.complete or self.group.d.spec.paused:
            return False
        return self.exceeded or bool(self.faulty and self.old and self.shrink_held)


# ---------------------------------------------------------------------------------------------------------- headline


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
        if not want:
            return text(t.version, " is at 0. No pod is wanted." if not ending else " goes to 0.")
        if ending:
            leaving = f"{ending} old {pick(ending, 'one ends', 'ones end')}."
            return text(f"{pods(want)} of ", t.version, f" {pick(want, 'answers', 'answer')}. {leaving}")
        return text(f"{pods(want)} of ", t.version, f" {pick(want, 'answers', 'answer')}. Nothing is moving.")
    return text(*_fading(scene, t, want))


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
    return ["Fading in ", t.version, f" {t.v} of {want}.", *(tail or [f" {scene.available} available, {_least(scene)} is the minimum."])]


def _least(scene: Scene) -> int:
    return util.min_available(scene.group.d)


def _waits_for(scene: Scene, t: Strip) -> list:
    seconds = scene.group.d.spec.min_ready_seconds
    n = sum(c.state == "ready" for c in t.pods)
    if not seconds or not n or (scene.old and not scene.shrink_held):
        return []
    return [f" Waiting for {pods(n)} to stay ready for {seconds} s."]


# --------------------------------------------------------------------------------------------------------------- why


def why(scene: Scene | None, strips: tuple[Strip, ...], loose_pods: int) -> Why:
    """The answer that stands open: why things move, or why they do not."""
    if scene is None:
        if strips:
            s = strips[0]
            sum_ = (Term(s.v, "wanted"), Term(sum(c.state != "terminating" for c in s.pods), "there", "−"))
            sum_ = (*sum_, Term(sum_[0].n - sum_[1].n, "to make", "="))
            return Why(text("A ReplicaSet counts"), sum_, text("It makes a pod for each that is missing, and knows nothing else."))
        if loose_pods:
            counted = (
                Term(loose_pods, pick(loose_pods, "pod", "pods")),
                Term(0, "counted", "−"),
                Term(loose_pods, "that nothing replaces", "="),
            )
            said = text("It was asked for once. If it goes, no controller wants it back.")
            return Why(text(f"Nobody counts {pick(loose_pods, 'this pod', 'these pods')}"), counted, said)
        return Why(text("Why is nothing moving?"), (), text("Nobody has asked for anything. A Deployment asks."))
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
    said = text("A paused Deployment takes no step of a rollout. It still scales. ", resume, " lets it go on.")
    return Why(text("The rollout is paused"), sum_, said)


def _why_complete(scene: Scene) -> Why:
    want = scene.want
    sum_ = (Term(want, "desired"), Term(scene.available, "available", "−"), Term(want - scene.available, "left to do", "="))
    return Why(
        text("Why is nothing moving?"),
        sum_,
        text(f"One version, {want} wanted, {scene.available} there. The Deployment has nothing to change."),
    )


def _why_short(scene: Scene, t: Strip) -> Why:
    """The set has its size; its pods are not there yet, or not any more."""
    n = scene.want - t.available
    sum_ = (Term(scene.want, "wanted"), Term(t.available, "available", "−"), Term(n, "not available", "="))
    states = ", ".join(f"{tally.n} {tally.word}" for tally in t.tally if tally.state not in ("available", "terminating"))
    return Why(text(t.version, f" waits for {pods(n)}"), sum_, text(f"{states}. " if states else "", *_next_move(scene), *_deadline(scene)))


def _why_held(scene: Scene) -> Why:
    terms, t = scene.shrink_held.terms, scene.target
    label = t.label if t else "new"
    sum_ = (
        Term(terms["pods"], "pods now"),
        Term(terms["min_available"], "min available", "−"),
        Term(terms["new_not_available"], f"{label} not available", "−"),
        Term(scene.shrink_held.result, "may be removed", "="),
    )
    if scene.stuck:
        title = text("The rollout waits. It does not roll itself back")
    elif t is not None:
        title = text("Nothing moves until ", t.version, " has an available pod")
    else:
        title = text("Nothing may be removed")
    runs: list = []
    if scene.growth_held:
        runs.append("Total is at the maximum, so nothing may be added either. ")
    return Why(title, sum_, text(*runs, *_next_move(scene), *_deadline(scene)))


def _next_move(scene: Scene) -> list:
    """When the simulation knows what will change next: a pod that stays ready long enough, or the next try of one that failed."""
    t, d = scene.target, scene.group.d
    if t is None:
        return []
    due = _ready_due(scene, t, d.spec.min_ready_seconds)
    if due:
        second, names = due
        who = [pick(len(names), "pod ", "pods "), *(Code(n.rpartition("-")[2]) for n in names[:1])]
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        done = f"{more} will have been ready for {d.spec.min_ready_seconds} s"
        return [strong(f"Next move at {of_seconds(second)}: "), *who, done, *_consequence(scene), ". "]
    tried = _next_try(scene, t)
    if tried:
        second, verb, backoff = tried
        return [strong(f"Next {verb} at {of_seconds(second)}"), f", {backoff} s after the last. ", ""]
    return []


def _ready_due(scene: Scene, t: Strip, min_ready: int) -> tuple[int, list[str]] | None:
    waiting: dict[int, list[str]] = {}
    store = scene.recording.cluster.store
    for cell in t.pods:
        if cell.state == "ready":
            pod = store.get("Pod", cell.name, t.namespace)
            waiting.setdefault((ready_since(pod) or 0) + min_ready, []).append(cell.name)
    return min(waiting.items()) if waiting else None


def _consequence(scene: Scene) -> list:
    broken = next((s for s in scene.old if s.v > s.available), None)
    if broken is not None:
        return [", and one broken ", broken.version, " pod may go"]
    first = next((s for s in scene.old if s.v), None)
    return [", and one ", first.version, " pod may go"] if first is not None else []


def _next_try(scene: Scene, t: Strip) -> tuple[int, str, int] | None:
    """(second, what is tried, seconds of back-off) of the pod that is tried next."""
    kubelet, store = scene.recording.cluster.kubelet, scene.recording.cluster.store
    now, found = scene.recording.cluster.now, []
    for cell in t.pods:
        pod = store.get("Pod", cell.name, t.namespace) if cell.state in ("pullerr", "crash") else None
        for index in range(len(pod.spec.containers) if pod is not None else 0):
            past = kubelet.past.get((pod.metadata.uid, index))
            if past is None:
                continue
            if cell.state == "pullerr":
                found.append((past.backed_off_at + past.pull_backoff, "pull", past.pull_backoff))
            else:
                found.append((past.restart_at, "start", past.restart_at - past.backed_off_at))
    due = min((f for f in found if f[0] > now), default=None)
    return (due[0] // 1000, due[1], due[2] // 1000) if due else None


def _deadline(scene: Scene) -> list:
    exceeded = Code("ProgressDeadlineExceeded")
    if scene.exceeded:
        return ["The deadline has passed: the Deployment says ", exceeded, ", and changes nothing."]
    if scene.deadline is not None and scene.faulty:
        passes = f"At {of_seconds(scene.deadline)} the progress deadline passes. The Deployment will then say "
        return [passes, exceeded, ", and still change nothing."]
    return []


def _why_moving(scene: Scene) -> Why:
    """The sum of the last step, and what it waits for."""
    t = scene.target
    _, entry = scene.memory.moved.get(scene.name, (0, None))
    waiting = [s for s in scene.strips if s.v > s.available]
    runs: list = []
    if scene.memory.last.get((scene.name, "", "recreate waits for old pods")) and t is None:
        runs.append("Recreate: every old pod must be gone before the new set is made. ")
    for s in waiting[:2]:
        n = s.v - s.available
        runs += [f"{pods(n)} of ", s.version, f" {pick(n, 'is', 'are')} not available yet. "]
    if t is not None:
        runs += _next_move(scene)
    runs += _deadline(scene)
    if entry is None:
        return Why(text("The Deployment has just been made"), (), text(*runs))
    sum_ = _sum_of(entry)
    changed = next((s for s in scene.strips if s.name == entry.replicaset), None)
    title = text(changed.version if changed else entry.replicaset, " went to ", str(changed.v)) if changed else text("The last step")
    return Why(title, sum_, text(*runs))


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


# ------------------------------------------------------------------------------------------------------------- stuck


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


def deadline_words(scene: Scene) -> str:
    d = scene.group.d
    if not util.has_deadline(d):
        return "none"
    if scene.exceeded:
        return "exceeded"
    if d.spec.paused and not scene.complete:
        return "stands"
    if scene.deadline is None:
        return "no rollout"
    left = scene.deadline - scene.recording.cluster.now // 1000
    return f"{max(left, 0)} s left"
