"""What a request's options may not say, in the words of apimachinery/pkg/apis/meta/{v1,internalversion}/validation (v1.36)."""

from simulation.api.errors import (
    CAUSES,
    FORBIDDEN,
    INVALID,
    REQUIRED,
    TOO_LONG,
    UNSUPPORTED,
    FieldError,
    StatusError,
    bad_request,
    go_quote,
)

from .asked import Query

EXACT, NOT_OLDER = "Exact", "NotOlderThan"
LONGEST_MANAGER = 128


def refused_options(kind: str, *errors: FieldError) -> StatusError:
    """The API's 422 about the options of a verb; `kind` is theirs, e.g. DeleteOptions."""
    said = str(errors[0]) if len(errors) == 1 else f"[{', '.join(map(str, errors))}]"
    causes = [(CAUSES[error.type], error.field, error.body) for error in errors]
    return StatusError(422, "Invalid", f'{kind}.meta.k8s.io "" is invalid: {said}', causes, details={"kind": kind, "group": "meta.k8s.io"})


def unsupported(field: str, value: object, *supported: str) -> FieldError:
    return FieldError(UNSUPPORTED, field, str(value)[:100], f"supported values: {', '.join(map(go_quote, supported))}")


def dry_run(values: object, kind: str) -> bool:
    """Whether dryRun asks for all stages. Raises the API's 422."""
    if not isinstance(values, list) or any(value != "All" for value in values):
        wrong = next((v for v in values if v != "All"), "") if isinstance(values, list) else values
        raise refused_options(kind, unsupported("dryRun", wrong, "All"))
    return bool(values)


def manager(query: Query, kind: str, applies: bool = False) -> str:
    """Who owns what a write changes, "" if it does not say. Raises the API's 422."""
    said = query.text("fieldManager")
    if kind == "PatchOptions" and not applies and "force" in query.names():
        raise refused_options(kind, FieldError(FORBIDDEN, "force", detail="may not be specified for non-apply patch"))
    if applies and not said:
        raise refused_options(kind, FieldError(REQUIRED, "fieldManager", detail="is required for apply patch"))
    if len(said.encode()) > LONGEST_MANAGER:
        raise refused_options(kind, FieldError(TOO_LONG, "fieldManager", detail=f"may not be more than {LONGEST_MANAGER} bytes"))
    if not said.isprintable():
        raise refused_options(kind, FieldError(INVALID, "fieldManager", said, "should only contain printable characters"))
    return said


def check_list(query: Query) -> None:
    """Raises the API's 422 if the resourceVersion* options of a list contradict each other, its 400 if the version is none."""
    match, version, errors = query.text("resourceVersionMatch"), query.text("resourceVersion"), []
    if match:
        if not version:
            errors.append(_no_match("resourceVersionMatch is forbidden unless resourceVersion is provided"))
        if query.text("continue"):
            errors.append(_no_match("resourceVersionMatch is forbidden when continue is provided"))
        if match not in (EXACT, NOT_OLDER):
            errors.append(unsupported("resourceVersionMatch", match, EXACT, NOT_OLDER, ""))
        if (match, version) == (EXACT, "0"):
            errors.append(_no_match('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
    if "sendInitialEvents" in query.names():
        errors.append(FieldError(FORBIDDEN, "sendInitialEvents", detail="sendInitialEvents is forbidden for list"))
    if errors:
        raise refused_options("ListOptions", *errors)
    query.revision()
    if query.text("continue") and version not in ("", "0"):
        raise bad_request("specifying resource version is not allowed when using continue")


def check_reached(query: Query, revision: int) -> None:
    """What was written up to a version can only be given once it is. Raises the API's 504 (storage.NewTooLargeResourceVersionError)."""
    asked = query.revision()
    if asked is not None and asked > revision:
        said = f"Timeout: Too large resource version: {asked}, current: {revision}"
        cause = ("ResourceVersionTooLarge", "", "Too large resource version")
        raise StatusError(504, "Timeout", said, [cause], details={"retryAfterSeconds": 1})


def check_exact(query: Query, revision: int) -> None:
    """A list of just one version can only be given for the present. Raises the API's 410."""
    asked = query.revision()
    if query.text("resourceVersionMatch") == EXACT and asked != revision:
        raise StatusError(410, "Expired", "The resourceVersion for the provided list is too old.")


def check_watch(query: Query) -> None:
    """Raises the API's 422."""
    match, errors = query.text("resourceVersionMatch"), []
    asks = "sendInitialEvents" in query.names()
    if asks and match != NOT_OLDER:
        errors.append(_no_match(f"sendInitialEvents requires setting resourceVersionMatch to {NOT_OLDER}"))
    if match:
        if not asks:
            errors.append(_no_match("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
        if match != NOT_OLDER:
            errors.append(unsupported("resourceVersionMatch", match, NOT_OLDER))
        if query.text("continue"):
            errors.append(_no_match("resourceVersionMatch is forbidden when continue is provided"))
    if errors:
        raise refused_options("ListOptions", *errors)


def _no_match(said: str) -> FieldError:
    return FieldError(FORBIDDEN, "resourceVersionMatch", detail=said)
