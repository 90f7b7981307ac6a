"""What belonged to something that is gone goes too. Models pkg/controller/garbagecollector (v1.36): background and foreground."""

from msgspec.structs import replace

from simulation.objects import KINDS
from simulation.store import FOREGROUND, Store


def collect(store: Store, kind: str, namespace: str, name: str, uid: str) -> None:
    """Look at one owner: gone, or waiting for its dependents to go first; anything else keeps what it owns."""
    owner = store.get(kind, name, namespace)
    if owner is None or owner.metadata.uid != uid:
        _delete_dependents(store, uid, "Background")
    elif FOREGROUND in owner.metadata.finalizers:
        _delete_dependents(store, uid, "Foreground")
        if not any(True for _ in store.dependents(uid)):
            store.remove(kind, owner)


def _delete_dependents(store: Store, uid: str, propagation: str) -> None:
    """Delete what the object with this uid owned, unless somebody else who is still there owns it too."""
    for kind, obj in list(store.dependents(uid)):
        if obj.metadata.deletion_timestamp is not None:
            continue
        owners = (o for o in obj.metadata.owner_references if o.uid != uid)
        others = tuple(o for o in owners if _exists(store, o.kind, o.name, obj.metadata.namespace, o.uid))
        if others:
            store.update_status(replace(obj, metadata=replace(obj.metadata, owner_references=others)))
        else:
            store.delete(kind, obj.metadata.name, obj.metadata.namespace, propagation=propagation)


def _exists(store: Store, kind: str, name: str, namespace: str, uid: str) -> bool:
    found = store.get(kind, name, namespace) if kind in KINDS else None
    return found is not None and found.metadata.uid == uid
