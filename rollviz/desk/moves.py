"""What a set does, in a word; where the Deployment takes it; what holds it, from the ledger; and the key that makes it the target."""

from django.utils.translation import gettext_noop as noop
from msgspec.structs import replace

from rollviz.desk.cells import BROKEN
from rollviz.desk.sets import Group, Strip
from rollviz.desk.versions import first_revision
from rollviz.desk.words import Text, counted, of_pods, say, text
from simulation.controllers.deployment import util

PUT_BACK_MS = 8_000
"""How long a strip says that a hand's move was undone."""


def with_move(memory, group: Group, s: Strip) -> Strip:
    """Add where the Deployment takes this set, what holds it, and the words for both."""
    d = group.d
    if d is None:
        return replace(s, glyph="i-hold", words=noop("by itself"), why=say("{n} wanted; no Deployment moves it", n=s.v))
    want = util.replicas_of(d) if s.target else 0
    put_back = memory.put_back.get(s.name)
    if put_back is not None and memory.now - put_back[0] < PUT_BACK_MS and s.v == put_back[1]:
        s = replace(s, why=say("The Deployment put it back to {n}", n=put_back[1]))
    if d.spec.paused and s.v and not (s.target and s.v == want):
        return replace(s, glyph="i-hold", words=noop("held"), why=s.why or say("the rollout is paused"), **_to_target(group, s))
    if s.target:
        return _target(memory, group, replace(s, dest=want if s.v != want else None))
    if s.v == 0:
        return _leaving_or_parked(group, s)
    held = memory.held(s.deployment, "", "old may shrink by")
    why = s.why or (_shrink_words(memory, group, s, held) if held else text())
    s = replace(s, dest=0, pin="below" if held else "", glyph="i-down", words=noop("fading out"), why=why)
    return replace(s, **_to_target(group, s))


def _target(memory, group: Group, s: Strip) -> Strip:
    d = group.d
    want = util.replicas_of(d)
    gone = all(other.metadata.uid == s.uid or not util.replicas_of(other) for other in group.sets)
    if s.v == want and s.available >= want and gone:
        words = (
            ("i-ok", noop("on air"), say("{n} available, {want} desired", n=s.available, want=want))
            if want
            else ("i-hold", noop("at zero"), say("0 desired"))
        )
        return replace(s, glyph=words[0], words=words[1], why=s.why or words[2], foot=say("The Deployment wants this one at {n}.", n=want))
    if s.v > want:
        return replace(s, glyph="i-down", words=noop("coming down"), why=s.why or say("{n} there, {want} desired", n=s.v, want=want))
    held = memory.held(s.deployment, s.name, "new may grow by") if s.v < want else None
    if held:
        why = say("held: {pods}, max is {most}", pods=of_pods(held.terms["pods"]), most=held.terms["max_total"])
    elif s.v == want:
        why = say("{n} available, {want} desired", n=s.available, want=want)
    else:
        why = text()
    bringing = (
        say("The Deployment is bringing this one to {n}.", n=want) if s.v < want else say("The Deployment wants this one at {n}.", n=want)
    )
    return replace(s, pin="above" if held else "", glyph="i-up", words=noop("fading in"), why=s.why or why, foot=bringing)


def _leaving_or_parked(group: Group, s: Strip) -> Strip:
    if s.pods:
        s = replace(
            s, glyph="i-down", words=noop("fading out"), why=s.why or counted("{n} pod still ending", "{n} pods still ending", len(s.pods))
        )
    else:
        s = replace(s, glyph="i-hold", words=noop("parked"), why=s.why or say("0 replicas, kept to go back to"), parked=True)
    return replace(s, **_to_target(group, s))


def _to_target(group: Group, s: Strip) -> dict:
    """The key under an old set: make it the target again."""
    if s.target or group.new is None or not s.revision:
        return {}
    older = s.revision < (util.revision_of(group.new) or 0)
    sound = not any(c.state in BROKEN for c in s.pods)
    verb = say("roll back to {version}", version=s.short) if older and sound else say("make {version} the target", version=s.short)
    scope = f" -n {s.namespace}" if s.namespace != "default" else ""
    return {"line": f"rollout undo deployment/{s.deployment} --to-revision={s.revision}{scope}", "verb": verb}


def _shrink_words(memory, group: Group, s: Strip, held) -> Text:
    least, available = held.terms["min_available"], util.total_available(group.sets)
    if s.available and available <= least:
        return say("held: {n} available, min is {least}", n=available, least=least)
    if group.new is not None and held.terms["new_not_available"] > 0:
        return say("held: {version} is not available yet", version=_label(memory, group))
    return say("held: {sum}", sum=f"{held.terms['pods']} − {least} − {held.terms['new_not_available']} = {held.result}")


def _label(memory, group: Group) -> str:
    return f"v{first_revision(group.new)}"
