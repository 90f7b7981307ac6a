"""What takes manifests or patches: create -f, apply, patch. Models staging/src/k8s.io/kubectl/pkg/cmd/apply and patch (v1.36)."""

import shlex
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from simulation.act import Act, Said
from simulation.api import patch as patching
from simulation.api.changes import bare, invalid_patch, patched, replaced, replaced_status, scaled, without_status
from simulation.api.documents import read, read_all
from simulation.api.errors import StatusError, UsageError, bad_request, go_json, go_quote
from simulation.api.wire import from_manifest, kind_of, strict_error
from simulation.api.writes import NAMESPACE, Writes, check_namespace
from simulation.commands.wording import MAX_COMMANDS, named, ref_of, text_of
from simulation.objects import KINDS, LAST_APPLIED

MISSING_ANNOTATION = (
    "Warning: resource {resource}/{name} is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required "
    "by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or "
    "kubectl apply. The missing annotation will be patched automatically."
)


class Create(Act, frozen=True, tag="create"):
    """`kubectl create -f`: the objects of a manifest, of several documents if need be."""

    manifest: str
    validate: str = ""
    """As in Apply."""

    def act(self, writes: Writes) -> Said:
        warnings: list[str] = []
        written = []
        for body in _documents(self.manifest):
            obj = _checked(body, warnings, self.validate)
            written.append(writes.create(obj))
        return lambda: text_of([*warned(warnings), *(f"{ref_of(w.obj)} created" for w in written)])

    def kubectl(self) -> str:
        return "create -f -"


class Apply(Act, frozen=True, tag="apply"):
    """`kubectl apply -f`: make what is missing, merge the rest with what was applied before.

    With `validate`, which is kubectl's --validate (strict, warn or ignore), it is the API server that finds fields that there are not;
    without, they are refused before anything is compared.
    """

    manifest: str
    validate: str = ""

    def act(self, writes: Writes) -> Said:
        warnings: list[str] = []
        said = []
        for body in _documents(self.manifest):
            said.append(_apply_one(writes, body, warnings, self.validate))
        return text_of([*warned(warnings), *said])

    def kubectl(self) -> str:
        return "apply -f -"


class Patch(Act, frozen=True, tag="patch"):
    """`kubectl patch`. `patch` is JSON or YAML, `type` is strategic, merge or json."""

    kind: str
    name: str
    patch: str
    type: str = "strategic"
    subresource: str = ""

    def act(self, writes: Writes) -> Said:
        body = self._read()
        live = writes.get(self.kind, self.name)
        warnings: list[str] = []
        changed = self._write(writes, live, body, warnings)
        ref = f"scale.autoscaling/{self.name}" if self.subresource == "scale" else ref_of(live)
        return text_of([*warned(warnings), f"{ref} patched{'' if changed else ' (no change)'}"])

    def _write(self, writes: Writes, live: Any, body: Any, warnings: list[str]) -> bool:
        """Whether anything changes."""
        if self.subresource == "scale":
            return writes.update(scaled(live, body, self.type))
        if self.subresource == "status":
            new = replaced_status(live, body, [], self.type)
            writes.update_status(new)
            return new != live
        if self.subresource:
            raise StatusError(404, "NotFound", "the server could not find the requested resource")
        return writes.update(patched(live, body, self.type, warnings))

    def _read(self) -> Any:
        try:
            body = read(self.patch)
        except StatusError as error:
            raise UsageError(f"unable to parse {go_quote(self.patch)}: {error.message}") from None
        wanted = list if self.type == "json" else dict
        if not isinstance(body, wanted):
            raise UsageError(
                f"unable to parse {go_quote(self.patch)}: a {self.type} patch is {'a list' if wanted is list else 'a mapping'}"
            )
        return body

    def kubectl(self) -> str:
        flags = [] if self.type == "strategic" else [f"--type={self.type}"]
        flags += [f"--subresource={self.subresource}"] if self.subresource else []
        return shlex.join(["patch", *named(self.kind, self.name), *flags, "-p", self.patch])


