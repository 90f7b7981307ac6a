"""`kubectl rollout status` and `history`, and `kubectl wait`: what watches until something is so.

Models kubectl/pkg/cmd/rollout, kubectl/pkg/polymorphichelpers/history.go, kubectl/pkg/cmd/wait (v1.33).
"""

import re
from typing import Any

from msgspec.structs import replace

from simulation.api.errors import UsageError
from simulation.controllers.deployment.util import revision_of
from simulation.kubectl import jsonpath, output
from simulation.kubectl.answer import Answer, Change, Running
from simulation.kubectl.asking import Asked, asked, find
from simulation.kubectl.describing.containers import template_text
from simulation.kubectl.dry import as_decoded
from simulation.kubectl.known import read
from simulation.kubectl.resources import NOTHING_NAMED
from simulation.kubectl.rollout import status
from simulation.kubectl.tabs import align
from simulation.kubectl.things import READABLE, as_json, ref
from simulation.objects import CHANGE_CAUSE, Deployment
from simulation.store import Store, controller_of

MISSING = UsageError("required resource not specified")
QUOTE = "'"
TIMED_OUT = "error: timed out waiting for the condition"


class RolloutStatus(Running):
    """A line for each change of the Deployment, until it is rolled out or its deadline has passed."""

    kinds = ("Deployment",)

    def __init__(self, words: list[str]) -> None:
        super().__init__()
        parsed = read(words, "rollout status")
        self.question = asked(parsed, MISSING)
        self.watch = parsed.text("watch", "true") not in ("false", "0", "f", "F", "False", "FALSE")
        self.timeout = parsed.ms("timeout")
        self.revision = parsed.number("revision") or 0
        self._waiting: list[Deployment] = []
        self._deadline: int | None = None

    def begin(self, store: Store) -> None:
        found, errors = find(store, self.question)
        for error in errors:
            self.complain(error.kubectl())
        for obj in found:
            if not isinstance(obj, Deployment):
                self.complain(f"error: no status viewer has been implemented for {type(obj).__name__}")
                self.end(1)
        if errors:
            self.end(1)
        if not found and self.code is None:
            self.complain(f"No resources found in {self.question.namespace} namespace.")
            self.end(0)
        if self.code is not None:
            return
        self._waiting = found
        self._deadline = store.now + self.timeout if self.timeout else None
        self._look(found[0])

    def see(self, change: Change) -> None:
        if self.code is not None or not self._waiting:
            return
        waited = self._waiting[0]
        about = change.new if change.new is not None else change.old
        if about.metadata.name == waited.metadata.name and about.metadata.namespace == waited.metadata.namespace:
            if change.new is None:
                self.complain("error: object has been deleted")
                self.end(1)
            else:
                self._look(change.new)

    def pass_time(self, store: Store) -> None:
        if self.code is None and self._deadline is not None and store.now >= self._deadline:
            self.complain(TIMED_OUT)
            self.end(1)

    def moved(self, store: Store) -> None:
        self._deadline = store.now + self.timeout if self.timeout else None
        for waited in self._waiting[:1]:
            live = store.get("Deployment", waited.metadata.name, waited.metadata.namespace)
            if live is None:
                self.complain("error: object has been deleted")
                self.end(1)
            else:
                self._look(live)

    def _look(self, deployment: Deployment) -> None:
        if self.revision and (revision_of(deployment) or 0) != self.revision:
            self.complain(f"error: desired revision ({self.revision}) is different from the running revision ({revision_of(deployment)})")
            self.end(1)
            return
        line, done = status(deployment)
        if line.startswith("error:"):
            self.complain(line)
            self.end(1)
            return
        self.say(line)
        if done or not self.watch:
            self._waiting.pop(0)
            if self._waiting:
                self._look(self._waiting[0])
        if not self._waiting:
            self.end(0)


def history(words: list[str], store: Store) -> Answer:
    """`kubectl rollout history`."""
    parsed = read(words, "rollout history")
    revision = parsed.number("revision") or 0
    if revision < 0:
        raise UsageError(f"revision must be a positive integer: {revision}")
    how = output.check_format(parsed.text("output"), output.CHANGED)
    found, errors = find(store, asked(parsed, MISSING))
    out, err = [], [error.kubectl() for error in errors]
    for obj in found:
        if not isinstance(obj, Deployment):
            err.append(_no_viewer(type(obj).__name__))
            continue
        sets = {revision_of(rs) or 0: rs for rs in store.list("ReplicaSet") if (o := controller_of(rs)) and o.uid == obj.metadata.uid}
        if revision and revision not in sets:
            err.append("unable to find the specified revision")
            continue
        if how:
            shown = [sets[revision]] if revision else [sets[number] for number in sorted(sets)]
            out.append(output.separate(parsed.text("output"), [(as_decoded(as_json(rs)), ref(rs)) for rs in shown], struct=True))
            continue
        if revision:
            rs = sets[revision]
            template = rs.spec.template
            if cause := rs.metadata.annotations.get(CHANGE_CAUSE):
                metadata = replace(template.metadata, annotations={**template.metadata.annotations, CHANGE_CAUSE: cause})
                template = replace(template, metadata=metadata)
            out.append(f"{ref(obj)} with revision #{revision}\n{template_text(template, store)}\n")
            continue
        rows = [f"{number}\t{rs.metadata.annotations.get(CHANGE_CAUSE) or '<none>'}" for number, rs in sorted(sets.items())]
        out.append(f"{ref(obj)} \n" + align("\n".join(["REVISION\tCHANGE-CAUSE", *rows]) + "\n") + "\n")
    errors_only = [f"error: {line}" for line in err] if len(err) == 1 and not errors else err
    return Answer("".join(out), "".join(f"{line}\n" for line in errors_only), 1 if err else 0)


