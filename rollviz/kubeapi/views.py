"""A desk as a Kubernetes cluster: everything under /k8s/<desk>-<key>/, and the kubeconfig that leads there.

The key may also come as Bearer or Basic. No cookies, no CSRF token; whatever goes wrong is a Status, never a page.
"""

import base64
import binascii
import functools
import logging
from typing import NamedTuple

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from rollviz.rooms.keys import DESK_ID_LENGTH, looks, opens
from rollviz.rooms.refusals import NoSuchDesk, Refused
from rollviz.rooms.registry import registry
from rollviz.rooms.room import Room
from simulation.api.errors import StatusError
from simulation.api.version import SERVER

from . import bodies, checks, discovery, openapi, podlogs, reading, watching
from .answers import compressed, failure, in_yaml, json_answer, no_such_resource, not_allowed, refused, text_answer
from .asked import Place, Query, place_of
from .feed import Feed, feed_of, session
from .writing import Write

logger = logging.getLogger(__name__)

WRITES = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
REASONS = {"NotSaved": "ServiceUnavailable"}
"""Refusals of a desk whose reason has another name here."""
NO_CONTAINERS = "nothing runs in the containers of this simulation, so pods/{} is not available; kubectl logs is"
NO_EXEC = NO_CONTAINERS.format("exec") + ". In the terminal on the desk, exec POD -- kill 1 works, and rm or touch of /tmp/healthy"
NO_WEBSOCKET = "this simulation sends watches over plain HTTP only, not over a WebSocket"
ELSEWHERE = "the server could not find the requested resource"
NO_AUTOSCALER = (
    "horizontalpodautoscalers.autoscaling is forbidden: a desk has no metrics and no autoscaler, so that you hold the faders; "
    "use kubectl scale"
)
NEVER_ANY = {"resourcequotas": "ResourceQuotaList", "limitranges": "LimitRangeList"}
"""What `kubectl describe namespace` asks for besides."""
ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
RULES = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
WHO_AM_I = ("/apis/authentication.k8s.io/v1/selfsubjectreviews", "/apis/authentication.k8s.io/v1beta1/selfsubjectreviews")


class Caller(NamedTuple):
    room: Room
    may_write: bool

    @property
    def user(self) -> str:
        return "presenter" if self.may_write else "viewer"


def answered(view):
    """Whatever goes wrong inside is answered as the API server would."""

    @csrf_exempt
    @functools.wraps(view)
    async def wrapped(request: HttpRequest, **kwargs) -> HttpResponse:
        try:
            return in_yaml(request, await view(request, **kwargs))
        except StatusError as error:
            return refused(error)
        except NoSuchDesk as refusal:
            return refused(failure(404, "NotFound", refusal.message))
        except Refused as refusal:
            return refused(failure(refusal.status, REASONS.get(refusal.reason, refusal.reason), refusal.message))
        except DatabaseError:
            logger.exception("The database failed")
            return refused(failure(503, "ServiceUnavailable", "the desk's journal cannot be reached: try again"))

    return wrapped


@answered
async def serve(request: HttpRequest, address: str, path: str) -> HttpResponse:
    caller = await _caller(request, address)
    path = path.rstrip("/") or "/"
    response = await _document(request, path)
    if response is not None:
        return await compressed(request, response)
    caller.room.want()
    feed = feed_of(caller.room)
    session.set(request.headers.get("Kubectl-Session", "")[:64])
    if path in (ACCESS, RULES, *WHO_AM_I):
        return _review(request, path, caller)
    parts = path.strip("/").split("/")
    if parts[0] not in ("api", "apis") or len(parts) < (3 if parts[0] == "api" else 4):
        return text_answer("404 page not found\n", 404)
    if parts[:2] == ["apis", "autoscaling"]:
        raise failure(403, "Forbidden", NO_AUTOSCALER)
    if request.method == "GET" and parts[:3] == ["api", "v1", "namespaces"] and len(parts) == 5 and parts[4] in NEVER_ANY:
        about = {"resourceVersion": str(feed.moment().cluster.store.revision)}
        return json_answer({"kind": NEVER_ANY[parts[4]], "apiVersion": "v1", "metadata": about, "items": []})
    return await _answer(request, place_of(parts), feed, caller)


@answered
async def elsewhere(request: HttpRequest) -> HttpResponse:
    """kubectl's --raw leaves out the prefix of its server's address."""
    raise failure(404, "NotFound", ELSEWHERE)


async def _answer(request: HttpRequest, place: Place, feed: Feed, caller: Caller) -> HttpResponse:
    method = "GET" if request.method == "HEAD" else request.method
    if place.subresource in ("exec", "attach", "portforward"):
        reading.found(feed.moment().cluster.store, place)
        said = NO_EXEC if place.subresource == "exec" else NO_CONTAINERS.format(place.subresource)
        raise failure(501, "NotImplemented", said)
    if method == "GET":
        return await _read(request, place, feed)
    if method not in WRITES:
        raise not_allowed()
    verb = "deletecollection" if method == "DELETE" and not place.name else WRITES[method]
    if not caller.may_write:
        raise _forbidden(place, verb)
    if place.resource.kind == "Namespace" and not place.subresource:
        checks.check_namespace(request, place, verb, feed)
    if not _is_possible(place, verb):
        raise not_allowed()
    write = Write(request, place, feed)
    if place.subresource == "eviction":
        return await write.evict()
    if place.subresource == "binding":
        return await write.bind()
    if verb == "deletecollection":
        return await write.delete_all()
    return await getattr(write, verb)()


