"""A pod as a cell: one of nine states, a word, and its place, by state and then by age."""

from collections.abc import Container, Iterable
from typing import NamedTuple

from django.utils.translation import gettext_noop as noop

from rollviz.desk.words import Text, say, text
from simulation.objects import Pod
from simulation.pods import ready_since
from simulation.states import pod_state
from simulation.store import Owned

STATES = {
    "available": ("a", noop("available")),
    "ready": ("r", noop("ready, not yet available")),
    "notready": ("n", noop("running, not ready")),
    "pulling": ("u", noop("pulling the image")),
    "pending": ("p", noop("pending")),
    "pullerr": ("e", noop("cannot pull the image")),
    "crash": ("c", noop("crash loop")),
    "lost": ("l", noop("on a lost node")),
    "terminating": ("t", noop("terminating")),
}
"""State -> (its letter in messages, its name), in the order of the cells from the bottom up."""

WORDS = {
    "notready": noop("starting"),
    "pulling": noop("pulling"),
    "pending": noop("pending"),
    "pullerr": noop("no image"),
    "crash": noop("crash"),
    "lost": noop("lost"),
    "terminating": noop("ending"),
}

RANK = {state: rank for rank, state in enumerate(STATES)}

BROKEN = ("pullerr", "crash", "lost")


class Cell(NamedTuple):
    name: str
    state: str
    word: str
    """In English, or the end of its name, or seconds."""

    @property
    def shown(self) -> Text:
        """The word, for a page."""
        return say(self.word) if self.word == WORDS.get(self.state) else text(self.word)

    @property
    def title(self) -> Text:
        return text(self.name, ": ", say(STATES[self.state][1]))


class Tally(NamedTuple):
    state: str
    n: int

    @property
    def word(self) -> str:
        return STATES[self.state][1]

    @property
    def bad(self) -> bool:
        return self.state in BROKEN


def cells(owned: Owned, now: int, min_ready: int, nodes: Container[str]) -> tuple[Cell, ...]:
    """Pods as cells: by state, oldest first inside each. `nodes` are those that are well."""
    found = []
    for pod in owned.pods.values():
        state = pod_state(pod, now, min_ready, nodes)
        found.append((RANK[state], pod.metadata.creation_timestamp or 0, pod.metadata.name, state, pod))
    found.sort(key=lambda item: item[:3])
    return tuple(Cell(name, state, word_of(pod, state, now, min_ready)) for _, _, name, state, pod in found)


def loose_cells(found: Iterable[Pod], now: int, nodes: Container[str]) -> tuple[Cell, ...]:
    """Pods without an owner, by their full names."""
    states = [(RANK[state], pod.metadata.name, state) for pod in found for state in [pod_state(pod, now, 0, nodes)]]
    return tuple(Cell(name, state, name if state == "available" else WORDS[state]) for _, name, state in sorted(states))


def word_of(pod: Pod, state: str, now: int, min_ready: int) -> str:
    if state == "available":
        return pod.metadata.name.rpartition("-")[2]
    if state == "ready":
        return f"{now // 1000 - (ready_since(pod) or 0)}/{min_ready} s"
    return WORDS[state]
