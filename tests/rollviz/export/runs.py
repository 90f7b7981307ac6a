"""Runs to draw and to tell."""

from simulation.kubectl.parse import parse
from simulation.recording import Recording
from simulation.scenario import Scenario, load


def played(told: str | Scenario, acts: list[tuple[int, str]], end: int) -> Recording:
    """A scenario (by name) with these lines at these milliseconds, run to `end`."""
    told = load(told) if isinstance(told, str) else told
    run = Recording(told, told.seed)
    for at, line in acts:
        run.run(at)
        run.do(parse(line))
    run.run(end)
    return run


def stuck() -> Recording:
    return played("broken-deploy", [(20_000, "set image deployment/web web=web:2.O")], 60_000)


def rolled_over() -> Recording:
    """Three versions at once."""
    acts = [(20_000, "set image deployment/web web=web:2.0"), (29_000, "set image deployment/web web=web:3.0")]
    return played("rollback", acts, 60_000)
