"""`kubectl wait`: it watches until something is so. Models kubectl/pkg/cmd/wait (v1.33)."""

import re
from typing import Any

from simulation.api.errors import UsageError
from simulation.kubectl import jsonpath, output
from simulation.kubectl.answer import Change, Running
from simulation.kubectl.asking import Asked, asked, find
from simulation.kubectl.known import read
from simulation.kubectl.resources import NOTHING_NAMED
from simulation.kubectl.things import READABLE, as_json, ref
from simulation.store import Store

QUOTE = "'"
TIMED_OUT = "timed out waiting for the condition"
WEEK_MS = 7 * 24 * 3600 * 1000
"""How long a negative timeout is."""


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
        timeout = parsed.ms("timeout", 30_000)
        self.timeout = timeout if timeout >= 0 else WEEK_MS
        self.how = parsed.text("output")
        output.check_format(self.how, output.CHANGED)
        self.kinds = tuple(self.question.kinds)
        self._left: list[tuple[str, str, str]] = []
        self._ended = 0

    def _condition(self, text: str) -> Any:
        how, _, rest = text.partition("=")
        if text.lower() in ("delete", "create"):
            return None
        if how.lower() == "condition" and "=" in text:
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
            space = self.question.namespace or ""
            self._left = [(kind, space if READABLE[kind].namespaced else "", name) for kind, name in self.question.targets]
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
            begin = "error: " if len(self._left) == 1 else ""
            for kind, _, name in self._left:
                on = f"{READABLE[kind].plural}/{name}"
                said = f"{TIMED_OUT} on {on}" if self.timeout else f"condition not met for {on}"
                self.complain(begin + (TIMED_OUT if self.what.lower() == "create" else said))
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
