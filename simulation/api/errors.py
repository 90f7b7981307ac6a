"""Every refusal is an API Status in the API server's own words: a code, a reason, a message and the fields it is about.

Sources: apimachinery/pkg/api/errors/errors.go, pkg/util/validation/field/errors.go; kubectl/pkg/cmd/util/helpers.go (v1.36).
"""

from typing import Any

import msgspec

from simulation.objects import KINDS

REQUIRED, INVALID, UNSUPPORTED, FORBIDDEN = "Required value", "Invalid value", "Unsupported value", "Forbidden"
DUPLICATE, TOO_LONG, NOT_FOUND = "Duplicate value", "Too long", "Not found"

CAUSES = {
    REQUIRED: "FieldValueRequired",
    INVALID: "FieldValueInvalid",
    UNSUPPORTED: "FieldValueNotSupported",
    FORBIDDEN: "FieldValueForbidden",
    DUPLICATE: "FieldValueDuplicate",
    TOO_LONG: "FieldValueTooLong",
    NOT_FOUND: "FieldValueNotFound",
}
WITHOUT_VALUE = (REQUIRED, FORBIDDEN, TOO_LONG)

Cause = tuple[str, str, str]
"""(reason, field, message), as in a Status' details.causes."""


class FieldError(msgspec.Struct, frozen=True):
    """One entry of a field.ErrorList."""

    type: str
    field: str
    value: Any = None
    detail: str = ""

    @property
    def body(self) -> str:
        """The error without its field."""
        parts = [self.type]
        if self.type not in WITHOUT_VALUE:
            parts.append(go_value(self.value))
        if self.detail:
            parts.append(self.detail)
        return ": ".join(parts)

    def __str__(self) -> str:
        return f"{self.field}: {self.body}"


class StatusError(Exception):
    """A refused request. `message` is the API's status.message; `kubectl()` is what kubectl would print about it."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        causes: list[Cause] | None = None,
        kind: str = "",
        name: str = "",
        prefix: str = "",
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.causes = causes or []
        self.kind = kind
        self.name = name
        self.details = details
        """The Status' details where they do not follow from kind, name and causes."""
        self.prefix = prefix
        """What kubectl puts before the message where it does not use its usual form, e.g. `failed to create deployment: `."""

    @property
    def field(self) -> str:
        """The first field it is about, "" if none."""
        return self.causes[0][1] if self.causes else ""

    def kubectl(self) -> str:
        """What kubectl prints to stderr (cmd/util/helpers.go StandardErrorMessage, checkErr)."""
        if self.prefix:
            return f"error: {self.prefix}{self.message}"
        if self.reason == "Invalid":
            return self._invalid()
        return f"Error from server ({self.reason}): {self.message}" if self.reason else f"Error from server: {self.message}"

    def to_desk(self) -> dict[str, str]:
        """The answer of the desk's own API."""
        return {"field": self.field, "reason": self.reason, "message": self.message}

    def to_json(self) -> dict[str, Any]:
        """The Kubernetes Status object."""
        row = KINDS.get(self.kind)
        details: dict[str, Any] = dict(self.details or {})
        if self.name:
            details["name"] = self.name
        if row is not None:
            if row.group:
                details["group"] = row.group
            details["kind"] = self.kind if self.reason == "Invalid" else row.plural
        if self.causes:
            details["causes"] = [{"reason": r, "message": m, "field": f} for r, f, m in self.causes]
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": self.message}
        return status | ({"reason": self.reason} if self.reason else {}) | {"details": details, "code": self.code}

    def _invalid(self) -> str:
        about = f'The {self.kind} "{self.name}" is invalid' if self.kind else "The request is invalid"
        if not self.causes:
            return f"{about}: {self.message}" if not self.kind else self.message
        lines = list(dict.fromkeys(f"{field}: {message}" for _, field, message in self.causes))
        if len(lines) == 1:
            return f"{about}: {lines[0]}"
        return "\n".join([f"{about}: ", *(f"* {line}" for line in lines)])


class UsageError(StatusError):
    """A mistake in a command line: kubectl found it before asking the server."""

    def __init__(self, message: str, prefix: str = "error: ") -> None:
        super().__init__(422, "Usage", message)
        self.said = prefix

    def kubectl(self) -> str:
        return self.said + self.message


def invalid(kind: str, name: str, errors: list[FieldError]) -> StatusError:
    """422 with all field errors, each said once."""
    unique = list({str(error): error for error in errors}.values())
    causes = [(CAUSES[error.type], error.field, error.body) for error in unique]
    said = str(unique[0]) if len(unique) == 1 else f"[{', '.join(map(str, unique))}]"
    row = KINDS[kind]
    full = f"{kind}.{row.group}" if row.group else kind
    return StatusError(422, "Invalid", f'{full} "{name}" is invalid: {said}', causes, kind, name)


def not_found(kind: str, name: str) -> StatusError:
    return StatusError(404, "NotFound", f'{KINDS[kind].resource} "{name}" not found', kind=kind, name=name)


def already_exists(kind: str, name: str, prefix: str = "") -> StatusError:
    return StatusError(409, "AlreadyExists", f'{KINDS[kind].resource} "{name}" already exists', kind=kind, name=name, prefix=prefix)


def conflict(kind: str, name: str, said: str) -> StatusError:
    message = f'Operation cannot be fulfilled on {KINDS[kind].resource} "{name}": {said}'
    return StatusError(409, "Conflict", message, kind=kind, name=name)


def bad_request(message: str) -> StatusError:
    return StatusError(400, "BadRequest", message)


def go_value(value: Any) -> str:
    """A rejected value as field errors print it since v1.34: strings quoted, numbers plain, all else JSON."""
    if isinstance(value, str):
        return go_quote(value)
    return go_json(value)


def go_json(value: Any) -> str:
    """JSON as Go writes it: compact, structs in their order, maps sorted, `<`, `>` and `&` escaped."""
    text = msgspec.json.encode(value, order="deterministic").decode()
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", '"': '\\"', "\\": "\\\\"}


def go_quote(text: str) -> str:
    """Go's %q."""
    return '"' + "".join(map(_quoted, text)) + '"'


def _quoted(sign: str) -> str:
    if sign in ESCAPES:
        return ESCAPES[sign]
    if sign.isprintable():
        return sign
    code = ord(sign)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
