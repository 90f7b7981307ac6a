"""How something is to be deleted: the body's DeleteOptions, else the query's."""

from typing import Any, NamedTuple

from django.http import HttpRequest

from simulation.api.errors import INVALID, FieldError, bad_request

from . import bodies, options
from .asked import Query

KIND = "DeleteOptions"
PROPAGATIONS = ("Foreground", "Background", "Orphan")
MOST_SECONDS = 2**31


class Deletion(NamedTuple):
    """`grace` in seconds, None for the object's own; `uid` and `version` are preconditions, "" for none."""

    grace: int | None
    propagation: str
    uid: str
    version: str
    dry: bool


def read(request: HttpRequest, query: Query) -> Deletion:
    """Raises StatusError."""
    return options_of(bodies.read(request), query)


def options_of(body: Any, query: Query) -> Deletion:
    """Raises StatusError: 400 for what is no DeleteOptions, 422 for what they may not say."""
    body = {} if body is None else body
    if not isinstance(body, dict) or body.get("kind", KIND) != KIND:
        raise bad_request(f"decoded object cannot be converted to {KIND}")
    wanted = body.get("preconditions") or {}
    if not isinstance(wanted, dict) or not all(value is None or isinstance(value, str) for value in wanted.values()):
        raise bad_request("json: cannot unmarshal into Go struct field DeleteOptions.preconditions of type v1.Preconditions")
    dry = options.dry_run(body.get("dryRun") or [], KIND)
    return Deletion(_grace(body, query), _propagation(body, query), wanted.get("uid") or "", wanted.get("resourceVersion") or "", dry)


def _grace(body: dict[str, Any], query: Query) -> int | None:
    """Less than none is a second (rest.BeforeDelete)."""
    grace = body.get("gracePeriodSeconds")
    if grace is None:
        grace = query.number("gracePeriodSeconds")
    if grace is None:
        return None
    if type(grace) is not int or grace >= MOST_SECONDS:
        raise bad_request("json: cannot unmarshal into Go struct field DeleteOptions.gracePeriodSeconds of type int64")
    return grace if grace >= 0 else 1


def _propagation(body: dict[str, Any], query: Query) -> str:
    policy = body.get("propagationPolicy") or query.text("propagationPolicy")
    orphan = body.get("orphanDependents")
    if orphan is None and "orphanDependents" in query.names():
        orphan = query.true("orphanDependents")
    if policy and orphan is not None:
        said = "orphanDependents and deletionPropagation cannot be both set"
        raise options.refused_options(KIND, FieldError(INVALID, "propagationPolicy", policy, said))
    if policy and policy not in PROPAGATIONS:
        raise options.refused_options(KIND, options.unsupported("propagationPolicy", policy, *PROPAGATIONS, "nil"))
    return policy or ("Orphan" if orphan else "Background")
