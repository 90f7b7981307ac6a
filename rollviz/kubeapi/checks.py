"""Whether a request's body is about the object that its URL names, and what can be done to namespaces."""

from typing import Any

from django.http import HttpRequest

from simulation.api.errors import StatusError, bad_request, conflict
from simulation.api.resources import RESOURCES, Resource
from simulation.api.writes import NAMESPACE

from . import bodies, reading
from .answers import failure
from .asked import Place
from .feed import Feed

REGISTERED = {(row.api_version, row.kind) for row in RESOURCES} | {("autoscaling/v1", "Scale")}


def check_kind(body: dict[str, Any], kind: str, version: str) -> None:
    """A body may leave its kind to the URL, but not say another (handlers/rest.go transformDecodeError). Raises the API's 400."""
    said, of = body.get("kind") or kind, body.get("apiVersion") or version
    if (said, of) == (kind, version):
        return
    said, of = str(said)[:100], str(of)[:100]
    if (of, said) in REGISTERED:
        group = version.rpartition("/")[0].partition(".")[0] or "core"
        why = f"converting ({of.rpartition('/')[2]}.{said}) to ({group}.{kind}): unknown conversion"
    else:
        why = f'no kind "{said}" is registered for version "{of}" in scheme "pkg/api/legacyscheme/scheme.go:30"'
    raise bad_request(f'{said} in version "{of.rpartition("/")[2]}" cannot be handled as a {kind}: {why}')


def check_name(body: dict[str, Any], place: Place) -> None:
    """What replaces an object says which (handlers/rest.go checkName). Raises the API's 400."""
    meta = body.get("metadata")
    name = meta.get("name") if isinstance(meta, dict) else None
    if not name:
        raise bad_request(f"the name of the object ({place.name} based on URL) was undeterminable: name must be provided")
    if name != place.name:
        raise bad_request(f"the name of the object ({name}) does not match the name on the URL ({place.name})"[:600])


def check_uid(body: dict[str, Any], live: Any, resource: Resource) -> None:
    """A client that speaks of another object of the same name is told so. Raises the API's 409 (storage.Preconditions)."""
    meta, have = body.get("metadata"), live.metadata
    uid = meta.get("uid") if isinstance(meta, dict) else None
    if uid and uid != have.uid:
        key = f"/registry/{resource.plural}/{have.namespace}/{have.name}".replace("//", "/")
        said = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {have.uid}"[:300]
        more = f"Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: {said}"
        raise conflict(resource.kind, have.name, f"StorageError: invalid object, {more}")


def check_namespace(request: HttpRequest, place: Place, verb: str, feed: Feed) -> None:
    """A desk has the namespace `default` and no other. Raises what follows from that."""
    if verb == "create" and not place.name:
        meta = bodies.read_object(request, "Namespace").get("metadata")
        if isinstance(meta, dict) and meta.get("name") == NAMESPACE:
            raise StatusError(
                409, "AlreadyExists", f'namespaces "{NAMESPACE}" already exists', details={"name": NAMESPACE, "kind": "namespaces"}
            )
        raise failure(403, "Forbidden", "namespaces is forbidden: a desk has the namespace default and no other")
    if verb == "delete":
        reading.found(feed.moment().cluster.store, place)
        details = {"name": place.name, "kind": "namespaces"}
        said = f'namespaces "{place.name}" is forbidden: this namespace may not be deleted'
        raise StatusError(403, "Forbidden", said, details=details)
