"""`--dry-run` and `-o` of verbs that write: the same command, on a copy of the cluster, and the objects it wrote printed.

A client's dry run prints what kubectl would send, before the API server fills in its defaults.
"""

import re
from typing import Any

import msgspec

from simulation.api.documents import read_all
from simulation.api.wire import to_json
from simulation.api.writes import Writes, Written
from simulation.cluster import Cluster
from simulation.commands import (
    Apply,
    Command,
    Create,
    CreateBudget,
    CreateDeployment,
    CreateService,
    Drain,
    Expose,
    Run,
    Scale,
    Several,
    Undo,
)
from simulation.controllers.deployment.util import equal_templates
from simulation.drain import OUT
from simulation.kubectl import output
from simulation.kubectl.answer import Answer
from simulation.kubectl.describing.containers import template_text
from simulation.kubectl.things import as_json, ref
from simulation.kubectl.wording import SUFFIX, deleted_names, tried
from simulation.store import Store

TYPED = CreateDeployment | CreateService | CreateBudget | Run | Expose
"""Commands whose object kubectl makes itself, from Go's types."""
DECODED = ("set", "env", "resources", "serviceaccount", "rollout")
"""Verbs that print an answer of the server after they made a Go struct of it."""

Touched = tuple[tuple[str, str], ...]
"""(kind, name) of what a command writes."""


class Sketch(Writes):
    """Writes that are only looked at: each object as it was handed in."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.made: list[Any] = []

    def create(self, obj: Any, prefix: str = "") -> Written:
        self.made.append(obj)
        return super().create(obj, prefix)

    def update(self, new: Any) -> bool:
        self.made.append(new)
        return super().update(new)


def dry_run(command: Command, verb: str, how: str, where: str, cluster: Cluster) -> Answer:
    """Raises StatusError as the command itself would."""
    if isinstance(command, Drain):
        return _drained(command, where, cluster)
    twin = cluster.copy()
    twin.changes = []
    said = twin.do(command).splitlines()
    warnings = "".join(f"{line}\n" for line in said if line.startswith("Warning: "))
    lines = [line for line in said if not line.startswith("Warning: ")]
    if how and verb.startswith("delete"):
        return Answer("".join(f"{line}\n" for line in deleted_names(lines)), warnings)
    if isinstance(command, Undo) and where == "client" and not how and lines:
        return Answer(_undone(command, twin.store), warnings)
    if not how:
        return Answer("".join(f"{tried(line, verb, where)}\n" for line in lines), warnings)
    if where == "client" and isinstance(command, Scale):
        return Answer(printed(touched_by(command, cluster.store), how, cluster.store, False), warnings)
    if where == "client":
        sent = [_sent(obj, command, verb, cluster.store) for obj in _sketched(command, cluster.store)]
        return Answer(_several(sent, how, decodes(command, verb), command), warnings)
    wrote = {(type(new).__name__, new.metadata.name): new for _, _, new in twin.changes if new is not None}
    made = isinstance(command, Create | Apply | TYPED)
    decoded = decodes(command, verb)
    return Answer(_several([_stored(obj, decoded, made) for obj in wrote.values()], how, decoded, command), warnings)


def _undone(command: Undo, store: Store) -> str:
    """A client only says to which template it would go back."""
    d = store.get("Deployment", command.name)
    sets = [rs for kind, rs in store.dependents(d.metadata.uid) if kind == "ReplicaSet"]
    mine = [rs for rs in sets if equal_templates(rs.spec.template, d.spec.template)]
    text = template_text(mine[0].spec.template, store) if mine else ""
    return f"{ref(d)} {text}{SUFFIX['client']}\n"


def decodes(command: Command, verb: str) -> bool:
    return isinstance(command, TYPED) or verb in DECODED or _makes_itself(command, verb)


def _makes_itself(command: Command, verb: str) -> bool:
    """A manifest that is not a file's: kubectl made it of flags."""
    return isinstance(command, Create) and verb in ("run", "create service")


def _drained(command: Drain, where: str, cluster: Cluster) -> Answer:
    """Node after node; nothing is waited for."""
    first, then = [], []
    for name in command.nodes or ("",):
        said = cluster.copy().do(msgspec.structs.replace(command, nodes=(name,) if name else ())).splitlines()
        cordoned = [line for line in said if re.match(r"node/\S+ (already )?cordoned", line)]
        first += cordoned
        then += [line for line in said if line not in cordoned]
        then += [] if any(line.startswith("error:") for line in said) else [f"{line.split(' ')[0]} drained" for line in cordoned]
    lines = first + then
    evicting = "evicting pod "
    errors = [line for line in lines if not OUT.fullmatch(line) and not line.startswith(evicting)]
    err = "".join(f"{line}\n" for line in errors)
    out = "".join(f"{line}{SUFFIX[where]}\n" for line in lines if line not in errors)
    return Answer(out, err, 1 if any(line.startswith("error:") for line in errors) else 0)


