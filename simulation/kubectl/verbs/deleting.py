"""Lines that delete. Models kubectl/pkg/cmd/delete/delete.go (v1.33)."""

from simulation.api.errors import UsageError
from simulation.commands import Command, Delete
from simulation.kubectl.flags import Parsed
from simulation.kubectl.resources import NOTHING_NAMED
from simulation.kubectl.verbs.picking import each, picked, read_line


def delete(words: list[str]) -> Command:
    parsed = read_line(words, "delete")
    if parsed.true("all") and parsed.has("selector"):
        raise UsageError("setting 'all' parameter but found a non empty selector. ")
    if not parsed.args and (parsed.true("all") or parsed.has("selector")):
        raise UsageError("at least one resource must be specified to use a selector")
    propagation = _cascade(parsed.text("cascade", "background"))
    grace, force = _grace(parsed)
    ignore = parsed.true("ignore-not-found")
    made = [
        Delete(kind, name, grace, propagation, force=force, selector=selector, all=everything, ignore_not_found=ignore)
        for kind, name, selector, everything in picked(parsed, NOTHING_NAMED)
    ]
    return each(made, ["delete", *words])


def _cascade(text: str) -> str:
    known = {"background": "Background", "true": "Background", "orphan": "Orphan", "false": "Orphan", "foreground": "Foreground"}
    if text not in known:
        raise UsageError(f'invalid cascade value ({text}). Must be "background", "foreground", or "orphan"')
    return known[text]


def _grace(parsed: Parsed) -> tuple[int | None, bool]:
    """(grace period, at once) as kubectl/pkg/cmd/delete Complete works them out."""
    grace, force = parsed.number("grace-period"), parsed.true("force")
    if grace is not None and grace < 0:
        grace = None
    if parsed.true("now"):
        if grace is not None:
            raise UsageError("--now and --grace-period cannot be specified together")
        grace = 1
    if force and grace:
        raise UsageError("--force and --grace-period greater than 0 cannot be specified together")
    if force:
        return None, True
    return 1 if grace == 0 else grace, False
