"""What a client asks of the API server, as commands: they carry the request's body, so a run that kubectl drove plays again byte for byte.

Each is a verb of the API (apiserver/pkg/endpoints/handlers, v1.36). `line` is the kubectl line that sent it, for the log.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from simulation.act import Act, Said
from simulation.api import ownership, schema
from simulation.api.changes import patched, replaced, replaced_status, scaled, without_status
from simulation.api.defaults import default
from simulation.api.errors import bad_request, conflict, go_json, not_found
from simulation.api.eviction import evict
from simulation.api.wire import to_record, undecodable
from simulation.api.writes import NAMESPACE, Writes
from simulation.objects import KINDS, LAST_APPLIED, ObjectMeta, Pod
from simulation.pods import with_condition

TAKEN = ("name", "namespace", "generateName", "labels", "annotations", "ownerReferences", "finalizers")
"""Of a new object's metadata; the rest is the server's."""


class Notes(msgspec.Struct):
    """What is to be said about a request besides its answer."""

    unknown: list[str] = []
    """Fields that the API does not have, by path; they were dropped."""
    warnings: list[str] = []


class Request(Act, frozen=True, kw_only=True):
    """Base of the requests."""

    line: str = ""
    manager: str = ""
    """Who owns what this writes (the query's fieldManager)."""

    def act(self, writes: Writes) -> Said:
        return self.plan(writes, Notes())

    def plan(self, writes: Writes, notes: Notes) -> str:
        """Note the writes; what kubectl would print."""
        raise NotImplementedError

    def kubectl(self) -> str:
        return self.line

    def _signed(self, live: Any, new: Any, writes: Writes) -> Any:
        """The new object, with what changed in it owned by the manager."""
        if not self.manager:
            return new
        kept = new if type(new).__name__ == "Pod" else default(new)
        return ownership.updated(live, kept, self.manager, getattr(self, "subresource", ""), writes.store.seconds)


class Post(Request, frozen=True, tag="post"):
    """Create one object."""

    kind: str
    body: dict[str, Any]
    operation: str = "Update"
    """Apply if this is a server-side apply of something new."""

    def plan(self, writes: Writes, notes: Notes) -> str:
        obj = self._record(notes)
        if self.manager:
            obj = ownership.created(obj, self.body, self.manager, self.operation, writes.store.seconds)
        writes.create(obj)
        return f"{_ref(self.kind, obj.metadata.name)} created"

    def _record(self, notes: Notes) -> Any:
        try:
            clean = schema.clean(self.kind, {key: value for key, value in self.body.items() if key in ("metadata", "spec")}, notes.unknown)
        except schema.Mismatch as error:
            raise undecodable(self.kind, error.text) from None
        meta = clean.get("metadata", {})
        kept = {key: meta[key] for key in TAKEN if key in meta}
        return to_record(self.kind, clean | {"metadata": kept}, notes.warnings)


class Put(Request, frozen=True, tag="put"):
    """Replace one object, or one subresource of it."""

    kind: str
    name: str
    body: dict[str, Any]
    subresource: str = ""

    def plan(self, writes: Writes, notes: Notes) -> str:
        live = writes.get(self.kind, self.name)
        if self.subresource == "scale":
            writes.update(self._signed(live, scaled(live, self.body), writes))
        elif self.subresource == "status":
            writes.update_status(replaced_status(live, self.body, notes.unknown))
        else:
            new = replaced(live, _named(self.body, live), warnings=notes.warnings, unknown=notes.unknown)
            writes.update(self._signed(live, new, writes))
        return f"{_ref(self.kind, self.name)} replaced"


class PatchObject(Request, frozen=True, tag="patch-object"):
    """Patch one object, or one subresource of it. `type` is strategic, merge or json."""

    kind: str
    name: str
    patch: Any
    type: str
    subresource: str = ""
    force: bool = False
    """Whether an apply may take fields from others."""

    def plan(self, writes: Writes, notes: Notes) -> str:
        live = writes.get(self.kind, self.name)
        if self.subresource == "scale":
            writes.update(self._signed(live, scaled(live, self.patch, self.type), writes))
        elif self.subresource == "status":
            writes.update_status(replaced_status(live, self.patch, notes.unknown, self.type))
        elif self.type == "apply":
            writes.update(self._applied(live, writes, notes))
        else:
            new = patched(live, self.patch, self.type, notes.warnings, notes.unknown)
            writes.update(self._signed(live, new, writes) if not self._hands_over(new) else new)
        return f"{_ref(self.kind, self.name)} patched"

    def _applied(self, live: Any, writes: Writes, notes: Notes) -> Any:
        ownership.check_typed(live, self.patch)
        after, entries = ownership.applied(live, self.patch, self.manager, self.force, writes.store.seconds)
        if self.manager == "kubectl" and LAST_APPLIED in live.metadata.annotations:
            # so that applying from the client's side goes on from here (managedfields/internal/lastappliedupdater.go)
            said = go_json({"apiVersion": KINDS[self.kind].api_version, "kind": self.kind} | self.patch) + "\n"
            meta = after["metadata"]
            after = after | {"metadata": meta | {"annotations": meta["annotations"] | {LAST_APPLIED: said}}}
        new = replaced(live, without_status(after), warnings=notes.warnings, unknown=notes.unknown)
        new = default(new) if self.kind != "Pod" else new
        if new == live and len(entries) == len(live.metadata.managed_fields) and entries == list(live.metadata.managed_fields):
            return live
        return replace(new, metadata=replace(new.metadata, managed_fields=tuple(entries)))

    def _hands_over(self, new: Any) -> bool:
        """Whether the patch is about who owns what: kubectl moves its own fields from one way of applying to the other."""
        return self.type == "json" and any(str(op.get("path", "")).startswith("/metadata/managedFields") for op in self.patch)


class DeleteObjects(Request, frozen=True, tag="delete-objects"):
    """Delete one object, or all that selectors have picked."""

    kind: str
    names: tuple[str, ...]
    grace_period_seconds: int | None = None
    propagation: str = "Background"
    uid: str = ""
    resource_version: str = ""

    def plan(self, writes: Writes, notes: Notes) -> str:
        for name in self.names:
            self._check(writes.get(self.kind, name).metadata)
            writes.delete(self.kind, name, self.grace_period_seconds, self.propagation)
        return "\n".join(f"{_ref(self.kind, name)} deleted" for name in self.names)

    def _check(self, meta: ObjectMeta) -> None:
        """storage.Preconditions."""
        for what, wanted, have in (("UID", self.uid, meta.uid), ("ResourceVersion", self.resource_version, meta.resource_version)):
            if wanted and wanted != have:
                said = f"the {what} in the precondition ({wanted}) does not match the {what} in record ({have}). "
                raise conflict(self.kind, meta.name, f"{said}The object might have been deleted and then recreated")


class Evict(Request, frozen=True, tag="evict"):
    """The eviction subresource of a pod."""

    name: str
    grace_period_seconds: int | None = None

    def plan(self, writes: Writes, notes: Notes) -> str:
        writes.get("Pod", self.name)
        writes.then(lambda store: self._evict(store))
        return f"pod/{self.name} evicted"

    def _evict(self, store: Any) -> None:
        evict(store, store.get("Pod", self.name, NAMESPACE), self.grace_period_seconds)


class Bind(Request, frozen=True, tag="bind"):
    """The binding subresource of a pod: what a scheduler does."""

    name: str
    node: str

    def plan(self, writes: Writes, notes: Notes) -> str:
        pod: Pod = writes.get("Pod", self.name)
        if pod.spec.node_name:
            said = f"pod {self.name} is already assigned to node {pod.spec.node_name!r}".replace("'", '"')
            raise conflict("Pod", self.name, said)
        if pod.metadata.deletion_timestamp is not None:
            raise conflict("Pod", self.name, f"pod {self.name} is being deleted, cannot be assigned to a host")
        if writes.find("Node", self.node) is None:
            raise not_found("Node", self.node)
        bound = replace(pod, spec=replace(pod.spec, node_name=self.node))
        writes.update_status(with_condition(bound, "PodScheduled", "True", writes.store.seconds))
        return f"pod/{self.name} bound"


def _named(body: dict[str, Any], live: Any) -> dict[str, Any]:
    """A client may leave the name and namespace to the URL."""
    meta = body.get("metadata")
    if meta is not None and not isinstance(meta, dict):
        raise bad_request("metadata must be a mapping")
    meta = {"name": live.metadata.name, "namespace": live.metadata.namespace} | {k: v for k, v in (meta or {}).items() if v}
    return body | {"metadata": meta}


def _ref(kind: str, name: str) -> str:
    row = KINDS[kind]
    return f"{row.singular}.{row.group}/{name}" if row.group else f"{row.singular}/{name}"
