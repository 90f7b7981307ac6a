"""Go's fmt verbs for what JSON decodes to: `%v` and `%#v`."""

from typing import Any

from simulation.api.errors import go_quote


def shown(value: Any) -> str:
    """`%v`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "<nil>"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{shown(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(shown, value))}]"
    return str(value)


def escaped(text: str) -> str:
    """What encoding/json escapes in strings, so that it may stand in HTML."""
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def syntax(value: Any) -> str:
    """`%#v`."""
    if value is None:
        return "interface {}(nil)"
    if isinstance(value, dict):
        return f"map[string]interface {{}}{{{', '.join(f'{go_quote(key)}:{syntax(value[key])}' for key in sorted(value))}}}"
    if isinstance(value, list):
        return f"[]interface {{}}{{{', '.join(map(syntax, value))}}}"
    return go_quote(value) if isinstance(value, str) else shown(value)
