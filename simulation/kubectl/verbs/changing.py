"""Lines that change fields: scale, set image, set selector, patch, rollout. Models kubectl/pkg/cmd/scale, set, patch, rollout (v1.33)."""

from simulation.api import selectors
from simulation.api.errors import UsageError, go_quote
from simulation.commands import Command, Patch, Pause, Restart, Resume, Scale, SetImage, SetSelector, Undo
from simulation.kubectl.resources import NOTHING_NAMED, targets
from simulation.kubectl.verbs.picking import SPECIFY, each, picked, read_line, resources_and_pairs


def scale(words: list[str]) -> Command:
    parsed = read_line(words, "scale")
    if not parsed.has("replicas"):
        raise UsageError('required flag(s) "replicas" not set')
    replicas = parsed.number("replicas")
    if replicas is None or replicas < 0:
        raise UsageError("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
    current = parsed.number("current-replicas")
    current = None if current is None or current < 0 else current

    def made(kind: str, name: str, selector: str, everything: bool) -> Command:
        return Scale(kind, name, replicas, current, selector=selector, all=everything)

    return each([made(*target) for target in picked(parsed, NOTHING_NAMED)], ["scale", *words])


def set_fields(words: list[str]) -> Command:
    if words[:1] == ["selector"]:
        return _set_selector(words[1:])
    if words[:1] != ["image"]:
        said = f"unknown command {go_quote(' '.join(words))}\nSee 'kubectl set -h' for help and examples"
        raise UsageError(said)
    parsed = read_line(words[1:], "set image")
    resources, pairs = resources_and_pairs(parsed.args, "image")
    if not resources:
        raise UsageError(NOTHING_NAMED)
    targets(resources, bool(parsed.text("selector")) or parsed.true("all"), NOTHING_NAMED)
    images = {}
    for pair in pairs:
        container, equals, image = pair.partition("=")
        if not equals:
            raise UsageError(f"invalid image format: {pair}")
        images[container] = image
    if not images:
        raise UsageError("at least one image update is required")
    parsed.args = resources
    made = [SetImage(kind, name, images, selector=selector, all=all_) for kind, name, selector, all_ in picked(parsed, SPECIFY)]
    return each(made, ["set", *words])


def _set_selector(words: list[str]) -> Command:
    """kubectl/pkg/cmd/set/set_selector.go: the last word is the selector."""
    parsed = read_line(words, "set selector")
    if not parsed.args:
        raise UsageError("one selector is required")
    *named, text = parsed.args
    if not named:
        raise UsageError(NOTHING_NAMED)
    try:
        wanted = selectors.parse(text)
    except selectors.ParseError as error:
        raise UsageError(f"couldn't parse the selector string {go_quote(text)}: {error}") from None
    labels = {r.key: r.values[0] for r in wanted.requirements if r.operator in (selectors.EQUALS, selectors.DOUBLE_EQUALS)}
    for r in wanted.requirements:
        if r.operator in (selectors.NOT_EQUALS, selectors.GREATER, selectors.LESS):
            raise UsageError(f"{go_quote(r.operator)} is not a valid label selector operator")
        if r.key not in labels:
            operator = next(name for name, sign in selectors.FROM_OBJECT.items() if sign == r.operator)
            raise UsageError(f"match expression [{{{r.key} {operator} [{' '.join(r.values)}]}}] not supported on this object")
    parsed.args = named
    made = [SetSelector(kind, name, labels, all=all_) for kind, name, _, all_ in picked(parsed, SPECIFY)]
    return each(made, ["set", "selector", *words])


def rollout(words: list[str]) -> Command:
    verb = words[0] if words else ""
    if verb in ("status", "history"):
        raise UsageError(
            f"kubectl rollout {verb} only reads, and this line only takes changes: what it would show is on the desk", prefix=""
        )
    if verb not in ROLLOUTS:
        raise UsageError(f"unknown command {go_quote(' '.join(words))}\nSee 'kubectl rollout -h' for help and examples")
    parsed = read_line(words[1:], f"rollout {verb}")
    if not parsed.args:
        raise UsageError("required resource not specified")
    found = picked(parsed, "required resource not specified", everything=True)
    if verb == "undo":
        to = parsed.number("to-revision") or 0
        if to < 0:
            raise UsageError(f"unable to find specified revision {to} in history")
        made: list[Command] = [Undo(kind, name, to, selector=selector, all=all_) for kind, name, selector, all_ in found]
    else:
        made = [ROLLOUTS[verb](kind, name, selector=selector, all=all_) for kind, name, selector, all_ in found]
    return each(made, ["rollout", *words])


def patch(words: list[str]) -> Command:
    parsed = read_line(words, "patch")
    if not parsed.text("patch"):
        raise UsageError("must specify --patch or --patch-file containing the contents of the patch")
    how = parsed.text("type", "strategic").lower()
    if how not in ("json", "merge", "strategic"):
        raise UsageError(f"--type must be one of [json merge strategic], not {go_quote(how)}")
    if parsed.true("local"):
        raise UsageError("cannot specify --local and server resources")
    made = [Patch(kind, name, parsed.text("patch"), how, parsed.text("subresource")) for kind, name in targets(parsed.args)]
    return each(made, ["patch", *words])


ROLLOUTS = {"pause": Pause, "resume": Resume, "restart": Restart, "undo": Undo}
