"""Which fields a JSON text says twice, in the words of the API's strict decoder (sigs.k8s.io/json UnmarshalStrict)."""

import json
from typing import Any


class _Pairs(list):
    """An object as it was written."""


def duplicate_fields(text: bytes) -> list[str]:
    """A sentence for each, by its path. `text` is JSON that has been read before, so that it is neither wrong nor too deep."""
    out: list[str] = []
    _look(json.loads(text, object_pairs_hook=_Pairs), "", out)
    return list(dict.fromkeys(out))


def _look(value: Any, path: str, out: list[str]) -> None:
    if isinstance(value, _Pairs):
        seen = set()
        for key, inner in value:
            here = f"{path}.{key}" if path else key
            if key in seen:
                out.append(f'duplicate field "{here}"')
            seen.add(key)
            _look(inner, here, out)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            _look(item, f"{path}[{i}]", out)
