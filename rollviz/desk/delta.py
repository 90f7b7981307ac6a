"""What moves is a tree of objects with scalars and texts at its leaves; a message is what changed in it, with the texts in its reader's
language. None takes a key away (RFC 7386).
"""

from typing import Any

from rollviz.desk.words import Text

Tree = dict[str, Any]


def diff(old: Tree, new: Tree) -> Tree:
    """The patch that makes `new` of `old`; {} if they are equal."""
    patch: Tree = {key: None for key in old if key not in new}
    for key, value in new.items():
        before = old.get(key)
        if before is value and value is not None:
            continue
        if type(value) is dict and type(before) is dict:
            inner = diff(before, value)
            if inner:
                patch[key] = inner
        elif before != value or key not in old:
            patch[key] = value
    return patch


def merge(state: Tree, patch: Tree) -> Tree:
    """`state` with `patch` applied; neither is changed."""
    merged = dict(state)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif type(value) is dict and type(merged.get(key)) is dict:
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def spoken(tree: Tree) -> Tree:
    """The same with words for texts."""
    return {key: _spoken(value) for key, value in tree.items()}


def _spoken(value: Any) -> Any:
    return spoken(value) if type(value) is dict else value.plain if isinstance(value, Text) else value