def _no_viewer(kind: str) -> str:
    if kind in ("Service", "Node", "PodDisruptionBudget"):
        return f'error retrieving history for "{kind}", no visitor method exists for {{ {kind}}}'
    return f'no history viewer has been implemented for "{kind}"'


class Wait(Running):
    """`kubectl wait`: for a condition, a field, an object's creation or its end; 30 s of the desk's time, unless it says otherwise."""

    def __init__(self, words: list[str]) -> None:
        super().__init__()
        parsed = read(words, "wait")
        self.what = parsed.text("for")
        self.holds = self._condition(self.what)
        self.question: Asked = asked(parsed, UsageError(NOTHING_NAMED))
        if not self.question.by_name and not (parsed.true("all") or parsed.has("selector") or parsed.has("field-selector")):
            raise UsageError("resource(s) were provided, but no name was specified")
        self.timeout = parsed.ms("timeout", 30_000)
        self.how = parsed.text("output")
        output.check_format(self.how, output.CHANGED)
        self.kinds = tuple(self.question.kinds)
        self._left: list[tuple[str, str, str]] = []
        self._ended = 0

    def _condition(self, text: str) -> Any:
        how, _, rest = text.partition("=")
        if text.lower() in ("delete", "create"):
            return None
        if how.lower() == "condition" and rest:
            name, _, value = rest.partition("=")
            wanted = value or "true"
            return lambda body: (
                any(
                    c.get("type", "").lower() == name.lower() and str(c.get("status", "")).lower() == wanted.lower()
                    for c in (body.get("status") or {}).get("conditions", ())
                )
                and body.get("metadata", {}).get("generation", 0) <= (body.get("status") or {}).get("observedGeneration", 10**18)
            )
        found = re.fullmatch(r"jsonpath=(?P<path>'?\{.*\}'?|[^={}]+)(?:=(?P<value>.*))?", text)
        if found is None:
            raise UsageError(f'unrecognized condition: "{text}"')
        path, value = f"{{{jsonpath.relaxed(found['path'].strip(QUOTE))}}}", found["value"]
        if value == "":
            said = "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3"
            raise UsageError(said)
        return lambda body: (
            bool(shown := jsonpath.evaluate(path, body)) if value is None else (shown := jsonpath.evaluate(path, body)) == value
        )

    def begin(self, store: Store) -> None:
        found, errors = find(store, self.question)
        gone = self.what.lower() == "delete"
        if errors and not (gone or self.what.lower() == "create"):
            if found:
                self._left = [(type(obj).__name__, obj.metadata.namespace, obj.metadata.name) for obj in found]
                self._there(found)
            self.complain(errors[0].kubectl())
            self.end(1)
            return
        self._deadline = store.now + self.timeout
        if self.what.lower() == "create":
            self._left = [(kind, self.question.namespace or "", name) for kind, name in self.question.targets]
            self._there(found)
        else:
            if not found and not errors and not gone:
                self.complain("error: no matching resources found")
                self.end(1)
                return
            self._left = [(type(obj).__name__, obj.metadata.namespace, obj.metadata.name) for obj in found]
            if not gone:
                self._there(found)
        self._done()

    def see(self, change: Change) -> None:
        if self.what.lower() == "delete":
            obj = change.old
            if change.new is None and obj is not None:
                self._met(change.kind, obj)
        elif change.new is not None:
            self._there([change.new])
        self._done()

    def pass_time(self, store: Store) -> None:
        if self.code is None and store.now >= self._deadline:
            for kind, _, name in self._left:
                on = f"{READABLE[kind].plural}/{name}"
                said = f"{TIMED_OUT} on {on}" if self.timeout else f"error: condition not met for {on}"
                self.complain(TIMED_OUT if self.what.lower() == "create" else said)
            self.end(1)

    def moved(self, store: Store) -> None:
        self._deadline = store.now + self.timeout
        found, _ = find(store, self.question)
        there = {(type(obj).__name__, obj.metadata.namespace, obj.metadata.name) for obj in found}
        if self.what.lower() == "delete":
            self._left = [one for one in self._left if one in there]
        else:
            self._there(found)
        self._done()

    def _there(self, found: list[Any]) -> None:
        for obj in found:
            if self.holds is None or self.holds(as_json(obj)):
                self._met(type(obj).__name__, obj)

    def _met(self, kind: str, obj: Any) -> None:
        one = (kind, obj.metadata.namespace, obj.metadata.name)
        if one in self._left:
            self._left.remove(one)
            if self.how:
                self._out.append(output.one(self.how, as_json(obj), ref(obj)))
            else:
                self.say(f"{ref(obj)} condition met")

    def _done(self) -> None:
        if not self._left:
            self.end(0)
