"""`kubectl describe` of a kind that it has no words for: every field of the object, by a name made of the field's.

Models genericDescriber in kubectl/pkg/describe/describe.go (v1.33).
"""

import re
from typing import Any

from simulation.kubectl.gotext import shown

ACRONYMS = ("API", "URL", "UID", "OSB", "GUID")
SAID_ABOVE = (".metadata.managedFields", ".metadata.name", ".metadata.namespace", ".metadata.labels", ".metadata.annotations")


def content(body: dict[str, Any], level: int = 0, path: str = "") -> list[str]:
    """Lines with their tabs."""
    lines: list[str] = []
    for key in sorted(body):
        value, below = body[key], f"{path}.{key}"
        if below in SAID_ABOVE:
            continue
        indent, title = "  " * level, label(key)
        if isinstance(value, dict):
            lines += [f"{indent}{title}:", *content(value, level + 1, below)]
        elif isinstance(value, list):
            lines.append(f"{indent}{title}:")
            for child in value:
                lines += content(child, level + 1, below) if isinstance(child, dict) else [f"  {indent}{shown(child)}"]
        else:
            lines.append(f"{indent}{title}:\t{shown(value)}")
    return lines


def label(field: str) -> str:
    """`involvedObject` is Involved Object, `apiVersion` API Version."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z]+", field)
    return " ".join(part.upper() if part.upper() in ACRONYMS else part[:1].upper() + part[1:] for part in parts)
