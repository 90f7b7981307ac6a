"""`kubectl rollout status`, which watches until it is done, and `history`.

Models kubectl/pkg/cmd/rollout, kubectl/pkg/polymorphichelpers/history.go (v1.33).
"""

from msgspec.structs import replace

from simulation.api.errors import UsageError
from simulation.controllers.deployment.util import revision_of
from simulation.kubectl import output
from simulation.kubectl.answer import Answer, Change, Running
from simulation.kubectl.asking import asked, find
from simulation.kubectl.describing.containers import template_text
from simulation.kubectl.dry import as_decoded
from simulation.kubectl.known import read
from simulation.kubectl.rollout import status
from simulation.kubectl.tabs import align
from simulation.kubectl.things import as_json, ref
from simulation.objects import CHANGE_CAUSE, Deployment
from simulation.store import Store, controller_of

MISSING = UsageError("required resource not specified")
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
