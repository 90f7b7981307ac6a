"""Nodes that stop, return, are drained or deleted: the recorded timelines of the real controllers, replayed.

Compared is, for every node, pod, endpoint and event source by itself, what happened in which order and when; of counts what they were
whenever nothing had moved for half a second; and that no two things that were more than that apart come in the other order.
"""

from typing import Any

import pytest

from tests.simulation.timelines import Entry, play, read, recorded

CLOSE_S = 1.1
"""How far from the recorded time something may happen; the monitor's own period is 5 s. The 1 s are retries of the endpoint controller
after a lost race, and 0.7 s a drain whose eviction met a conflict; all else is within 0.14 s."""
QUIET_S = 0.5

COUNTED = ("deployment status", "replicaset status")
RACES = {
    "FailedToUpdateEndpointSlices": "two watches seen in the other order for some ms, repaired at the next sync",
}
"""Recorded events that are no rule but the outcome of a race inside the real controllers."""

SWAPPED_1_2 = {"node-1": "node-2", "node-2": "node-1", **{f"n{a}-p{i}": f"n{b}-p{i}" for a, b in ((1, 2), (2, 1)) for i in (1, 2, 3, 4)}}
RENAMED = {
    # which of two nodes found silent in one pass is served first is a race between eight workers; here it is the older one
    "D2": SWAPPED_1_2,
    "H": SWAPPED_1_2,
    # two nodes with equally few pods: the real scheduler throws dice, ours takes the first name
    "F": {"n4-p3 to node-4": "n1-p5 to node-1", "n4-p3": "n1-p5"},
}
SEEDS = {"F": 6}
"""Drain asks in the order of the pods' random names: with this seed it is the recorded one."""


@pytest.fixture
def both(request, monkeypatch) -> tuple[list[Entry], list[Entry]]:
    name = request.param
    recording = read(name)
    want = recorded(recording, RENAMED.get(name, {}))
    return want, play(recording, want, monkeypatch, SEEDS.get(name, 1))


TIMELINES = pytest.mark.parametrize("both", ["A", "B", "B2", "B3", "C", "D", "D2", "D4", "E2", "E3", "E4", "F", "G", "H"], indirect=True)


@TIMELINES
def test_the_same_happens_in_the_same_order_at_the_same_time(both):
    want, got = (streams(entries) for entries in both)
    assert sorted(want) == sorted(got)
    for name, entries in want.items():
        assert [what for _, what in got[name]] == [what for _, what in entries], name
        for (t, what), (at, _) in zip(entries, got[name], strict=True):
            assert abs(at - t) <= CLOSE_S, (name, what, t, at)


@TIMELINES
def test_what_came_later_comes_later(both):
    want, got = (streams(entries) for entries in both)
    pairs = [(t, at, name) for name in want for (t, _), (at, _) in zip(want[name], got[name], strict=True)]
    pairs.sort()
    latest = 0.0
    for i, (t, at, name) in enumerate(pairs):
        done = [other for before, other, _ in pairs[:i] if before < t - QUIET_S]
        latest = max([latest, *done])
        assert at >= latest, (name, t, at, latest)


def streams(entries: list[Entry]) -> dict[str, list[tuple[float, Any]]]:
    """What happened to each thing, in order, with its times."""
    found: dict[str, list[tuple[float, Any]]] = {}
    for entry in entries:
        stream = stream_of(entry)
        if stream is None:
            continue
        dropped = ("t", "was", "by", "played", "name", "node", "pod", "command")
        what = tuple(sorted((key, value) for key, value in entry.items() if key not in dropped and not (key == "count" and value == 1)))
        found.setdefault(stream, []).append((entry["t"], what))
    for stream, seen in found.items():
        if stream in COUNTED:
            settled = [seen[i] for i in range(len(seen)) if i + 1 == len(seen) or seen[i + 1][0] - seen[i][0] > QUIET_S]
            found[stream] = [settled[i] for i in range(len(settled)) if not i or settled[i][1] != settled[i - 1][1]]
        elif stream.endswith("conditions") or stream.startswith("kubectl"):
            found[stream] = sorted_at_once(seen)
    return found


def sorted_at_once(seen: list[tuple[float, Any]]) -> list[tuple[float, Any]]:
    """What comes at once comes in any order: the four conditions of a node, the lines of a drain's goroutines."""
    groups: list[list[tuple[float, Any]]] = []
    for moment in seen:
        if groups and moment[0] - groups[-1][-1][0] <= 1.2 * QUIET_S:
            groups[-1].append(moment)
        else:
            groups.append([moment])
    return [(group[0][0], what) for group in groups for what in sorted((what for _, what in group), key=str)]


def stream_of(entry: Entry) -> str | None:
    what = entry["what"]
    if what == "action" or entry.get("reason") in RACES or entry.get("gracePeriodSeconds") == 0:
        return None  # a deletion without grace is seen only as the pod's end
    if what in COUNTED:
        return what
    if what == "event":
        return f"events of {entry['component']} about {entry['kind']} {entry['name']}"
    if what == "kubectl output":
        return f"kubectl {entry['command']}"
    if what in ("node condition", "deployment condition", "pod condition"):
        return f"{entry.get('node') or entry.get('pod') or entry['name']} conditions"
    kind = what.split()[0]
    return f"{kind} {entry.get('pod') or entry['node']}"
