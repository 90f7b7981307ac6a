"""What a browser posts becomes a command here, or a StatusError in the API server's or kubectl's words, or in the page's own.

`run` is a kubectl line as it would be typed; `scale`, `strategy` and `seconds` are the faders, knobs and fields, whose values are numbers
until here.
"""

import re
import shlex
from collections.abc import Callable, Mapping

import msgspec
from django.utils.translation import gettext

from rollviz.desk.words import say
from simulation.api.documents import MAX_BYTES
from simulation.api.errors import UsageError
from simulation.commands import Apply, Command, Patch
from simulation.kubectl.parse import parse

LINE_CHARS = 2000
PLACES = {"say-knobs", "say-lesson", "say-nodes"}
"""Elements beside a control that can show what was wrong with it; everything else is shown with the actions."""


class Asked(msgspec.Struct, frozen=True):
    """What was asked for: the command and the line it equals."""

    command: Command
    line: str


def asked(post: Mapping[str, str]) -> Asked:
    """Raises StatusError."""
    verb = FORMS.get(post.get("verb", "run"))
    if verb is None:
        raise UsageError(gettext("this page has no such act"))
    command = verb(post)
    return Asked(command, command.kubectl())


def line_of(post: Mapping[str, str]) -> str:
    """What to show as the line that was tried, also when it makes no sense."""
    if post.get("verb", "run") == "run":
        return post.get("line", "")[:LINE_CHARS].strip().removeprefix("kubectl ")
    if post.get("verb") == "apply":
        return "apply -f -"
    if post.get("verb") == "scale":
        return f"scale {post.get('target', '')} --replicas={post.get('replicas', '')}"[:LINE_CHARS]
    return f"patch deployment {post.get('deployment', '')}"[:LINE_CHARS]


def place_of(post: Mapping[str, str]) -> str:
    place = post.get("at", "")
    return place if place in PLACES else ""


def suggestion(line: str, deployment: str) -> str:
    """One line that may have been meant, "" if none comes to mind."""
    words = line.split()
    if not deployment or not words:
        return ""
    name = f"deployment/{deployment}"
    if any(word in ("rollback", "undo") for word in words) and words[:2] != ["rollout", "undo"]:
        return f"rollout undo {name}"
    if words[0] in ("pause", "resume", "restart"):
        return f"rollout {words[0]} {name}"
    return ""


def _run(post: Mapping[str, str]) -> Command:
    line = post.get("line", "")
    if len(line) > LINE_CHARS or "\0" in line:
        raise UsageError(say("a line has at most {n} characters", n=LINE_CHARS).plain)
    return parse(line)


def _apply(post: Mapping[str, str]) -> Command:
    """What `kubectl apply -f -` would read."""
    return Apply(post.get("manifest", "")[: MAX_BYTES + 1])


def _scale(post: Mapping[str, str]) -> Command:
    return parse(shlex.join(["scale", post.get("target", "")[:LINE_CHARS], f"--replicas={post.get('replicas', '')[:LINE_CHARS]}"]))


def _strategy(post: Mapping[str, str]) -> Command:
    """A knob: `value` is a number of pods or a percentage."""
    field, value = post.get("field", ""), post.get("value", "").strip()
    if field not in ("maxSurge", "maxUnavailable"):
        raise UsageError(gettext("this page has no such knob"))
    patch = {"spec": {"strategy": {"rollingUpdate": {field: _number(value)}}}}
    return _patch(post, patch)


def _seconds(post: Mapping[str, str]) -> Command:
    """A field of the spec that is a number of seconds. What is no number goes out as it is: the server says so."""
    field, value = post.get("field", ""), post.get("value", "").strip()
    if field not in ("minReadySeconds", "progressDeadlineSeconds"):
        raise UsageError(gettext("this page has no such field"))
    return _patch(post, {"spec": {field: _number(value)}})


def _number(value: str) -> int | str:
    return int(value) if re.fullmatch(r"[+-]?[0-9]{1,11}", value) else value[:255]


def _patch(post: Mapping[str, str], patch: dict) -> Command:
    return Patch("Deployment", post.get("deployment", "")[:255], msgspec.json.encode(patch).decode())


FORMS: dict[str, Callable[[Mapping[str, str]], Command]] = {
    "run": _run,
    "apply": _apply,
    "scale": _scale,
    "strategy": _strategy,
    "seconds": _seconds,
}
