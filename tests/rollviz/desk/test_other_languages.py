"""A desk in German says nothing in English."""

import json

import pytest

from rollviz.desk.picture import Picture
from rollviz.desk.render import message
from simulation.commands import Apply
from tests.rollviz.desk.desks import MISSING, NEXT, Watched, web
from tests.rollviz.reading import texts, untranslated

SPOKEN = ("say", "dl", "does", "why")
"""What moves is read under these keys, and in the outline's nodes."""
WHOLE = """patch deployment web -p '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":2}}}}'"""
RECREATE = """patch deployment web -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'"""
ALWAYS = """patch deployment web -p '{"spec":{"progressDeadlineSeconds":null}}'"""
SET = """apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1.0"}]}}
"""


def by_hand() -> Watched:
    desk = Watched()
    desk.recording.do(Apply(SET))
    return desk.run(3)


DESKS = {
    "nothing yet": Watched,
    "a rollout that hangs": lambda: web().do(MISSING).run(20),
    "after its deadline": lambda: web().do(MISSING).run(700),
    "paused": lambda: web().do(NEXT).run(3).do("rollout pause deployment/web").run(1),
    "pods that nobody counts": lambda: web(3).do("run alone --image=web:1.0").run(1),
    "a set of its own": lambda: web(3).do("delete deployment web --cascade=orphan").run(1),
    "a set by hand": by_hand,
    "a set at zero": lambda: web(3).do("scale deployment/web --replicas=0").run(1),
    "a node that is off": lambda: web(4).do("# node-2: power off").run(5),
    "a node that is lost": lambda: web(4).do("# node-2: power off", "cordon node-3").run(70),
    "a node that is drained": lambda: web(4).do("drain node-2 --ignore-daemonsets").run(0.5),
    "no node at all": lambda: web(4).do("delete node node-1", *(f"cordon node-{n}" for n in (2, 3, 4)), NEXT).run(5),
    "whole numbers": lambda: web(4).do(WHOLE),
    "no deadline": lambda: web(4).do(ALWAYS),
    "Recreate": lambda: web(4).do(RECREATE, NEXT).run(0.5),
    "more than fits": lambda: web(3).do("scale deployment/web --replicas=60").run(20),
}


def read_of(picture: Picture, language: str) -> set[str]:
    """Every text that somebody reads or hears, as it stands."""
    frame, html = message(None, picture, 1, language)
    state = json.loads(frame)["s"]
    return texts(html) | {*state["outline"]["nodes"].values(), *_spoken(state)}


def _spoken(tree: dict) -> list[str]:
    inner = [text for value in tree.values() if isinstance(value, dict) for text in _spoken(value)]
    return [*inner, *(tree[key] for key in SPOKEN if isinstance(tree.get(key), str))]


def names_in(desk: Watched) -> set[str]:
    store = desk.recording.cluster.store
    objects = [obj for kind in ("Pod", "ReplicaSet", "Node", "Deployment", "Service") for obj in store.list(kind)]
    names = [*(obj.metadata.name for obj in objects), *store.machines, desk.recording.scenario.title]
    return {part for name in names for part in (name, name.rpartition("-")[2])}


@pytest.mark.parametrize("made", DESKS.values(), ids=DESKS)
def test_nothing_is_said_in_english_on_a_german_desk(made):
    desk = made()
    assert untranslated(read_of(desk.look(), "de"), read_of(desk.look(), "en"), names_in(desk)) == set()
