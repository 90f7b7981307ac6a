"""All of a desk at one simulated moment, every object in its Kubernetes JSON form.

The objects are immutable, so they are gathered on the event loop in one piece and written out in a thread.
"""

import asyncio

import msgspec

from rollviz.rooms.room import Room
from simulation.api.wire import to_json

RECENT = 200
"""How many of the last events and ledger entries are given."""

LISTS = {
    "deployments": "Deployment",
    "replicasets": "ReplicaSet",
    "pods": "Pod",
    "services": "Service",
    "endpointslices": "EndpointSlice",
    "nodes": "Node",
}


async def state_json(room: Room) -> bytes:
    cluster = room.recording.cluster
    moment = {"time": room.now / 1000, "paused": room.clock.paused, "speed": room.clock.speed}
    objects = {name: list(cluster.store.list(kind)) for name, kind in LISTS.items()}
    objects["events"] = sorted(cluster.store.list("Event"), key=_last_seen)[-RECENT:]
    ledger = list(cluster.ledger.entries)[-RECENT:]
    return await asyncio.to_thread(_encode, moment, objects, ledger)


def _last_seen(event) -> int:
    series = event.series.last_observed_time if event.series else None
    return series or event.last_timestamp or event.event_time or event.first_timestamp or 0


def _encode(moment: dict, objects: dict, ledger: list) -> bytes:
    lists = {name: [to_json(item) for item in items] for name, items in objects.items()}
    return msgspec.json.encode({**moment, **lists, "ledger": [entry.to_json() for entry in ledger]})
