"""Every object is an immutable record in Kubernetes' own shape: metadata, spec, status.

A change is a new record (`msgspec.structs.replace`), so a copy of a whole cluster shares its objects. Field names are the API's
in Python's case; the wire name is the camelCase form. Zero values are omitted on the wire as Go's `omitempty` does, so the API's
defaults (replicas 1, 25 %, 600 s …) are filled in by `simulation.api.defaults`, never here.

Times in objects are whole seconds since `EPOCH` (API timestamps have 1 s resolution); `simulation.api.wire` writes them as RFC 3339.
Source: staging/src/k8s.io/api/{core/v1,apps/v1,discovery/v1}/types.go (v1.36).
"""

from typing import Any

import msgspec
from msgspec import field

Time = int
"""Whole seconds since EPOCH."""

EPOCH = 1_767_225_600
"""2026-01-01T00:00:00Z in Unix seconds: where every simulated clock starts, so that a run is the same on every machine."""

REVISION = "deployment.kubernetes.io/revision"
REVISION_HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas"
MAX_REPLICAS = "deployment.kubernetes.io/max-replicas"
ROLLBACK_TO = "deprecated.deployment.rollback.to"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
CHANGE_CAUSE = "kubernetes.io/change-cause"
POD_DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
POD_TEMPLATE_HASH = "pod-template-hash"
HOSTNAME = "kubernetes.io/hostname"


