"""The cluster as files for a real one: what a person asked for, and nothing that a controller made of it or a server stamped on it.

`kubectl apply -f` takes it. Pods and ReplicaSets that somebody manages are left out: whoever manages them makes them again.
"""

from typing import Any

from simulation.api.documents import write
from simulation.api.wire import to_json
from simulation.controllers.deployment.util import own_annotations
from simulation.store import controller_of

ASKED_FOR = ("Service", "PodDisruptionBudget", "Deployment", "ReplicaSet", "Pod")
"""In the order in which they are best created."""
STAMPS = ("uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "ownerReferences")
GIVEN = {"Service": ("clusterIP", "clusterIPs"), "Pod": ("nodeName", "priority", "preemptionPolicy")}
"""What the server, an admission plugin or the scheduler filled in, and another cluster would fill in otherwise or refuse."""
NOTHING = "# Nothing stands on this desk that somebody asked for.\n"


def manifests(store: Any) -> str:
    found = [
        write(_bare(obj))
        for kind in ASKED_FOR
        for obj in store.list(kind)
        if controller_of(obj) is None and obj.metadata.deletion_timestamp is None
    ]
    return "---\n".join(found) or NOTHING


def _bare(obj: Any) -> dict[str, Any]:
    body = to_json(obj)
    meta = {key: value for key, value in body["metadata"].items() if key not in (*STAMPS, "annotations", "finalizers")}
    if annotations := own_annotations(obj.metadata.annotations):
        meta["annotations"] = annotations
    given = GIVEN.get(body["kind"], ())
    spec = {key: value for key, value in body["spec"].items() if key not in given or value in ("None", ["None"])}
    return {"apiVersion": body["apiVersion"], "kind": body["kind"], "metadata": meta, "spec": spec}