def _is_possible(place: Place, verb: str) -> bool:
    allowed = place.resource.verbs
    if place.subresource:
        allowed = next(sub.verbs for sub in place.resource.subresources if sub.name == place.subresource)
    if place.resource.namespaced and not place.namespace:
        return False
    on_one = bool(place.subresource) if verb == "create" else verb != "deletecollection"
    return verb in allowed and bool(place.name) == on_one


async def _read(request: HttpRequest, place: Place, feed: Feed) -> HttpResponse:
    if Query(request).true("watch") and not place.subresource:
        if "Sec-WebSocket-Key" in request.headers:
            raise failure(501, "NotImplemented", NO_WEBSOCKET)
        return await watching.watch(request, place, feed)
    if not place.name:
        return await reading.list_(request, place, feed)
    if place.subresource in ("binding", "eviction"):
        raise not_allowed()
    if place.subresource == "log":
        return podlogs.get(request, place, feed)
    return await reading.get(request, place, feed)


async def _document(request: HttpRequest, path: str) -> HttpResponse | None:
    """What is the same on every desk."""
    found: dict | bytes | None = None
    kind = "application/json"
    if path in ("/healthz", "/livez", "/readyz"):
        return text_answer("ok")
    if path == "/version":
        found = SERVER
    elif path in ("/api", "/apis"):
        version = discovery.aggregated_version(request.headers.get("Accept", ""))
        if version:
            found = discovery.aggregated(path == "/api", version)
            kind = f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
        else:
            found = discovery.versions() if path == "/api" else discovery.groups()
    elif path.startswith("/api/") and path.count("/") == 2:
        found = discovery.resources(path.removeprefix("/api/"))
    elif path.startswith("/apis/") and path.count("/") == 2:
        found = discovery.group(path.removeprefix("/apis/"))
    elif path.startswith("/apis/") and path.count("/") == 3:
        found = discovery.resources(path.removeprefix("/apis/"))
    elif path == "/openapi/v3":
        found = openapi.index()
    elif path.startswith("/openapi/v3/"):
        found = openapi.document(path.removeprefix("/openapi/v3/"))
    elif path == "/openapi/v2":
        return HttpResponse(b"", content_type=openapi.V2_TYPE)
    else:
        return None
    if found is None:
        if path.startswith("/api"):
            raise no_such_resource()
        return text_answer("404 page not found\n", 404)
    if request.method not in ("GET", "HEAD"):
        raise not_allowed()
    response = json_answer(found, content_type=kind)
    response.headers["Vary"] = "Accept"
    return response


def _review(request: HttpRequest, path: str, caller: Caller) -> HttpResponse:
    """Who am I, and what may I do?"""
    if request.method != "POST":
        raise not_allowed()
    if path in WHO_AM_I:
        return json_answer({**_about(path, "SelfSubjectReview"), "status": {"userInfo": {"username": caller.user}}}, 201)
    body = bodies.read(request)
    spec = body.get("spec") if isinstance(body, dict) else None
    spec = spec if isinstance(spec, dict) else {}
    verbs = ["*"] if caller.may_write else ["get", "list", "watch"]
    if path == RULES:
        rules = {"resourceRules": [{"verbs": verbs, "apiGroups": ["*"], "resources": ["*"]}], "nonResourceRules": [], "incomplete": False}
        return json_answer({**_about(path, "SelfSubjectRulesReview"), "spec": spec, "status": rules}, 201)
    asked = spec.get("resourceAttributes")
    verb = asked.get("verb") if isinstance(asked, dict) else None
    allowed = caller.may_write or verb in verbs
    return json_answer({**_about(path, "SelfSubjectAccessReview"), "spec": spec, "status": {"allowed": allowed}}, 201)


def _about(path: str, kind: str) -> dict:
    return {"kind": kind, "apiVersion": "/".join(path.split("/")[2:4]), "metadata": {}}


async def _caller(request: HttpRequest, address: str) -> Caller:
    """The desk of this address, and what the key that came with it may do there. Raises 404, 401."""
    desk_id, _, key = address.partition("-")
    if len(desk_id) != DESK_ID_LENGTH:
        raise NoSuchDesk(desk_id)
    room = await registry.open(desk_id)
    key = key or _sent_key(request)
    if key and opens(room.desk, key):
        return Caller(room, True)
    if key and looks(room.desk, key):
        return Caller(room, False)
    raise failure(401, "Unauthorized", "Unauthorized")


def _sent_key(request: HttpRequest) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _forbidden(place: Place, verb: str) -> StatusError:
    resource = place.resource
    plural = f"{resource.plural}/{place.subresource}" if place.subresource else resource.plural
    what = f'{resource.resource} "{place.name}"' if place.name else resource.resource
    where = f' in the namespace "{place.namespace}"' if place.namespace else " at the cluster scope"
    said = f'{what} is forbidden: User "viewer" cannot {verb} resource "{plural}" in API group "{resource.group}"{where}'
    details = ({"name": place.name} if place.name else {}) | ({"group": resource.group} if resource.group else {})
    return StatusError(403, "Forbidden", said, details=details | {"kind": resource.plural})
