"""create, update, patch, delete: each becomes a command of the desk, and the answer is the object as that command left it.

A write that would change nothing is answered and not written down; a dry run is done to a copy.
"""

import secrets
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from msgspec.structs import replace

from simulation.api import ownership
from simulation.api.changes import SCALABLE, invalid_patch
from simulation.api.derived import scale_of
from simulation.api.errors import StatusError, bad_request, conflict
from simulation.api.resources import Resource
from simulation.api.wire import in_simulated_time, undecodable
from simulation.api.writes import NAMESPACE, Writes
from simulation.requests import Bind, DeleteObjects, Evict, Notes, PatchObject, Post, Put, Request
from simulation.store import ALPHABET, Store

from . import bodies, deletion, forms, lines, options
from .answers import failure, json_answer, success, warned
from .asked import Place, Query
from .checks import check_kind, check_name, check_uid
from .feed import Feed
from .reading import Picks, found, listed, not_found

PAUSED = "the desk's clock is paused: nothing follows from this until it plays"
OPTIONS = {"POST": "CreateOptions", "PUT": "UpdateOptions", "PATCH": "PatchOptions", "DELETE": "DeleteOptions"}
MOST_AT_ONCE = 1_000
GENERATED = 5

Read = Callable[[Store], Any]


class Write:
    """One request that changes the desk."""

    def __init__(self, request: HttpRequest, place: Place, feed: Feed) -> None:
        self.request, self.place, self.feed = request, place, feed
        self.resource: Resource = place.resource
        self.query = Query(request)
        self.options = OPTIONS[request.method]
        self.dry = options.dry_run(self.query.texts("dryRun"), self.options)
        self.verb = lines.verb_of(request)
        self.applies = request.method == "PATCH" and request.content_type == bodies.APPLY
        self.manager = (
            options.manager(self.query, self.options, self.applies) or request.headers.get("User-Agent", "").partition("/")[0][:128]
        )
        self.store = feed.moment().cluster.store
        self.form = forms.form_of(request.headers.get("Accept", ""), self.query.text("includeObject"))
        self.warnings: list[str] = []
        self.planned: Any = None
        """What the object was about to be: the last that is known of it where the last finalizer was taken off."""

    # ------------------------------------------------------------------------------------------------ create and update

    async def create(self) -> HttpResponse:
        body = self._object(bodies.read_object(self.request, self.resource.kind))
        meta = _metadata(body)
        if meta.get("resourceVersion") not in (None, "", "0"):
            raise bad_request("resourceVersion should not be set on objects to be created")
        if not meta.get("name") and meta.get("generateName"):
            meta["name"] = f"{str(meta['generateName'])[:58]}{''.join(secrets.choice(ALPHABET) for _ in range(GENERATED))}"
        line = lines.post(self.verb, self.resource.kind, body, self.store)
        command = Post(self.resource.kind, body, line=line, manager=self.manager)
        name = str(meta.get("name") or "")
        return await self._give(command, lambda store: self._stored(store, name), 201)

    async def update(self) -> HttpResponse:
        place = self.place
        body = bodies.read_object(self.request, "Scale" if place.subresource == "scale" else self.resource.kind)
        if place.subresource == "status":
            body = in_simulated_time(body, self.feed.moment().since)
        if place.subresource == "scale":
            check_kind(body, "Scale", "autoscaling/v1")
        else:
            body = self._object(body)
        check_uid(body, found(self.store, place), self.resource)
        check_name(body, place)
        line = lines.put(self.resource.kind, place.name, body, place.subresource)
        command = Put(self.resource.kind, place.name, body, place.subresource, line=line, manager=self.manager)
        return await self._give(command, lambda store: self._stored(store, place.name), 200)

    async def patch(self) -> HttpResponse:
        place, type = self.place, bodies.patch_type(self.request)
        body = bodies.read_patch(self.request, type)
        if place.subresource == "status" and type != "json":
            body = in_simulated_time(body, self.feed.moment().since)
        if type == "apply":
            return await self._apply(body)
        found(self.store, place)
        return await self._patch(body, type)

    async def _apply(self, body: dict[str, Any]) -> HttpResponse:
        """Server-side apply: make it, or merge it in."""
        if self.place.subresource == "scale":
            check_kind(body, "Scale", "autoscaling/v1")
            return await self._patch(body, "apply")
        body = self._object(body)
        if body["metadata"].get("managedFields"):
            raise bad_request("metadata.managedFields must be nil")
        meta = _metadata(body)
        if (meta.get("name") or self.place.name) != self.place.name:
            raise bad_request(f"name in URL does not match name in body: {self.place.name}")
        meta["name"] = self.place.name
        if self.place.subresource or self.store.get(self.resource.kind, self.place.name, self.place.namespace) is not None:
            return await self._patch({key: value for key, value in body.items() if key not in ("kind", "apiVersion")}, "apply")
        if "create" not in self.resource.verbs:
            raise not_found(self.resource, self.place.name)
        line = lines.post("apply", self.resource.kind, body, self.store)
        command = Post(self.resource.kind, body, "Apply", line=line, manager=self.manager)
        return await self._give(command, lambda store: self._stored(store, self.place.name), 201)

    async def _patch(self, body: Any, type: str) -> HttpResponse:
        place = self.place
        line = lines.patch(self.verb, self.resource.kind, place.name, body, type, place.subresource)
        force = self.query.true("force")
        command = PatchObject(self.resource.kind, place.name, body, type, place.subresource, force, line=line, manager=self.manager)
        return await self._give(command, lambda store: self._stored(store, place.name), 200, patch=(body, type))

    def _object(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body, which may leave its kind and namespace to the URL. Raises the API's 400."""
        check_kind(body, self.resource.kind, self.resource.api_version)
        meta = body.get("metadata")
        if meta is not None and not isinstance(meta, dict):
            said = "json: cannot unmarshal into Go struct field .metadata of type v1.ObjectMeta"
            raise undecodable(self.resource.kind, said)
        meta = dict(meta or {})
        if self.resource.namespaced:
            space = meta.get("namespace") or self.place.namespace
            if space != self.place.namespace:
                raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
            meta["namespace"] = space
        return body | {"metadata": meta}

    # ----------------------------------------------------------------------------------------------------------- delete

    async def delete(self) -> HttpResponse:
        obj = found(self.store, self.place)
        command = self._deletion((self.place.name,))
        response = await self._give(command, lambda store: self._left(store, obj), 200, answer=self._deleted)
        return response

    async def delete_all(self) -> HttpResponse:
        picks = Picks(self.place, self.query)
        objects = [obj for obj in listed(self.store, self.place) if picks(obj)]
        if len(objects) > MOST_AT_ONCE:
            raise failure(422, "Invalid", f"at most {MOST_AT_ONCE} objects can be deleted at once here, these are {len(objects)}")
        at = self.feed.moment()
        if objects:
            command = self._deletion(tuple(obj.metadata.name for obj in objects))
            await self._give(command, lambda store: None, 200, answer=lambda _: success())
        meta = {"resourceVersion": str(at.revision)}
        return json_answer(forms.many(forms.Form(forms.WHOLE), self.resource, objects, self.feed, at, meta))

    def _deletion(self, names: tuple[str, ...]) -> DeleteObjects:
        how = deletion.read(self.request, self.query)
        self.dry = self.dry or how.dry
        line = lines.delete(self.resource, names, how.grace if self.resource.kind == "Pod" else None, how.propagation)
        return DeleteObjects(self.resource.kind, names, how.grace, how.propagation, how.uid, how.version, line=line)

    def _left(self, store: Store, before: Any) -> tuple[Any, Any]:
        after = store.get(self.resource.kind, self.place.name, self.place.namespace)
        return before, after if after is not None and after.metadata.uid == before.metadata.uid else None

    def _deleted(self, left: tuple[Any, Any]) -> Any:
        """Pods, Services and what still waits for something are answered as objects, the rest with a Status."""
        before, after = left
        if after is not None or self.resource.kind in ("Pod", "Service"):
            return after if after is not None else before
        details = {"name": before.metadata.name} | ({"group": self.resource.group} if self.resource.group else {})
        return success(details=details | {"kind": self.resource.plural, "uid": before.metadata.uid})

    # ------------------------------------------------------------------------------------------- subresources of a pod

    async def evict(self) -> HttpResponse:
        pod = found(self.store, self.place)
        body = bodies.read_object(self.request, "Eviction")
        meta = body.get("metadata")
        if isinstance(meta, dict) and meta.get("name", self.place.name) != self.place.name:
            raise bad_request("name in URL does not match name in Eviction object")
        how = deletion.options_of(body.get("deleteOptions"), self.query)
        self.dry = self.dry or how.dry
        check_uid({"metadata": {"uid": how.uid}}, pod, self.resource)
        command = Evict(self.place.name, how.grace, line=f"# evict pod/{self.place.name}")
        return await self._give(command, lambda store: None, 201, answer=lambda _: success(code=201))

    async def bind(self) -> HttpResponse:
        found(self.store, self.place)
        target = bodies.read_object(self.request, "Binding").get("target")
        node = target.get("name") if isinstance(target, dict) else None
        if not isinstance(node, str) or not node:
            raise StatusError(
                422, "Invalid", "Binding is invalid: target.name: Required value", [("FieldValueRequired", "target.name", "Required value")]
            )
        command = Bind(self.place.name, node, line=f"# bind pod/{self.place.name} to {node[:253]}")
        return await self._give(command, lambda store: None, 201, answer=lambda _: success(code=201))

    # -------------------------------------------------------------------------------------------------------- the write

    async def _give(
        self, command: Request, read: Read, status: int, answer: Callable[[Any], Any] | None = None, patch: Any = None
    ) -> HttpResponse:
        """Try it, write it down unless it changes nothing, and answer with what `read` finds."""
        self._check_namespace()
        notes, writes = Notes([], []), Writes(self.store)
        command.plan(writes, notes)
        self._validate(notes, patch)
        self.planned = writes.find(self.resource.kind, self.place.name) if self.place.name else None
        if writes.empty:
            left = read(self.store)
        elif self.dry:
            twin = self.feed.moment().cluster.copy()
            twin.do(command)
            left = self._undone(read(twin.store))
        else:
            if self.feed.room.clock.paused:
                self.warnings.append(PAUSED)
            left = await self.feed.room.do(command, lines.sender(self.request), lambda cluster: read(cluster.store))
        self.warnings += notes.warnings
        body = answer(left) if answer is not None else left
        if not isinstance(body, dict):
            body = forms.one(self.form, self.resource, body, self.feed, self.feed.moment())
        return warned(json_answer(body, status), self.warnings)

    def _undone(self, left: Any) -> Any:
        """What a dry run leaves has no version of its own."""
        if not hasattr(left, "metadata"):
            return left
        live = self.store.get(self.resource.kind, left.metadata.name, self.place.namespace)
        version = live.metadata.resource_version if live is not None else ""
        return replace(left, metadata=replace(left.metadata, resource_version=version))

    def _validate(self, notes: Notes, patch: tuple[Any, str] | None) -> None:
        """What to do about fields that the API does not have. Raises the API's 400 or 422."""
        how = self.query.text("fieldValidation") or "Warn"
        if how not in ("Strict", "Warn", "Ignore"):
            raise options.refused_options(self.options, options.unsupported("fieldValidation", how, "", "Ignore", "Strict", "Warn"))
        if self.applies and notes.unknown:
            raise ownership.undeclared(self.resource.kind, self.place.name, self.place.namespace, notes.unknown)
        if how == "Ignore":
            return
        wrong = bodies.said_twice(self.request) if self.options != "DeleteOptions" else []
        wrong += [f'unknown field "{path}"' for path in dict.fromkeys(notes.unknown)]
        if wrong and how == "Strict":
            raise self._strict(f"strict decoding error: {', '.join(wrong)}", patch)
        self.warnings += wrong

    def _strict(self, said: str, patch: tuple[Any, str] | None) -> StatusError:
        if patch is None:
            return undecodable(self.resource.kind, said)
        body, how = patch
        if how == "apply":
            return bad_request(f"error strict decoding YAML: {said.removeprefix('strict decoding error: ')}")
        live = found(self.store, self.place)
        return invalid_patch(scale_of(live) if self.place.subresource == "scale" else live, body, how, said)

    def _check_namespace(self) -> None:
        if self.resource.namespaced and self.place.namespace != NAMESPACE:
            name = self.place.namespace
            raise StatusError(404, "NotFound", f'namespaces "{name}" not found', details={"name": name, "kind": "namespaces"})

    def _stored(self, store: Store, name: str) -> Any:
        obj = store.get(self.resource.kind, name, self.place.namespace) or self.planned
        if obj is None:
            raise conflict(self.resource.kind, name, "the object is gone again")
        return scale_of(obj) if self.place.subresource == "scale" and self.resource.kind in SCALABLE else obj


def _metadata(body: dict[str, Any]) -> dict[str, Any]:
    return body["metadata"]
