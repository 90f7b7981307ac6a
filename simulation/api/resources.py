"""What the API serves and by which names: groups, versions, kinds, verbs, subresources, printed columns.

Sources: pkg/apis/*/register.go, pkg/printers/internalversion/printers.go, kubectl's shortcuts (v1.36).
"""

import msgspec

from simulation.objects import KINDS

READ = ("get", "list", "watch")
WRITE = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
CHANGE = ("delete", "deletecollection", "get", "list", "patch", "update", "watch")

Column = tuple[str, str, int]
"""(name, type, priority): those of priority 1 are shown with -o wide."""

_NAME, _AGE = ("Name", "string", 0), ("Age", "string", 0)
_TEMPLATE = (("Containers", "string", 1), ("Images", "string", 1), ("Selector", "string", 1))
_EVENT = (
    ("Last Seen", "string", 0),
    ("Type", "string", 0),
    ("Reason", "string", 0),
    ("Object", "string", 0),
    ("Subobject", "string", 1),
    ("Source", "string", 1),
    ("Message", "string", 0),
    ("First Seen", "string", 1),
    ("Count", "string", 1),
    ("Name", "string", 1),
)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "Pod": (
        _NAME,
        ("Ready", "string", 0),
        ("Status", "string", 0),
        ("Restarts", "string", 0),
        _AGE,
        ("IP", "string", 1),
        ("Node", "string", 1),
        ("Nominated Node", "string", 1),
        ("Readiness Gates", "string", 1),
    ),
    "Deployment": (_NAME, ("Ready", "string", 0), ("Up-to-date", "string", 0), ("Available", "string", 0), _AGE, *_TEMPLATE),
    "ReplicaSet": (_NAME, ("Desired", "integer", 0), ("Current", "integer", 0), ("Ready", "integer", 0), _AGE, *_TEMPLATE),
    "Service": (
        _NAME,
        ("Type", "string", 0),
        ("Cluster-IP", "string", 0),
        ("External-IP", "string", 0),
        ("Port(s)", "string", 0),
        _AGE,
        ("Selector", "string", 1),
    ),
    "Node": (
        _NAME,
        ("Status", "string", 0),
        ("Roles", "string", 0),
        _AGE,
        ("Version", "string", 0),
        ("Internal-IP", "string", 1),
        ("External-IP", "string", 1),
        ("OS-Image", "string", 1),
        ("Kernel-Version", "string", 1),
        ("Container-Runtime", "string", 1),
    ),
    "Event": _EVENT,
    "EndpointSlice": (_NAME, ("AddressType", "string", 0), ("Ports", "string", 0), ("Endpoints", "string", 0), _AGE),
    "PodDisruptionBudget": (
        _NAME,
        ("Min Available", "string", 0),
        ("Max Unavailable", "string", 0),
        ("Allowed Disruptions", "integer", 0),
        _AGE,
    ),
    "Namespace": (_NAME, ("Status", "string", 0), _AGE),
    "Endpoints": (_NAME, ("Endpoints", "string", 0), _AGE),
    "Lease": (_NAME, ("Holder", "string", 0), _AGE),
    "Scale": (_NAME, ("Desired", "integer", 0), ("Available", "integer", 0), _AGE),
}


class Subresource(msgspec.Struct, frozen=True):
    """`api_version` and `kind` only where they are not the parent's."""

    name: str
    kind: str
    verbs: tuple[str, ...]
    api_version: str = ""


STATUS = ("get", "patch", "update")
_SCALE = Subresource("scale", "Scale", STATUS, "autoscaling/v1")


class Resource(msgspec.Struct, frozen=True):
    """One row: under which group and version a kind is served, and what may be done to it."""

    kind: str
    api_version: str
    plural: str
    singular: str
    verbs: tuple[str, ...]
    short: tuple[str, ...] = ()
    namespaced: bool = True
    categories: tuple[str, ...] = ()
    subresources: tuple[Subresource, ...] = ()

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    @property
    def version(self) -> str:
        return self.api_version.rpartition("/")[2]

    @property
    def resource(self) -> str:
        """Plural with group, as in `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def shown(self) -> str:
        """Singular with group, as kubectl names objects."""
        return f"{self.singular}.{self.group}" if self.group else self.singular


def _stored(kind: str, verbs: tuple[str, ...], all: bool = False, more: tuple[Subresource, ...] = (), status: bool = True) -> Resource:
    row = KINDS[kind]
    subresources = (*more, *((Subresource("status", kind, STATUS),) if status else ()))
    categories = ("all",) if all else ()
    return Resource(kind, row.api_version, row.plural, row.singular, verbs, row.short, row.namespaced, categories, subresources)


_POD = (
    Subresource("attach", "PodAttachOptions", ("create", "get")),
    Subresource("binding", "Binding", ("create",)),
    Subresource("eviction", "Eviction", ("create",), "policy/v1"),
    Subresource("exec", "PodExecOptions", ("create", "get")),
    Subresource("log", "Pod", ("get",)),
    Subresource("portforward", "PodPortForwardOptions", ("create", "get")),
)

RESOURCES: tuple[Resource, ...] = (
    Resource("Endpoints", "v1", "endpoints", "endpoints", READ, ("ep",)),
    _stored("Event", (*READ,), status=False),
    Resource(
        "Namespace",
        "v1",
        "namespaces",
        "namespace",
        READ,
        ("ns",),
        namespaced=False,
        subresources=(Subresource("status", "Namespace", ("get",)),),
    ),
    _stored("Node", CHANGE),
    _stored("Pod", WRITE, True, _POD),
    _stored("Service", WRITE, True),
    _stored("Deployment", WRITE, True, (_SCALE,)),
    _stored("ReplicaSet", WRITE, True, (_SCALE,)),
    Resource("Lease", "coordination.k8s.io/v1", "leases", "lease", READ),
    _stored("EndpointSlice", READ, status=False),
    Resource("Event", "events.k8s.io/v1", "events", "event", READ, ("ev",)),
    _stored("PodDisruptionBudget", WRITE),
)
"""In the order of discovery, which is the order in which `get all` prints."""

GROUPS = tuple(dict.fromkeys(row.api_version for row in RESOURCES))
BY_PATH = {(row.api_version, row.plural): row for row in RESOURCES}
BY_KIND = {row.kind: row for row in reversed(RESOURCES) if row.api_version != "events.k8s.io/v1"}
