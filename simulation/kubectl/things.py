"""What there is to read: every kind that kubectl can get here, its objects in the API server's order, its JSON, its row.

One place for stored kinds (`objects.KINDS`) and those read off others (`api/derived.py`).
"""

import difflib
from typing import Any

from simulation.api import columns
from simulation.api.derived import derived
from simulation.api.encoded import with_node_info
from simulation.api.errors import StatusError, UsageError, go_quote
from simulation.api.resources import BY_KIND, COLUMNS, Resource
from simulation.api.wire import to_json
from simulation.kubectl.resources import ALL
from simulation.objects import KINDS, Time
from simulation.store import Store

READABLE: dict[str, Resource] = BY_KIND

WITHOUT = {
    "statefulsets": "sts", "daemonsets": "ds", "jobs": "job", "cronjobs": "cj", "configmaps": "cm", "secrets": "secret",
    "ingresses": "ing", "horizontalpodautoscalers": "hpa", "persistentvolumeclaims": "pvc", "persistentvolumes": "pv",
    "serviceaccounts": "sa", "replicationcontrollers": "rc", "networkpolicies": "netpol", "storageclasses": "sc",
}  # fmt: skip
"""Kinds of a real cluster that a desk does not have."""


class UnknownKind(UsageError):
    """kubectl's own sentence; `near` is the kind that may have been meant, "" if none, and `real` whether a real cluster has it."""

    def __init__(self, word: str) -> None:
        super().__init__(f"the server doesn't have a resource type {go_quote(word.partition('.')[0])}")
        plural = word.lower().partition(".")[0]
        self.real = any(plural in (name, name.removesuffix("s"), name.removesuffix("es"), short) for name, short in WITHOUT.items())
        close = difflib.get_close_matches(plural, words(), n=1, cutoff=0.6)
        self.near = close[0] if close and not self.real else ""


def words() -> list[str]:
    """Every word that names a kind."""
    return [word for row in READABLE.values() for word in (row.plural, row.singular, *row.short)]


def kinds_named(text: str) -> list[str]:
    """The kinds that `pods`, `deploy,rs` or `all` mean. Raises UnknownKind."""
    found = [kind for word in text.split(",") for kind in (ALL if word == "all" else (_kind(word),))]
    return list(dict.fromkeys(found))


def _kind(word: str) -> str:
    name, _, group = word.lower().partition(".")
    for row in READABLE.values():
        groups = ("", row.group, f"{row.api_version.rpartition('/')[2]}.{row.group}")
        if name in (row.plural, row.singular, *row.short) and group in groups:
            return row.kind
    raise UnknownKind(word)


def listed(store: Store, kind: str, namespace: str | None = None) -> list[Any]:
    """All objects in the order in which the API server lists them: by namespace and name."""
    found = store.list(kind) if kind in KINDS else derived(store, kind)
    there = [obj for obj in found if namespace is None or not READABLE[kind].namespaced or obj.metadata.namespace == namespace]
    return sorted(there, key=lambda obj: (obj.metadata.namespace, obj.metadata.name))


def named(store: Store, kind: str, name: str, namespace: str) -> Any:
    """One object. Raises the API's 404."""
    if kind in KINDS and kind != "Event":
        obj = store.get(kind, name, namespace if READABLE[kind].namespaced else "")
    else:
        obj = next((obj for obj in listed(store, kind, namespace) if obj.metadata.name == name), None)
    if obj is not None:
        return obj
    if READABLE[kind].namespaced and namespace not in {ns.metadata.name for ns in derived(store, "Namespace")}:
        raise StatusError(404, "NotFound", f'namespaces "{namespace}" not found', name=namespace)
    raise StatusError(404, "NotFound", f'{READABLE[kind].resource} "{name}" not found', name=name)


def as_json(obj: Any) -> dict[str, Any]:
    return with_node_info(to_json(obj))


def ref(obj: Any) -> str:
    """kind.group/name, as kubectl's NamePrinter writes it."""
    return f"{READABLE[type(obj).__name__].shown}/{obj.metadata.name}"


def headers(kind: str, wide: bool) -> tuple[str, ...]:
    return tuple(name.upper() for name, _, priority in COLUMNS[kind] if wide or not priority)


def cells(obj: Any, now: Time, wide: bool) -> list[str]:
    return [str(cell) for cell in columns.row(obj, now, wide)]
