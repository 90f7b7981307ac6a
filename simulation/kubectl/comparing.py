"""`kubectl diff`: the live objects beside what applying a text would make of them. Models kubectl/pkg/cmd/diff/diff.go (v1.33)."""

import difflib
from typing import Any

from simulation.api.documents import read_all, write_sorted
from simulation.api.wire import kind_of, to_json
from simulation.cluster import Cluster
from simulation.commands import Apply
from simulation.kubectl.answer import Answer
from simulation.objects import KINDS, LAST_APPLIED


def diff(text: str, cluster: Cluster) -> Answer:
    """`kubectl diff -f`: the live objects beside what applying the text would make of them. Exit code 1 if they differ."""
    twin = cluster.copy()
    wanted = [(kind_of(d.value), (d.value.get("metadata") or {}).get("name", "")) for d in read_all(text)]
    said = [line for line in twin.do(Apply(text, "warn")).splitlines() if line.startswith("Warning: ")]
    found = {}
    for kind, name in wanted:
        before, after = (one.store.get(kind, name, "" if kind == "Node" else "default") for one in (cluster, twin))
        file = f"{KINDS[kind].api_version.replace('/', '.')}.{kind}.default.{name}"
        old, new = (_yaml(obj, before).splitlines(keepends=True) for obj in (before, after))
        found[file] = "".join(difflib.unified_diff(old, new, f"/tmp/LIVE/{file}", f"/tmp/MERGED/{file}"))
    out = [f"diff -u -N /tmp/LIVE/{file} /tmp/MERGED/{file}\n{found[file]}" for file in sorted(found) if found[file]]
    return Answer("".join(out), "".join(f"{line}\n" for line in said), 1 if out else 0)


def _yaml(obj: Any, before: Any) -> str:
    """What a diff shows: the notes of apply itself are the live object's, and so is the version of a write that never happens."""
    if obj is None:
        return ""
    body = to_json(obj)
    notes = {key: value for key, value in body["metadata"].get("annotations", {}).items() if key != LAST_APPLIED}
    version = {}
    if before is not None:
        last = before.metadata.annotations.get(LAST_APPLIED)
        notes |= {LAST_APPLIED: last} if last is not None else {}
        version = {"resourceVersion": before.metadata.resource_version}
    kept = {key: value for key, value in body["metadata"].items() if key not in ("annotations", "resourceVersion")}
    return write_sorted({**body, "metadata": kept | version | ({"annotations": notes} if notes else {})})
