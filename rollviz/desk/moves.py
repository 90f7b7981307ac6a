"""What a set does, in a word; where the Deployment takes it; what holds it, from the ledger; and the key that makes it the target."""

from msgspec.structs import replace

from rollviz.desk.cells import BROKEN
from rollviz.desk.sets import Group, Strip
from rollviz.desk.versions import first_revision
from rollviz.desk.words import Text, pods, text
from simulation.controllers.deployment import util

PUT_BACK_MS = 8_000
"""How long a strip says that a hand's move was undone."""


def with_move(memory, group: Group, s: Strip) -> Strip:
    """Add where the Deployment takes this set, what holds it, and the words for both."""
    d = group.d
    if d is None:
        return replace(s, glyph="i-hold", words="by itself", why=text(f"{s.v} wanted; no Deployment moves it"))
    want = util.replicas_of(d) if s.target else 0
    put_back = memory.put_back.get(s.name)
    if put_back is not None and memory.now - put_back[0] < PUT_BACK_MS and s.v == put_back[1]:
        s = replace(s, why=text(f"The Deployment put it back to {put_back[1]}"))
    if d.spec.paused and s.v and not (s.target and s.v == want):
        return replace(s, glyph="i-hold", words="held", why=s.why or text("the rollout is paused"), **_to_target(group, s))
    if s.target:
        return _target(memory, group, replace(s, dest=want if s.v != want else None))
    if s.v == 0:
        return _leaving_or_parked(group, s)
    held = memory.held(s.deployment, "", "old may shrink by")
    why = s.why or (_shrink_words(memory, group, s, held) if held else text())
    s = replace(s, dest=0, pin="below" if held else "", glyph="i-down", words="fading out", why=why)
    return replace(s, **_to_target(group, s))


def _target(memory, group: Group, s: Strip) -> Strip:
    d = group.d
    want = util.replicas_of(d)
    gone = all(other.metadata.uid == s.uid or not util.replicas_of(other) for other in group.sets)
    if s.v == want and s.available >= want and gone:
        words = ("i-ok", "on air", text(f"{s.available} available, {want} desired")) if want else ("i-hold", "at zero", text("0 desired"))
        return replace(s, glyph=words[0], words=words[1], why=s.why or words[2], foot=text(f"The Deployment wants this one at {want}."))
    if s.v > want:
        return replace(s, glyph="i-down", words="coming down", why=s.why or text(f"{s.v} there, {want} desired"))
    held = memory.held(s.deployment, s.name, "new may grow by") if s.v < want else None
    if held:
        why = text(f"held: {pods(held.terms['pods'])}, max is {held.terms['max_total']}")
    elif s.v == want:
        why = text(f"{s.available} available, {want} desired")
    else:
        why = text()
    bringing = text(f"The Deployment is bringing this one to {want}.") if s.v < want else text(f"The Deployment wants this one at {want}.")
    return replace(s, pin="above" if held else "", glyph="i-up", words="fading in", why=s.why or why, foot=bringing)


def _leaving_or_parked(group: Group, s: Strip) -> Strip:
    if s.pods:
        s = replace(s, glyph="i-down", words="fading out", why=s.why or text(f"{pods(len(s.pods))} still ending"))
    else:
        s = replace(s, glyph="i-hold", words="parked", why=s.why or text("0 replicas, kept to go back to"), parked=True)
    return replace(s, **_to_target(group, s))


def _to_target(group: Group, s: Strip) -> dict:
    """The key under an old set: make it the target again."""
    if s.target or group.new is None or not s.revision:
        return {}
    older = s.revision < (util.revision_of(group.new) or 0)
    sound = not any(c.state in BROKEN for c in s.pods)
    verb = text("roll back to ", s.short) if older and sound else text("make ", s.short, " the target")
    scope = f" -n {s.namespace}" if s.namespace != "default" else ""
    return {"line": f"rollout undo deployment/{s.deployment} --to-revision={s.revision}{scope}", "verb": verb}


def _shrink_words(memory, group: Group, s: Strip, held) -> Text:
    least, available = held.terms["min_available"], util.total_available(group.sets)
    if s.available and available <= least:
        return text(f"held: {available} available, min is {least}")
    if group.new is not None and held.terms["new_not_available"] > 0:
        return text(f"held: {_label(memory, group)} is not available yet")
    return text(f"held: {held.terms['pods']} − {least} − {held.terms['new_not_available']} = {held.result}")


def _label(memory, group: Group) -> str:
    return f"v{first_revision(group.new)}"
