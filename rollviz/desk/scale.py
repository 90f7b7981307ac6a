"""One scale for all strips of a desk: it holds the largest total, and cells get denser as it grows."""

STEPS = (10, 12, 14, 20, 25, 50, 110, 220, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
COLUMNS = ((22, 1), (44, 2), (110, 5), (220, 10), (1000, 20), (2000, 40), (5000, 50))


def top(most: int) -> int:
    """The smallest scale that holds `most` pods."""
    return next((step for step in STEPS if step >= most), most)


def columns(top: int) -> int:
    """Pods in a row."""
    return next((columns for most, columns in COLUMNS if top <= most), 100)


def numbers(top: int) -> range:
    """What is written beside a fader: at most about twelve numbers."""
    step = next(step for step in (2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if top <= 12 * step)
    return range(0, top + 1, step)