def touched_by(command: Command, store: Store) -> Touched:
    """What the command would write. Raises StatusError as the command itself would."""
    found = [(type(obj).__name__, obj.metadata.name) for obj in _sketched(command, store)]
    return tuple(dict.fromkeys(found))


def printed(touched: Touched, how: str, store: Store, decoded: bool, command: Command | None = None) -> str:
    """The objects as they are, as `-o` asks."""
    found = [store.get(kind, name, "" if kind == "Node" else "default") for kind, name in touched]
    return _several([_stored(obj, decoded, False) for obj in found if obj is not None], how, decoded, command)


Printed = tuple[dict[str, Any], str]
"""(JSON, what `-o name` prints)"""


def _sketched(command: Command, store: Store) -> list[Any]:
    sketch = Sketch(store)
    command.act(sketch)
    return sketch.made


def _several(bodies: list[Printed], how: str, struct: bool, command: Command | None = None) -> str:
    if len(bodies) == 1:
        return output.one(how, *bodies[0], struct=struct)
    name = how.partition("=")[0]
    if isinstance(command, Apply) and name not in ("name", ""):
        return output.one(how, {"apiVersion": "v1", "items": [body for body, _ in bodies], "kind": "List", "metadata": {}}, "")
    return output.separate(how, bodies, struct, "---\n---\n" if isinstance(command, Run) else "---\n")


def _stored(obj: Any, decoded: bool, unwritten: bool) -> Printed:
    """As the server answers; `decoded`: by way of a Go struct; `unwritten`: it never was stored and has no version."""
    body = as_json(obj)
    if unwritten:
        body = {**body, "metadata": {key: value for key, value in body["metadata"].items() if key != "resourceVersion"}}
    if unwritten:
        body.setdefault("status", {})
    return as_decoded(body) if decoded else body, ref(obj)


def as_decoded(body: dict[str, Any]) -> dict[str, Any]:
    """What became of it in a Go struct: a template's metadata has a time that nobody set."""
    spec = body.get("spec", {})
    if "template" not in spec:
        return body
    template = spec["template"]
    metadata = {"creationTimestamp": None, **template.get("metadata", {})}
    return {**body, "spec": {**spec, "template": {**template, "metadata": metadata}}}


def _sent(obj: Any, command: Command, verb: str, store: Store) -> Printed:
    """As kubectl would send it: a Go struct of its own making, or a file's text."""
    body = to_json(obj)
    typed = isinstance(command, TYPED) or (isinstance(command, Several) and isinstance(command.commands[0], TYPED))
    if typed or _makes_itself(command, verb):
        return _as_typed(body), ref(obj)
    if isinstance(command, Create | Apply) and store.get(body["kind"], obj.metadata.name, obj.metadata.namespace) is None:
        return _as_written(body, command.manifest), ref(obj)
    return _stored(obj, verb in DECODED, False)


def _as_written(body: dict[str, Any], manifest: str) -> dict[str, Any]:
    """The document as it stands, with its namespace and what apply notes on it."""
    name = body["metadata"]["name"]
    for document in read_all(manifest):
        said = document.value
        if said.get("kind") == body["kind"] and (said.get("metadata") or {}).get("name") == name:
            added = {"annotations": body["metadata"]["annotations"]} if "annotations" in body["metadata"] else {}
            added |= {"namespace": body["metadata"].get("namespace") or "default"} if body["kind"] != "Node" else {}
            return {**said, "metadata": {**said["metadata"], **added}}
    return body


def _as_typed(body: dict[str, Any]) -> dict[str, Any]:
    """Go's structs write some zero values that JSON from the server leaves out."""
    body = {**body, "metadata": {"creationTimestamp": None, **body["metadata"]}}
    body["metadata"].pop("resourceVersion", None)
    spec = body.get("spec", {})
    if "template" in spec:
        template = spec["template"]
        inner = {**template["spec"], "containers": [{"resources": {}, **c} for c in template["spec"].get("containers", ())]}
        body["spec"] = {**spec, "template": {"metadata": {"creationTimestamp": None, **template["metadata"]}, "spec": inner}}
    elif "containers" in spec:
        containers = [{"resources": {}, **c} for c in spec["containers"]]
        body["spec"] = {"dnsPolicy": "ClusterFirst", "restartPolicy": "Always", **spec, "containers": containers}
    if body["kind"] == "Service":
        body["spec"] = {**spec, "ports": [{"protocol": "TCP", **port} for port in spec.get("ports", ())]} if "ports" in spec else spec
    body["status"] = EMPTY.get(body["kind"], {})
    return body


EMPTY = {
    "Service": {"loadBalancer": {}},
    "PodDisruptionBudget": {"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0},
}
"""The status of an object that was never stored, as Go writes it."""
