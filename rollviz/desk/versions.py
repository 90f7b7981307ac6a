"""A version's name and hue: `v` and the first revision its ReplicaSet ever had, so that a roll back does not rename it."""

from rollviz.desk.words import Version
from simulation.controllers.deployment.util import revision_of
from simulation.objects import REVISION_HISTORY, ReplicaSet
from simulation.store import controller_of


def first_revision(rs: ReplicaSet) -> int:
    history = rs.metadata.annotations.get(REVISION_HISTORY, "").partition(",")[0]
    return int(history) if history.isdigit() else revision_of(rs) or 0


def hue_revision(rs: ReplicaSet, revision: int) -> int:
    """Hues go by revision; what a Deployment called green makes begins with the hue that looks it, since blue has the first."""
    owner = controller_of(rs)
    return revision + 2 if revision and owner is not None and "green" in owner.name.split("-") else revision


def version_of(memory, store, rs: ReplicaSet) -> Version:
    """With several Deployments the name says whose version it is."""
    owner = controller_of(rs)
    revision = first_revision(rs)
    hue = memory.hues.peek(rs.metadata.uid, hue_revision(rs, revision))
    if owner is None or not revision:
        return Version(rs.metadata.name, hue)
    label = f"v{revision}"
    return Version(f"{owner.name} {label}" if len(store.list("Deployment")) > 1 else label, hue)


def version_called(memory, cluster, namespace: str, name: str) -> Version:
    """The version of the ReplicaSet with this name, gone or not."""
    rs = cluster.store.get("ReplicaSet", name, namespace or "default")
    if rs is None:
        return memory.gone.get(name, Version(name, 0))
    memory.gone[name] = version = version_of(memory, cluster.store, rs)
    return version
