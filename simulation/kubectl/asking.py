"""Flags that all reading verbs share, and which objects their words pick.

Models cli-runtime/pkg/resource/builder.go and the server's selectors (v1.33).
"""

import re
from typing import Any

import msgspec

from simulation.api import selectors
from simulation.api.derived import DEPRECATED
from simulation.api.errors import StatusError, UsageError, bad_request, go_quote
from simulation.api.writes import NAMESPACE
from simulation.kubectl.flags import Parsed
from simulation.kubectl.things import READABLE, UnknownKind, as_json, kinds_named, listed, named
from simulation.store import Store

FIELDS = {
    "Pod": (
        *("spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork"),
        *("status.phase", "status.podIP", "status.nominatedNodeName"),
    ),
    "Event": (
        *("involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion"),
        *("involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type"),
    ),
    "Node": ("spec.unschedulable",),
    "ReplicaSet": ("status.replicas",),
    "Service": ("spec.clusterIP", "spec.type"),
    "Namespace": ("status.phase",),
}
"""Fields a field selector may ask for, beside metadata.name and metadata.namespace (pkg/apis/core/v1/conversion.go)."""


WRONG = "unable to parse requirement: "
EVENTS_TOO = "events.events.k8s.io"


class Asked(msgspec.Struct, frozen=True):
    """What a reading line asks for: kinds with names, or kinds with selectors."""

    targets: tuple[tuple[str, str], ...]
    """(kind, name); "" for all of the kind."""
    namespace: str | None
    """None for all of them."""
    selector: selectors.Selector = selectors.Selector()
    fields: tuple[tuple[str, str, bool], ...] = ()
    """(field, value, must be equal)"""
    warnings: tuple[str, ...] = ()
    """What the API says first of the kinds that were asked for."""

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(kind for kind, _ in self.targets))

    @property
    def by_name(self) -> bool:
        return any(name for _, name in self.targets)

    def picks(self, obj: Any) -> bool:
        """Does an object belong to what is listed?"""
        if not self.selector.matches(obj.metadata.labels):
            return False
        if not self.fields:
            return True
        body = as_json(obj)
        return all((_field(body, path) == value) is equal for path, value, equal in self.fields)

    def objects(self, store: Store, kind: str) -> list[Any]:
        """All of a kind that it picks."""
        return [obj for obj in listed(store, kind, self.namespace) if self.picks(obj)]


def namespace_of(parsed: Parsed) -> str | None:
    return None if parsed.true("all-namespaces") else parsed.text("namespace") or NAMESPACE


def asked(parsed: Parsed, missing: UsageError) -> Asked:
    """Raises UsageError, StatusError."""
    args, namespace = parsed.args, namespace_of(parsed)
    if not args:
        raise missing
    targets = _slashed(args) if any("/" in arg for arg in args) else _spaced(args)
    picking = parsed.text("selector") or parsed.text("field-selector")
    if any(name for _, name in targets):
        if picking and len({kind for kind, _ in targets}) > 1:
            raise UsageError("selectors and the all flag cannot be used when passing resource/name arguments")
        if picking:
            raise UsageError("name cannot be provided when a selector is specified")
        if namespace is None and any(READABLE[kind].namespaced for kind, _ in targets):
            raise UsageError("a resource cannot be retrieved by name across all namespaces")
    kinds = list(dict.fromkeys(kind for kind, _ in targets))
    selector, fields = _selecting(kinds, parsed.text("selector"), parsed.text("field-selector"))
    warnings = [f"Warning: {DEPRECATED}"] if "Endpoints" in kinds else []
    return Asked(tuple(targets), namespace, selector, fields, (*warnings, *_ambiguous(args)))


def _selecting(kinds: list[str], labels: str, text: str) -> tuple[selectors.Selector, tuple[tuple[str, str, bool], ...]]:
    """What a label selector and a field selector mean. Raises the API's 400 as kubectl adds to it."""
    row = READABLE[kinds[0]]
    for kind in kinds:
        row = READABLE[kind]
        about = f'Unable to find "{row.group}/{row.version}, Resource={row.plural}" that match label selector {go_quote(labels)}, '
        about += f"field selector {go_quote(text)}: "
        try:
            selector = selectors.parse(labels)
        except selectors.ParseError as error:
            said = str(error)
            raise bad_request(f"{about}{'' if said.startswith(WRONG) else WRONG}{said}") from None
        fields = _fields(text, about)
        for field, _, _ in fields:
            if field not in ("metadata.name", "metadata.namespace", *FIELDS.get(kind, ())):
                raise bad_request(f"{about}field label not supported: {field}")
    return selector, fields


def _ambiguous(args: list[str]) -> list[str]:
    words = {word for arg in args[:1] for word in arg.partition("/")[0].split(",")}
    return [f'Warning: short name "ev" could also match lower priority resource {EVENTS_TOO}'] if "ev" in words else []


def find(store: Store, question: Asked) -> tuple[list[Any], list[StatusError]]:
    """The objects in the order of the words, and what was not found."""
    found, errors = [], []
    for kind, name in question.targets:
        if not name:
            found += question.objects(store, kind)
            continue
        try:
            found.append(named(store, kind, name, question.namespace or NAMESPACE))
        except StatusError as error:
            errors.append(error)
    return found, errors


def _slashed(args: list[str]) -> list[tuple[str, str]]:
    found = []
    for arg in args:
        kind, slash, name = arg.partition("/")
        if not slash:
            raise UsageError(
                "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form "
                "(e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'"
            )
        if "/" in name:
            raise UsageError("arguments in resource/name form may not have more than one slash")
        if not kind or not name or "," in kind:
            raise UsageError("arguments in resource/name form must have a single resource and name")
        if kind == "all":
            raise UnknownKind(kind)
        found += [(one, name) for one in kinds_named(kind)]
    return found


def _spaced(args: list[str]) -> list[tuple[str, str]]:
    kinds = kinds_named(args[0])
    if args[0] == "all" and args[1:]:
        raise UsageError("you must specify only one resource")
    return [(kind, name) for kind in kinds for name in args[1:]] or [(kind, "") for kind in kinds]


def _fields(text: str, about: str) -> tuple[tuple[str, str, bool], ...]:
    found = []
    for part in text.split(",") if text else []:
        match = re.fullmatch(r"\s*([^=!\s]+)\s*(==|!=|=)(.*)", part)
        if match is None:
            raise bad_request(f"{about}invalid selector: {go_quote(text)}; can't understand {go_quote(part)}")
        found.append((match[1], match[3].strip(), match[2] != "!="))
    return tuple(found)


def _field(body: Any, path: str) -> str:
    if path == "source":
        return body.get("source", {}).get("component") or body.get("reportingComponent", "")
    for part in path.split("."):
        body = body.get(part) if isinstance(body, dict) else None
    return (
        {True: "true", False: "false", None: ""}.get(body, str(body)) if not isinstance(body, int) or isinstance(body, bool) else str(body)
    )
