"""All of a desk at one simulated moment, every object in its Kubernetes JSON form.

The objects are immutable, so they are gathered on the event loop in one piece and written out in a thread.
"""

import asyncio

import msgspec

from rollviz.desk.takes import Take
from rollviz.rooms.room import Room
from simulation.api.wire import to_json
from simulation.recording import Recording

RECENT = 200
"""How many of the last events and ledger entries are given."""

LISTS = {
    "deployments": "Deployment",
    "replicasets": "ReplicaSet",
    "pods": "Pod",
    "services": "Service",
    "endpointslices": "EndpointSlice",
    "nodes": "Node",
    "poddisruptionbudgets": "PodDisruptionBudget",
}


async def state_json(room: Room, recording: Recording) -> bytes:
    """The recording at its playhead, and how the room plays it."""
    cluster = recording.cluster
    moment = {"time": recording.now / 1000, "paused": room.clock.paused, "speed": room.clock.speed}
    moment |= {"end": recording.end / 1000, "take": room.takes.number, "takes": [_take(take) for take in room.takes.shown]}
    objects = {name: list(cluster.store.list(kind)) for name, kind in LISTS.items()}
    objects["events"] = sorted(cluster.store.list("Event"), key=_last_seen)[-RECENT:]
    ledger = list(cluster.ledger.entries)[-RECENT:]
    return await asyncio.to_thread(_encode, moment, objects, ledger)


def _take(take: Take) -> dict:
    return {"take": take.number, "leaves": take.parent, "from": take.from_ms / 1000, "commands": len(take.times), "said": take.said}


def _last_seen(event) -> int:
    series = event.series.last_observed_time if event.series else None
    return series or event.last_timestamp or event.event_time or event.first_timestamp or 0


def _encode(moment: dict, objects: dict, ledger: list) -> bytes:
    lists = {name: [to_json(item) for item in items] for name, items in objects.items()}
    return msgspec.json.encode({**moment, **lists, "ledger": [entry.to_json() for entry in ledger]})
