"""One person's act as the API server takes it: every write is defaulted and validated first, and all are kept or none.

Reads see the writes that are waiting; the store is touched only by `commit`, after nothing can fail any more, so that a refused act
leaves no trace, not even in the engine's chance.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from simulation.api import limits, services
from simulation.api.defaults import default
from simulation.api.errors import StatusError, already_exists, invalid, not_found
from simulation.api.selectors import Selector
from simulation.api.validation import validate
from simulation.objects import KINDS, Clients, Machine
from simulation.store import Forbidden, Store, controller_of

NAMESPACE = "default"


class Written:
    """A created object; its generated name and address are known after the commit."""

    __slots__ = ("obj",)

    def __init__(self, obj: Any) -> None:
        self.obj = obj


class Writes:
    def __init__(self, store: Store) -> None:
        self.store = store
        self._waiting: dict[tuple[str, str], Any] = {}
        """(kind, name) -> the object as it will be, None if it will be deleted."""
        self._todo: list[tuple] = []

    # --- reading

    def find(self, kind: str, name: str) -> Any | None:
        if (kind, name) in self._waiting:
            return self._waiting[kind, name]
        return self.store.get(kind, name, NAMESPACE if KINDS[kind].namespaced else "")

    def get(self, kind: str, name: str) -> Any:
        """Raises the API's 404."""
        obj = self.find(kind, name)
        if obj is None:
            raise not_found(kind, name)
        return obj

    def is_going(self, kind: str, name: str) -> bool:
        """Whether this act deletes it."""
        return (kind, name) in self._waiting and self._waiting[kind, name] is None

    def select(self, kind: str, selector: Selector | None = None) -> list[Any]:
        """By name, as the API lists."""
        stored = {obj.metadata.name: obj for obj in self.store.list(kind)}
        stored |= {name: obj for (of, name), obj in self._waiting.items() if of == kind}
        found = [obj for _, obj in sorted(stored.items()) if obj is not None]
        return [obj for obj in found if selector is None or selector.matches(obj.metadata.labels)]

    # --- writing

    def create(self, obj: Any, prefix: str = "") -> Written:
        """Default, validate and note a new object. `prefix` is what kubectl says before an error. Raises StatusError."""
        kind = type(obj).__name__
        meta = obj.metadata
        check_namespace(meta.namespace or NAMESPACE)
        obj = default(replace(obj, metadata=replace(meta, namespace=NAMESPACE)))
        self._check(obj, None, prefix)
        if meta.name and self.find(kind, meta.name) is not None:
            raise already_exists(kind, meta.name, prefix)
        written = Written(obj)
        if meta.name:
            self._waiting[kind, meta.name] = obj
        self._todo.append(("create", written))
        return written

    def update(self, new: Any) -> bool:
        """Default, validate and note the new form of an object; False if it is the same. Raises StatusError."""
        kind, name = type(new).__name__, new.metadata.name
        old = self.get(kind, name)
        new = default(_kept(new, old)) if kind != "Pod" else new
        self._check(new, old, "")
        if new == old:
            return False
        self._waiting[kind, name] = new
        self._todo.append(("update", new))
        return True

    def delete(self, kind: str, name: str, grace_period_seconds: int | None = None, propagation: str = "Background") -> None:
        """Raises the API's 404."""
        self.get(kind, name)
        self._waiting[kind, name] = None
        self._todo.append(("delete", kind, name, grace_period_seconds, propagation))

    def update_status(self, new: Any) -> None:
        """Note a write that is not validated and begins no generation: a status or binding subresource."""
        kind, name = type(new).__name__, new.metadata.name
        if new != self.get(kind, name):
            self._waiting[kind, name] = new
            self._todo.append(("status", new))

    def then(self, act: Callable[[Store], None]) -> None:
        """Note something that the store does by itself, which may still refuse it."""
        self._todo.append(("then", act))

    @property
    def empty(self) -> bool:
        """Whether nothing would be written."""
        return not self._todo

    def set_machine(self, machine: Machine) -> None:
        """Note that a machine is cut off or comes back: nothing to validate, it is no API object."""
        self._todo.append(("machine", machine))

    def set_clients(self, clients: Clients) -> None:
        """Note that requests are sent: nothing to validate, nobody is an API object."""
        self._todo.append(("clients", clients))

    def commit(self) -> None:
        """Hand everything to the store, in order."""
        for what, *args in self._todo:
            if what == "create":
                self._commit_create(args[0])
            elif what == "update":
                self._commit_update(args[0])
            elif what == "status":
                self.store.update_status(args[0])
            elif what == "machine":
                self.store.set_machine(args[0])
            elif what == "clients":
                self.store.set_clients(args[0])
            elif what == "then":
                args[0](self.store)
            else:
                kind, name, grace, propagation = args
                self.store.delete(kind, name, NAMESPACE if KINDS[kind].namespaced else "", grace, propagation)

    def _commit_create(self, written: Written) -> None:
        obj = written.obj
        if type(obj).__name__ == "Service":
            obj = self._allocated(obj)
        try:
            written.obj = self.store.create(obj)
        except Forbidden as refused:
            raise StatusError(403, "Forbidden", str(refused), kind=type(obj).__name__, name=obj.metadata.name) from None

    def _allocated(self, service: Any) -> Any:
        """A Service with its address and its ports on the nodes."""
        others = self.store.list("Service")
        if not service.spec.cluster_ip and service.spec.type != "ExternalName":
            used = {other.spec.cluster_ip for other in others}
            address = next(ip for ip in iter(lambda: self.store.new_ip(services.NETWORK), None) if ip not in used)
            service = replace(service, spec=replace(service.spec, cluster_ip=address, cluster_ips=(address,)))
        return services.with_node_ports(service, others)

    def _commit_update(self, new: Any) -> None:
        """The stamps are those of the stored object, which may have been written once more in the same act."""
        stored = self.store.get(type(new).__name__, new.metadata.name, new.metadata.namespace)
        meta = replace(
            new.metadata,
            uid=stored.metadata.uid,
            resource_version=stored.metadata.resource_version,
            generation=stored.metadata.generation,
            creation_timestamp=stored.metadata.creation_timestamp,
        )
        new = _kept(replace(new, metadata=meta), stored)
        self.store.update(self._allocated(new) if type(new).__name__ == "Service" else new)

    def _check(self, obj: Any, old: Any | None, prefix: str) -> None:
        errors = validate(obj, old)
        errors += limits.problems(obj, self._others(obj)) if old is None or self._grows(obj, old) else limits.problems(obj, ())
        kind = type(obj).__name__
        if kind == "Service" and not errors:
            errors += services.taken(obj, self.select("Service"))
        if old is None:
            errors += limits.too_many(kind, sum(controller_of(o) is None for o in self.select(kind)))
        if errors:
            refused = invalid(kind, obj.metadata.name, errors)
            refused.prefix = prefix
            raise refused

    @staticmethod
    def _grows(obj: Any, old: Any) -> bool:
        return type(obj).__name__ in ("Deployment", "ReplicaSet") and (obj.spec.replicas or 0) > (old.spec.replicas or 0)

    def _others(self, obj: Any) -> list[Any]:
        """What else people asked for: Deployments, and ReplicaSets and pods that nobody controls.

        A ReplicaSet of a Deployment that a hand moves up stands for its Deployment, which will take the difference back.
        """
        mine = controller_of(obj)
        found = []
        for kind in ("Deployment", "ReplicaSet"):
            for other in self.select(kind):
                itself = other.metadata.name == obj.metadata.name and kind == type(obj).__name__
                if not itself and controller_of(other) is None and (mine is None or other.metadata.uid != mine.uid):
                    found.append(other)
        loose = [pod for key, pod in self.store.loose.items() if key[1] != obj.metadata.name]
        waiting = [o for (kind, _), o in self._waiting.items() if kind == "Pod" and o is not None and o.metadata.name != obj.metadata.name]
        return found + loose + [pod for pod in waiting if not pod.metadata.uid]


def _kept(new: Any, old: Any) -> Any:
    return services.kept(new, old) if type(new).__name__ == "Service" else new


def check_namespace(name: str) -> None:
    """A desk has the namespace `default` and no other. Raises the API's 404."""
    if name != NAMESPACE:
        raise StatusError(404, "NotFound", f'namespaces "{name}" not found', name=name)