class Record(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel", gc=False):
    """Base of all records. Dicts and tuples inside are shared between versions of an object: never change one in place."""


class OwnerReference(Record):
    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool | None = None
    block_owner_deletion: bool | None = None


class ObjectMeta(Record):
    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: Time | None = None
    deletion_timestamp: Time | None = None
    deletion_grace_period_seconds: int | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner_references: tuple[OwnerReference, ...] = ()
    finalizers: tuple[str, ...] = ()
    managed_fields: tuple[dict[str, Any], ...] = ()
    """Who wrote which field, as far as clients of the API did; their times are seconds as all times are."""


class LabelSelectorRequirement(Record):
    key: str
    operator: str
    values: tuple[str, ...] = ()


class LabelSelector(Record):
    match_labels: dict[str, str] = {}
    match_expressions: tuple[LabelSelectorRequirement, ...] = ()


# ---------------------------------------------------------------------------------------------------------------- pods


class Probe(Record):
    """A probe of a container; periods and thresholds are filled in by the API's defaults."""

    http_get: dict[str, Any] | None = None
    tcp_socket: dict[str, Any] | None = None
    exec: dict[str, Any] | None = None
    grpc: dict[str, Any] | None = None
    initial_delay_seconds: int = 0
    timeout_seconds: int = 0
    period_seconds: int = 0
    success_threshold: int = 0
    failure_threshold: int = 0
    termination_grace_period_seconds: int | None = None


class Container(Record):
    """What the simulation reads is typed; the rest is carried as given, because any change of it makes a new template."""

    name: str = ""
    image: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    working_dir: str = ""
    ports: tuple[dict[str, Any], ...] = ()
    env_from: tuple[dict[str, Any], ...] = ()
    env: tuple[dict[str, Any], ...] = ()
    resources: dict[str, Any] | None = None
    restart_policy: str = ""
    """Only for init containers, where Always makes a sidecar."""
    volume_mounts: tuple[dict[str, Any], ...] = ()
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    lifecycle: dict[str, Any] | None = None
    termination_message_path: str = ""
    termination_message_policy: str = ""
    image_pull_policy: str = ""
    security_context: dict[str, Any] | None = None
    stdin: bool = False
    tty: bool = False


class Toleration(Record):
    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""
    toleration_seconds: int | None = None


class PodSpec(Record):
    volumes: tuple[dict[str, Any], ...] = ()
    init_containers: tuple[Container, ...] = ()
    containers: tuple[Container, ...] = ()
    restart_policy: str = ""
    termination_grace_period_seconds: int | None = None
    active_deadline_seconds: int | None = None
    dns_policy: str = ""
    node_selector: dict[str, str] = {}
    service_account_name: str = ""
    node_name: str = ""
    host_network: bool = False
    security_context: dict[str, Any] | None = None
    image_pull_secrets: tuple[dict[str, Any], ...] = ()
    hostname: str = ""
    subdomain: str = ""
    affinity: dict[str, Any] | None = None
    scheduler_name: str = ""
    tolerations: tuple[Toleration, ...] = ()
    priority_class_name: str = ""
    priority: int | None = None
    readiness_gates: tuple[dict[str, Any], ...] = ()
    enable_service_links: bool | None = None
    preemption_policy: str | None = None
    topology_spread_constraints: tuple[dict[str, Any], ...] = ()


class PodTemplateSpec(Record):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()


class PodCondition(Record):
    type: str
    status: str
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class ContainerStateWaiting(Record):
    reason: str = ""
    message: str = ""


class ContainerStateRunning(Record):
    started_at: Time | None = None


class ContainerStateTerminated(Record):
    exit_code: int
    signal: int = 0
    reason: str = ""
    message: str = ""
    started_at: Time | None = None
    finished_at: Time | None = None
    container_id: str = field(default="", name="containerID")


class ContainerState(Record):
    """Exactly one of the three is set; none set means waiting."""

    waiting: ContainerStateWaiting | None = None
    running: ContainerStateRunning | None = None
    terminated: ContainerStateTerminated | None = None


class ContainerStatus(Record, kw_only=True):
    name: str
    state: ContainerState = field(default_factory=ContainerState)
    last_state: ContainerState = field(default_factory=ContainerState)
    ready: bool
    restart_count: int
    image: str
    image_id: str = field(name="imageID")
    container_id: str = field(default="", name="containerID")
    started: bool | None = None


class PodStatus(Record):
    observed_generation: int = 0
    phase: str = ""
    conditions: tuple[PodCondition, ...] = ()
    message: str = ""
    reason: str = ""
    nominated_node_name: str = ""
    host_ip: str = field(default="", name="hostIP")
    pod_ip: str = field(default="", name="podIP")
    start_time: Time | None = None
    init_container_statuses: tuple[ContainerStatus, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()
    qos_class: str = ""


class Pod(Record):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


# -------------------------------------------------------------------------------------------- deployments, replica sets


class RollingUpdateDeployment(Record):
    max_unavailable: int | str | None = None
    max_surge: int | str | None = None


class DeploymentStrategy(Record):
    type: str = ""
    rolling_update: RollingUpdateDeployment | None = None


class DeploymentSpec(Record):
    replicas: int | None = None
    selector: LabelSelector | None = None
    template: PodTemplateSpec = PodTemplateSpec()
    strategy: DeploymentStrategy = DeploymentStrategy()
    min_ready_seconds: int = 0
    revision_history_limit: int | None = None
    paused: bool = False
    progress_deadline_seconds: int | None = None


class DeploymentCondition(Record):
    type: str
    status: str
    last_update_time: Time | None = None
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class DeploymentStatus(Record):
    observed_generation: int = 0
    replicas: int = 0
    updated_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    unavailable_replicas: int = 0
    terminating_replicas: int | None = None
    conditions: tuple[DeploymentCondition, ...] = ()
    collision_count: int | None = None


class Deployment(Record):
    metadata: ObjectMeta = ObjectMeta()
    spec: DeploymentSpec = DeploymentSpec()
    status: DeploymentStatus = DeploymentStatus()


class ReplicaSetSpec(Record):
    replicas: int | None = None
    min_ready_seconds: int = 0
    selector: LabelSelector | None = None
    template: PodTemplateSpec = PodTemplateSpec()


class ReplicaSetCondition(Record):
    type: str
    status: str
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class ReplicaSetStatus(Record):
    replicas: int = field(name="replicas")
    fully_labeled_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    terminating_replicas: int | None = None
    observed_generation: int = 0
    conditions: tuple[ReplicaSetCondition, ...] = ()


class ReplicaSet(Record):
    metadata: ObjectMeta = ObjectMeta()
    spec: ReplicaSetSpec = ReplicaSetSpec()
    status: ReplicaSetStatus = ReplicaSetStatus(replicas=0)


# ------------------------------------------------------------------------------------------------------------- services


class ServicePort(Record, kw_only=True):
    name: str = ""
    protocol: str = ""
    app_protocol: str | None = None
    port: int
    target_port: int | str | None = None
    node_port: int = 0


class ServiceSpec(Record):
    ports: tuple[ServicePort, ...] = ()
    selector: dict[str, str] = {}
    cluster_ip: str = field(default="", name="clusterIP")
    cluster_ips: tuple[str, ...] = field(default=(), name="clusterIPs")
    type: str = ""
    session_affinity: str = ""
    external_name: str = ""
    publish_not_ready_addresses: bool = False
    ip_families: tuple[str, ...] = ()
    ip_family_policy: str | None = None
    internal_traffic_policy: str | None = None
    external_traffic_policy: str | None = None
    allocate_load_balancer_node_ports: bool | None = None


class Service(Record):
    metadata: ObjectMeta = ObjectMeta()
    spec: ServiceSpec = ServiceSpec()
    status: dict[str, Any] = field(default_factory=lambda: {"loadBalancer": {}})


class EndpointConditions(Record):
    ready: bool
    serving: bool
    terminating: bool


class ObjectReference(Record):
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    api_version: str = ""
    resource_version: str = ""
    field_path: str = ""


class Endpoint(Record):
    addresses: tuple[str, ...]
    conditions: EndpointConditions
    hostname: str | None = None
    target_ref: ObjectReference | None = None
    node_name: str | None = None
    zone: str | None = None


class EndpointPort(Record):
    name: str
    protocol: str = ""
    port: int | None = None


class EndpointSlice(Record):
    metadata: ObjectMeta = ObjectMeta()
    address_type: str = ""
    endpoints: tuple[Endpoint, ...] | None = None
    ports: tuple[EndpointPort, ...] | None = None


# ----------------------------------------------------------------------------------------------------- nodes and events


class Taint(Record, kw_only=True):
    key: str
    value: str = ""
    effect: str
    time_added: Time | None = None


class NodeSpec(Record):
    pod_cidr: str = field(default="", name="podCIDR")
    taints: tuple[Taint, ...] = ()
    unschedulable: bool = False


class NodeCondition(Record):
    type: str
    status: str
    last_heartbeat_time: Time | None = None
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class NodeStatus(Record):
    capacity: dict[str, str] = {}
    allocatable: dict[str, str] = {}
    conditions: tuple[NodeCondition, ...] = ()
    addresses: tuple[dict[str, str], ...] = ()
    node_info: dict[str, str] = {}


class Node(Record):
    metadata: ObjectMeta = ObjectMeta()
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()


class Machine(Record):
    """What stands behind a Node object, whether or not the API knows of it. Not an API object."""

    name: str
    pods: int = 110
    off_since: int | None = None
    """When it last gave a sign of life, in ms; None while it answers."""
    starts: int = 0
    """How often it was switched on again."""


class Exec(Record):
    """Something done inside a container. Not an API object."""

    namespace: str
    name: str
    uid: str
    container: int
    """Its number: the regular ones from 0 up, the init containers from -1 down."""
    did: str
    """`kill`: SIGTERM to process 1; `rm`, `touch`: /tmp/healthy goes or comes back."""


class Clients(Record):
    """Who sends requests to a Service, `rate` in a second. Not an API object."""

    service: str
    namespace: str
    rate: int
    waits: bool = False
    """They begin only when the Service first has an endpoint."""


class EventSource(Record):
    component: str = ""
    host: str = ""


class EventSeries(Record):
    count: int = 0
    last_observed_time: Time | None = None


class Event(Record):
    """core/v1 Event. `event_time` is set only by the scheduler, which writes events.k8s.io/v1 and leaves the counts empty."""

    metadata: ObjectMeta = ObjectMeta()
    involved_object: ObjectReference = ObjectReference()
    reason: str = ""
    message: str = ""
    source: EventSource = EventSource()
    first_timestamp: Time | None = None
    last_timestamp: Time | None = None
    count: int = 0
    type: str = ""
    event_time: Time | None = None
    series: EventSeries | None = None
    action: str = ""
    reporting_component: str = ""
    reporting_instance: str = ""


# ------------------------------------------------------------------------------------------------- disruption, draining


class PodDisruptionBudgetSpec(Record):
    min_available: int | str | None = None
    selector: LabelSelector | None = None
    max_unavailable: int | str | None = None
    unhealthy_pod_eviction_policy: str | None = None


class Condition(Record, kw_only=True):
    """metav1.Condition, which Go never shortens."""

    type: str
    status: str
    observed_generation: int = 0
    last_transition_time: Time | None
    reason: str
    message: str


class PodDisruptionBudgetStatus(Record, kw_only=True):
    observed_generation: int = 0
    disrupted_pods: dict[str, Time] = {}
    """Pods that the API server let go and that are not yet seen going, and since when."""
    disruptions_allowed: int
    current_healthy: int
    desired_healthy: int
    expected_pods: int
    conditions: tuple[Condition, ...] = ()


class PodDisruptionBudget(Record):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodDisruptionBudgetSpec = PodDisruptionBudgetSpec()
    status: PodDisruptionBudgetStatus = PodDisruptionBudgetStatus(
        disruptions_allowed=0, current_healthy=0, desired_healthy=0, expected_pods=0
    )


class Leaving(Record):
    """A pod that a drain wants gone. `evicted_at` is None while the API server refuses."""

    namespace: str
    name: str
    uid: str
    evicted_at: int | None = None


class Draining(Record):
    """A `kubectl drain` that is still running. Not an API object: it is a process on somebody's machine. Times in ms."""

    nodes: tuple[str, ...]
    """The one being drained, then those whose turn comes after it."""
    pods: tuple[Leaving, ...] = ()
    next_try: int = 0
    tried: bool = False
    """Whether the current node's pods have been asked for once: only then does a try announce itself again."""
    deadline: int | None = None
    timeout: str = ""
    grace_period_seconds: int | None = None
    force: bool = False
    delete_emptydir_data: bool = False
    pod_selector: str = ""
    disable_eviction: bool = False
    """Pods are deleted, whatever their budgets say."""
    errors: tuple[str, ...] = ()
    """What went wrong with pods of the current node."""
    failed: tuple[tuple[str, str], ...] = ()
    """(node, error) of those given up."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table of kinds: the record's class and the names the API knows it by."""

    cls: type
    api_version: str
    plural: str
    singular: str
    short: tuple[str, ...] = ()
    namespaced: bool = True

    @property
    def kind(self) -> str:
        return self.cls.__name__

    @property
    def group(self) -> str:
        """The API group, "" for core."""
        return self.api_version.rpartition("/")[0]

    @property
    def resource(self) -> str:
        """Plural with group, as in `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


KINDS: dict[str, Kind] = {
    row.kind: row
    for row in (
        Kind(cls=Pod, api_version="v1", plural="pods", singular="pod", short=("po",)),
        Kind(cls=Service, api_version="v1", plural="services", singular="service", short=("svc",)),
        Kind(cls=Node, api_version="v1", plural="nodes", singular="node", short=("no",), namespaced=False),
        Kind(cls=Event, api_version="v1", plural="events", singular="event", short=("ev",)),
        Kind(cls=Deployment, api_version="apps/v1", plural="deployments", singular="deployment", short=("deploy",)),
        Kind(cls=ReplicaSet, api_version="apps/v1", plural="replicasets", singular="replicaset", short=("rs",)),
        Kind(cls=EndpointSlice, api_version="discovery.k8s.io/v1", plural="endpointslices", singular="endpointslice"),
        Kind(
            cls=PodDisruptionBudget,
            api_version="policy/v1",
            plural="poddisruptionbudgets",
            singular="poddisruptionbudget",
            short=("pdb",),
        ),
    )
}
