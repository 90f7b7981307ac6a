"""Lines about nodes: cordon, drain and taint. Models kubectl/pkg/cmd/drain and taint (v1.33)."""

from simulation.api import selectors
from simulation.api.errors import UsageError, go_quote, not_found
from simulation.api.names import label_key_problems, label_value_problems
from simulation.commands import Command, Cordon, Drain, SetTaints, Uncordon
from simulation.kubectl.flags import Parsed
from simulation.kubectl.resources import kind_named
from simulation.kubectl.verbs.picking import check_selector, each, helped, read_line
from simulation.objects import Taint


def cordon(words: list[str]) -> Command:
    return _cordons(Cordon, "cordon", words)


def uncordon(words: list[str]) -> Command:
    return _cordons(Uncordon, "uncordon", words)


def _cordons(make: type, verb: str, words: list[str]) -> Command:
    parsed = read_line(words, verb)
    names, selector = _node_names(parsed, verb)
    return each([make(name) for name in names] or [make(selector=selector)], [verb, *words])


def drain(words: list[str]) -> Command:
    parsed = read_line(words, "drain")
    names, selector = _node_names(parsed, "drain")
    grace = parsed.number("grace-period")
    pod_selector = parsed.text("pod-selector")
    if pod_selector:
        try:
            selectors.parse(pod_selector)
        except selectors.ParseError:
            raise UsageError("--pod-selector=<pod_selector> must be a valid label selector") from None
    return Drain(
        tuple(names),
        selector,
        force=parsed.true("force"),
        delete_emptydir_data=parsed.true("delete-emptydir-data"),
        ignore_daemonsets=parsed.true("ignore-daemonsets"),
        grace_period_seconds=None if grace is None or grace < 0 else grace,
        timeout_ms=parsed.ms("timeout") or None,
        pod_selector=pod_selector,
        disable_eviction=parsed.true("disable-eviction"),
    )


def _node_names(parsed: Parsed, verb: str) -> tuple[list[str], str]:
    """The nodes that `cordon`, `uncordon` and `drain` name, each once, or the selector that picks them."""
    selector = parsed.text("selector")
    if not parsed.args and not parsed.has("selector"):
        raise helped(f"USAGE: {verb} NODE [flags]", verb)
    if parsed.args and selector:
        raise helped("cannot specify both a node name and a --selector option", verb)
    if selector:
        check_selector(selector)
    names = []
    for arg in parsed.args:
        kind, slash, name = arg.partition("/")
        if slash and (found := kind_named(kind)) != "Node":
            raise not_found(found, name)
        names.append(name if slash else arg)
    return list(dict.fromkeys(names)), selector


def taint(words: list[str]) -> Command:
    parsed = read_line(words, "taint")
    named = [arg for arg in parsed.args if not _is_taint(arg)]
    specs = [arg for arg in parsed.args if _is_taint(arg)]
    if named and specs and parsed.args.index(specs[0]) < len(named):
        late = next(arg for arg in parsed.args[parsed.args.index(specs[0]) :] if not _is_taint(arg))
        raise UsageError(f"all resources must be specified before taint changes: {late}")
    if not named:
        raise UsageError("one or more resources must be specified as <resource> <name>")
    if not specs:
        raise UsageError("at least one taint update is required")
    add, remove = _taints(specs)
    if "/" in named[0]:
        raise UsageError(f"the server doesn't have a resource type {go_quote(named[0])}", prefix="")
    if kind_named(named[0]) != "Node":
        raise UsageError(f"invalid resource type {named[0].lower()}, only node types are supported")
    clash = [gone for new in add for gone in remove if gone.key == new.key and gone.effect in ("", new.effect)]
    if clash:
        said = ", ".join(f"{taint.key}={taint.effect}" if taint.effect else taint.key for taint in clash)
        raise UsageError(f"can not both modify and remove the following taint(s) in the same command: {said}")
    everything, selector, overwrite = parsed.true("all"), parsed.text("selector"), parsed.true("overwrite")
    if everything and selector:
        raise UsageError("setting 'all' parameter with a non empty selector is prohibited")
    if everything or selector:
        if selector:
            check_selector(selector)
        return SetTaints(add=add, remove=remove, overwrite=overwrite, selector=selector, all=everything)
    if len(named) < 2:
        raise UsageError("at least one resource name must be specified since 'all' parameter is not set")
    return each([SetTaints(name, add, remove, overwrite) for name in dict.fromkeys(named[1:])], ["taint", *words])


def _is_taint(arg: str) -> bool:
    return "=" in arg or ":" in arg or arg.endswith("-")


def _taints(specs: list[str]) -> tuple[tuple[Taint, ...], tuple[Taint, ...]]:
    """(to add, to remove) (kubectl/pkg/cmd/taint/utils.go parseTaints)."""
    add: list[Taint] = []
    remove: list[Taint] = []
    for spec in specs:
        taint = _one_taint(spec.removesuffix("-"))
        if spec.endswith("-"):
            remove.append(Taint(key=taint.key, effect=taint.effect))
            continue
        if not taint.effect:
            raise helped(f"invalid taint spec: {spec}", "taint")
        if any((taint.key, taint.effect) == (other.key, other.effect) for other in add):
            shown = f"{{{taint.key} {taint.value} {taint.effect} <nil>}}"
            raise helped(f"duplicated taints with the same key and effect: {shown}", "taint")
        add.append(taint)
    return tuple(add), tuple(remove)


def _one_taint(spec: str) -> Taint:
    parts = spec.split(":")
    key, *values = parts[0].split("=") if len(parts) == 2 else (parts[0],)
    effect = parts[1] if len(parts) == 2 else ""
    if len(parts) == 2 and effect not in ("NoSchedule", "PreferNoSchedule", "NoExecute"):
        raise helped(f"invalid taint effect: {effect}, unsupported taint effect", "taint")
    if len(parts) > 2 or len(values) > 1:
        raise helped(f"invalid taint spec: {spec}", "taint")
    value = values[0] if values else ""
    if problems := label_value_problems(value) or label_key_problems(key):
        raise helped(f"invalid taint spec: {spec}, {'; '.join(problems)}", "taint")
    return Taint(key=key, value=value, effect=effect)