def _documents(manifest: str) -> list[dict]:
    """The objects of a manifest; a List stands for its items."""
    bodies = []
    for document in read_all(manifest):
        body = document.value
        if isinstance(body, dict) and body.get("kind") == "List" and isinstance(body.get("items"), list):
            bodies += body["items"]
        else:
            bodies.append(body)
    if not bodies:
        raise bad_request("no objects passed: the manifest is empty")
    if len(bodies) > MAX_COMMANDS:
        raise bad_request(f"at most {MAX_COMMANDS} objects fit into one manifest, these are {len(bodies)}")
    return bodies


def _apply_one(writes: Writes, body: Any, warnings: list[str], validate: str) -> str:
    kind = kind_of(body)
    obj = from_manifest(body, warnings) if not validate else None
    meta = body.get("metadata") if isinstance(body.get("metadata"), dict) else {}
    name = meta.get("name")
    if not isinstance(name, str) or not name:
        raise UsageError(
            f"from {meta['generateName']}: cannot use generate name with apply"
            if meta.get("generateName")
            else "resource name may not be empty"
        )
    check_namespace(meta.get("namespace") or NAMESPACE)
    sent, last = _remembered(body)
    live = writes.find(kind, name)
    if live is None:
        obj = obj if obj is not None else _checked(body, warnings, validate)
        annotations = obj.metadata.annotations | {LAST_APPLIED: last}
        writes.create(replace(obj, metadata=replace(obj.metadata, annotations=annotations)))
        return f"{ref_of(obj)} created"
    before = live.metadata.annotations.get(LAST_APPLIED)
    if before is None:
        warnings.append(MISSING_ANNOTATION.format(resource=KINDS[kind].plural, name=name).removeprefix("Warning: "))
    annotations = {**(sent["metadata"].get("annotations") or {}), LAST_APPLIED: last}
    new = without_status({**sent, "metadata": {**sent["metadata"], "annotations": annotations}})
    changed = writes.update(_merged(live, without_status(_decoded(before)), new, warnings, validate))
    return f"{ref_of(live)} {'configured' if changed else 'unchanged'}"


def _checked(body: Any, warnings: list[str], validate: str) -> Any:
    """The record of a manifest, as --validate wants it."""
    unknown: list[str] = []
    obj = from_manifest(body, warnings, unknown if validate in ("warn", "ignore") else None)
    warnings += [f'unknown field "{path}"' for path in unknown] if validate == "warn" else []
    return obj


def _merged(live: Any, last: dict, new: dict, warnings: list[str], validate: str) -> Any:
    kind, have = type(live).__name__, bare(live)
    merged = patching.three_way(kind, last, new, have)
    if not validate:
        return replaced(live, merged, strict=True)
    patch = patching.difference(kind, last, new, have)
    unknown: list[str] = []
    obj = replaced(live, merged, warnings=warnings, patch=(patch, "strategic"), unknown=unknown)
    if unknown and validate == "strict":
        raise invalid_patch(live, patch, "strategic", strict_error(unknown))
    warnings += [f'unknown field "{path}"' for path in unknown] if validate == "warn" else []
    return obj


def _remembered(body: dict) -> tuple[dict, str]:
    """The manifest as kubectl sends it, and the text it remembers it by (util.GetModifiedConfiguration)."""
    meta = {**body["metadata"], "namespace": NAMESPACE}
    annotations = {key: value for key, value in (meta.get("annotations") or {}).items() if key != LAST_APPLIED}
    body = {**body, "metadata": {**meta, "annotations": annotations}}
    return body, go_json(body) + "\n"


def _decoded(text: str | None) -> dict:
    try:
        value = read(text or "")
    except StatusError:
        return {}
    return value if isinstance(value, dict) else {}


def warned(warnings: Iterable[str]) -> list[str]:
    return [f"Warning: {said}" for said in dict.fromkeys(warnings)]
