"""How long ago, as kubectl says it: 59s, 2m1s, 3h, 2d1h, 2y1d. Models apimachinery/pkg/util/duration (v1.36)."""

from simulation.objects import Time

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86_400, 365 * 86_400


def human_duration(seconds: float) -> str:
    """Two units while the larger is small, then one (HumanDuration). A little in the future is now, more is <invalid>."""
    n = int(seconds)
    if n < -1:
        return "<invalid>"
    if n < 2 * MINUTE:
        return f"{max(n, 0)}s"
    if n < 10 * MINUTE:
        return _two(n, MINUTE, "m", 1, "s")
    if n < 3 * HOUR:
        return f"{n // MINUTE}m"
    if n < 8 * HOUR:
        return _two(n, HOUR, "h", MINUTE, "m")
    if n < 2 * DAY:
        return f"{n // HOUR}h"
    if n < 8 * DAY:
        return _two(n, DAY, "d", HOUR, "h")
    if n < 2 * YEAR:
        return f"{n // DAY}d"
    return _two(n, YEAR, "y", DAY, "d") if n < 8 * YEAR else f"{n // YEAR}y"


def age(since: Time | None, now: Time) -> str:
    """What the AGE column says of a time."""
    return "<unknown>" if since is None else human_duration(now - since)


def _two(n: int, large: int, large_unit: str, small: int, small_unit: str) -> str:
    rest = n % large // small
    return f"{n // large}{large_unit}" + (f"{rest}{small_unit}" if rest else "")
