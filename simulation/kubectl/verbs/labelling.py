"""Lines that label and annotate. Models kubectl/pkg/cmd/label and annotate (v1.33)."""

from simulation.api.errors import UsageError, go_quote
from simulation.api.names import label_value_problems
from simulation.commands import Annotate, Command, Label
from simulation.kubectl.verbs.picking import SPECIFY, each, picked, read_line, resources_and_pairs


def label(words: list[str]) -> Command:
    parsed = read_line(words, "label")
    if parsed.true("list"):
        raise UsageError("--list only reads, and this line only takes changes: labels are on the desk", prefix="")
    parsed.args, pairs = resources_and_pairs(parsed.args, "label")
    if not parsed.args:
        raise UsageError(SPECIFY)
    labels = dict(_label_change(pair) for pair in pairs)
    _not_both(pairs, "label")
    if not labels:
        raise UsageError("at least one label update is required")
    overwrite = parsed.true("overwrite")
    made = [Label(kind, name, labels, overwrite, selector=selector, all=all_) for kind, name, selector, all_ in picked(parsed, SPECIFY)]
    return each(made, ["label", *words])


def _label_change(pair: str) -> tuple[str, str | None]:
    """kubectl/pkg/cmd/label parseLabels."""
    if "=" not in pair:
        return pair[:-1], None
    parts = pair.split("=")
    if len(parts) != 2:
        raise UsageError(f"invalid label spec: {pair}")
    if problems := label_value_problems(parts[1]):
        raise UsageError(f"invalid label value: {go_quote(pair)}: {';'.join(problems)}")
    return parts[0], parts[1]


def annotate(words: list[str]) -> Command:
    parsed = read_line(words, "annotate")
    if parsed.true("list"):
        raise UsageError("--list only reads, and this line only takes changes: annotations are on the desk", prefix="")
    parsed.args, pairs = resources_and_pairs(parsed.args, "annotation")
    if not parsed.args:
        raise UsageError(SPECIFY)
    changes: dict[str, str | None] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        changes[key if equals else pair[:-1]] = value if equals else None
    _not_both(pairs, "annotation")
    if not changes:
        raise UsageError("at least one annotation update is required")
    overwrite = parsed.true("overwrite")
    made = [Annotate(kind, name, changes, overwrite, selector=selector, all=a) for kind, name, selector, a in picked(parsed, SPECIFY)]
    return each(made, ["annotate", *words])


def _not_both(pairs: list[str], what: str) -> None:
    set_ = {pair.partition("=")[0] for pair in pairs if "=" in pair}
    both = [pair[:-1] for pair in pairs if "=" not in pair and pair[:-1] in set_]
    if both and what == "label":
        raise UsageError("can not both modify and remove a label in the same command")
    if both:
        raise UsageError(f"can not both modify and remove the following annotation(s) in the same command: {', '.join(both)}")
