"""`--dry-run` and `-o` of verbs that write: the same command, on a copy of the cluster, and the objects it wrote printed.

A client's dry run prints what kubectl would send, before the API server fills in its defaults.
"""

import contextlib
from typing import Any

from simulation.api.errors import StatusError
from simulation.api.wire import to_json
from simulation.api.writes import Writes, Written
from simulation.cluster import Cluster
from simulation.commands import Command, CreateBudget, CreateDeployment, CreateService, Expose, Run
from simulation.kubectl import output
from simulation.kubectl.answer import Answer
from simulation.kubectl.things import ref
from simulation.store import Store

SUFFIX = {"client": " (dry run)", "server": " (server dry run)"}
TYPED = CreateDeployment | CreateService | CreateBudget | Run | Expose
"""Commands whose object kubectl makes itself, from Go's types."""


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


def dry_run(command: Command, how: str, where: str, cluster: Cluster) -> Answer:
    """Raises StatusError as the command itself would."""
    twin = cluster.copy()
    twin.changes = []
    said = [line.removesuffix(" from default namespace") for line in twin.do(command).splitlines()]
    warnings = "".join(f"{line}\n" for line in said if line.startswith("Warning: "))
    if not how:
        lines = [line for line in said if not line.startswith("Warning: ")]
        return Answer("".join(f"{line}{SUFFIX[where]}\n" for line in lines), warnings)
    if where == "client":
        sketch = Sketch(cluster.store)
        command.act(sketch)
        return Answer(_printed(sketch.made, how, isinstance(command, TYPED)), warnings)
    wrote = [new for _, _, new in twin.changes if new is not None]
    return Answer(_printed(wrote, how, isinstance(command, CreateDeployment | CreateService), stored=True), warnings)


def written(command: Command, how: str, store: Store) -> str:
    """What `-o` prints after the command was given: the objects it touched, as they are."""
    sketch = Sketch(store.copy(store.engine))
    with contextlib.suppress(StatusError):  # it was done already: what it made is there, and it says so
        command.act(sketch)
    found = [store.get(type(obj).__name__, obj.metadata.name, obj.metadata.namespace or "default") for obj in sketch.made]
    return _printed([obj for obj in found if obj is not None], how, False)


def _printed(made: list[Any], how: str, typed: bool, stored: bool = False) -> str:
    bodies = [_as_typed(to_json(obj), stored) if typed else to_json(obj) for obj in made]
    if len(made) == 1:
        return output.one(how, bodies[0], ref(made[0]))
    if how.partition("=")[0] == "yaml":
        return "---\n".join(output.one(how, body, "") for body in bodies)
    return "".join(output.one(how, body, ref(obj)) for body, obj in zip(bodies, made, strict=True))


def _as_typed(body: dict[str, Any], stored: bool) -> dict[str, Any]:
    """Go's structs write some zero values that JSON from the server leaves out."""
    meta = {"creationTimestamp": None, **body["metadata"]}
    meta.pop("resourceVersion", None)
    body = {**body, "metadata": meta}
    spec = body.get("spec", {})
    if "template" in spec:
        template = spec["template"]
        inner = {**template["spec"], "containers": [{"resources": {}, **c} for c in template["spec"].get("containers", ())]}
        body["spec"] = {**spec, "template": {"metadata": {"creationTimestamp": None, **template["metadata"]}, "spec": inner}}
    elif "containers" in spec:
        containers = [{"resources": {}, **c} for c in spec["containers"]]
        body["spec"] = {"dnsPolicy": "ClusterFirst", "restartPolicy": "Always", **spec, "containers": containers}
    if stored or "status" not in body:
        body["status"] = {} if body["kind"] != "Service" else {"loadBalancer": {}}
    body["status"] = {"loadBalancer": {}} if body["kind"] == "Service" else {}
    return body
