"""A desk in German says nothing in English, and what moves says the same numbers in every language."""

import json
import re
from html import unescape

import pytest

from rollviz.desk.picture import Picture
from rollviz.desk.render import message
from tests.rollviz.desk.desks import MISSING, NEXT, Watched, web

AS_TYPED = re.compile(r"<code\b.*?</code>|<button class=\"mark\".*?</button>", re.S)
TAG = re.compile(r"<[a-z/](?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.S)
READ = re.compile(r'\s(?:aria-label|aria-valuetext|title)="([^"]*)"')
WORD = re.compile(r"[^\W\d_]{2,}")
SPOKEN = ("say", "dl", "does", "why")
"""What moves is read under these keys, and in the outline's nodes."""
KUBERNETES = {"Deployment", "Service", "ReplicaSet", "Ready", "NotReady", "Recreate", "maxSurge", "maxUnavailable", "minReadySeconds"}
KUBERNETES |= {"cordon", "uncordon", "drain", "pod-template-hash", "web", "alone", "max", "rollout undo", "target", "Pods", "ms"}

DESKS = {
    "a rollout that hangs": lambda: web().do(MISSING).run(20),
    "after its deadline": lambda: web().do(MISSING).run(700),
    "paused": lambda: web().do(NEXT).run(3).do("rollout pause deployment/web").run(1),
    "pods that nobody counts": lambda: web(3).do("run alone --image=web:1.0").run(1),
    "a set of its own": lambda: web(3).do("delete deployment web --cascade=orphan").run(1),
    "a node that is off": lambda: web(4).do("# node-2: power off").run(5),
    "a node that is lost": lambda: web(4).do("# node-2: power off", "cordon node-3").run(70),
    "whole numbers": lambda: web(4).do("""patch deployment web -p '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1}}}}'"""),
    "Recreate": lambda: web(4).do("""patch deployment web -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'"""),
    "more than fits": lambda: web(3).do("scale deployment/web --replicas=60").run(20),
}


def read_of(picture: Picture, language: str) -> set[str]:
    """Every text that somebody reads or hears, as it stands."""
    frame, html = message(None, picture, 1, language)
    state = json.loads(frame)["s"]
    html = AS_TYPED.sub("", html)
    said = [*TAG.split(html), *READ.findall(html), *state["outline"]["nodes"].values(), *_spoken(state)]
    return {unescape(text).strip() for text in said}


def _spoken(tree: dict) -> list[str]:
    inner = [text for value in tree.values() if isinstance(value, dict) for text in _spoken(value)]
    return [*inner, *(tree[key] for key in SPOKEN if isinstance(tree.get(key), str))]


def names_in(desk: Watched) -> set[str]:
    store = desk.recording.cluster.store
    objects = [obj for kind in ("Pod", "ReplicaSet", "Node", "Deployment", "Service") for obj in store.list(kind)]
    return {name for obj in objects for name in (obj.metadata.name, obj.metadata.name.rpartition("-")[2])}


@pytest.mark.parametrize("made", DESKS.values(), ids=DESKS)
def test_nothing_is_said_in_english_on_a_german_desk(made):
    desk = made()
    same = read_of(desk.look(), "de") & read_of(desk.look(), "en") - names_in(desk) - KUBERNETES
    kubernetes = re.compile(r"kubectl .*|# .*|ReplicaSet \S+|Service \S+|\S+[=:]\S+")
    assert {text for text in same if WORD.search(text) and not kubernetes.fullmatch(text)} == set()
