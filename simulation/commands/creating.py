"""What makes objects without a manifest: create, run, expose. Models staging/src/k8s.io/kubectl/pkg/cmd/create, run and expose (v1.36)."""

import shlex
from typing import Any

from msgspec.structs import replace

from simulation.act import Act, Said
from simulation.api import schema, selectors
from simulation.api.errors import UsageError, go_quote
from simulation.api.writes import Writes
from simulation.commands.wording import named, pairs, pod_spec_of, ref_of, text_of
from simulation.objects import (
    Container,
    Deployment,
    DeploymentSpec,
    LabelSelector,
    LabelSelectorRequirement,
    ObjectMeta,
    Pod,
    PodDisruptionBudget,
    PodDisruptionBudgetSpec,
    PodSpec,
    PodTemplateSpec,
    ReplicaSet,
    Service,
    ServicePort,
    ServiceSpec,
)

EXPOSABLE = ("Deployment", "ReplicaSet", "Pod", "Service")


class CreateDeployment(Act, frozen=True, tag="create-deployment"):
    """`kubectl create deployment`: one container per image, all labelled app=NAME."""

    name: str
    images: tuple[str, ...]
    replicas: int = 1
    port: int | None = None
    command: tuple[str, ...] = ()

    def act(self, writes: Writes) -> Said:
        labels = {"app": self.name}
        containers = [Container(name=container_name(image), image=image) for image in self.images]
        if self.port is not None and containers:
            containers[0] = replace(containers[0], ports=({"containerPort": self.port},))
        if self.command and containers:
            containers[0] = replace(containers[0], command=self.command)
        deployment = Deployment(
            metadata=ObjectMeta(name=self.name, labels=labels),
            spec=DeploymentSpec(
                replicas=self.replicas,
                selector=LabelSelector(match_labels=labels),
                template=PodTemplateSpec(ObjectMeta(labels=labels), PodSpec(containers=tuple(containers))),
            ),
        )
        writes.create(deployment, "failed to create deployment: ")
        return f"{ref_of(deployment)} created"

    def kubectl(self) -> str:
        words = ["create", "deployment", self.name, *(f"--image={image}" for image in self.images)]
        if self.replicas != 1:
            words.append(f"--replicas={self.replicas}")
        if self.port is not None:
            words.append(f"--port={self.port}")
        return shlex.join([*words, *(("--", *self.command) if self.command else ())])


class CreateService(Act, frozen=True, tag="create-service"):
    """`kubectl create service clusterip`: picks the pods labelled app=NAME. `tcp` holds PORT or PORT:TARGET."""

    name: str
    tcp: tuple[str, ...] = ()
    cluster_ip: str = ""

    def act(self, writes: Writes) -> Said:
        if not self.tcp and self.cluster_ip != "None":
            raise UsageError("at least one tcp port specifier must be provided")
        labels = {"app": self.name}
        service = Service(
            metadata=ObjectMeta(name=self.name, labels=labels),
            spec=ServiceSpec(
                type="ClusterIP", selector=labels, ports=tuple(_tcp_port(tcp) for tcp in self.tcp), cluster_ip=self.cluster_ip
            ),
        )
        writes.create(service, "failed to create ClusterIP service: ")
        return f"{ref_of(service)} created"

    def kubectl(self) -> str:
        words = ["create", "service", "clusterip", self.name, *(f"--tcp={tcp}" for tcp in self.tcp)]
        return shlex.join([*words, *([f"--clusterip={self.cluster_ip}"] if self.cluster_ip else [])])


class Run(Act, frozen=True, tag="run"):
    """`kubectl run`: one bare pod. Before kubectl 1.18 this made a Deployment."""

    name: str
    image: str
    port: int | None = None
    labels: dict[str, str] = {}
    env: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    command: bool = False
    restart: str = ""
    expose: bool = False

    def act(self, writes: Writes) -> Said:
        labels = self.labels or {"run": self.name}
        container = Container(
            name=self.name,
            image=self.image,
            ports=({"containerPort": self.port},) if self.port is not None else (),
            env=tuple({"name": name, "value": value} for name, _, value in (entry.partition("=") for entry in self.env)),
            args=() if self.command else self.args,
            command=self.args if self.command else (),
        )
        spec = PodSpec(containers=(container,), restart_policy=self.restart)
        said = []
        if self.expose:
            port = ServicePort(port=self.port or 0, target_port=self.port or 0)
            writes.create(Service(metadata=ObjectMeta(name=self.name), spec=ServiceSpec(ports=(port,), selector=labels)))
            said.append(f"service/{self.name} created")
        writes.create(Pod(metadata=ObjectMeta(name=self.name, labels=labels), spec=spec))
        return text_of([*said, f"pod/{self.name} created"])

    def kubectl(self) -> str:
        words = ["run", self.name, f"--image={self.image}"]
        words += [f"--port={self.port}"] if self.port is not None else []
        words += [f"--labels={pairs(self.labels)}"] if self.labels else []
        words += [f"--env={entry}" for entry in self.env]
        words += [f"--restart={self.restart}"] if self.restart else []
        words += ["--expose"] if self.expose else []
        words += ["--command"] if self.command else []
        return shlex.join([*words, *(("--", *self.args) if self.args else ())])


class Expose(Act, frozen=True, tag="expose"):
    """`kubectl expose`: a Service for the pods of an object."""

    kind: str
    name: str
    port: str = ""
    target_port: str = ""
    service: str = ""
    protocol: str = ""
    type: str = ""
    selector: dict[str, str] = {}
    labels: dict[str, str] = {}
    cluster_ip: str = ""

    def act(self, writes: Writes) -> Said:
        if self.kind not in EXPOSABLE:
            raise UsageError(f"cannot expose a {self.kind}")
        obj = writes.get(self.kind, self.name)
        selector = self.selector or _map_selector(obj)
        numbers = self.port.split(",") if self.port else _ports_of(obj)
        if not numbers:
            raise UsageError("couldn't find port via --port flag or introspection")
        name = self.service or self.name[:63]
        ports = tuple(self._port(number, i, len(numbers)) for i, number in enumerate(numbers))
        spec = ServiceSpec(ports=ports, selector=selector, type=self.type, cluster_ip=self.cluster_ip)
        labels = self.labels or obj.metadata.labels
        writes.create(Service(metadata=ObjectMeta(name=name, labels=labels), spec=spec))
        return f"service/{name} exposed"

    def _port(self, number: str, index: int, count: int) -> ServicePort:
        port = schema.parse_int_or_string(number)
        if isinstance(port, str):
            raise UsageError(f"strconv.Atoi: parsing {go_quote(port)}: invalid syntax")
        target = schema.parse_int_or_string(self.target_port) if self.target_port else port
        return ServicePort(name=f"port-{index + 1}" if count > 1 else "", port=port, target_port=target, protocol=self.protocol)

    def kubectl(self) -> str:
        words = ["expose", *named(self.kind, self.name)]
        for flag, value in (("port", self.port), ("target-port", self.target_port), ("name", self.service), ("type", self.type)):
            words += [f"--{flag}={value}"] if value else []
        words += [f"--protocol={self.protocol}"] if self.protocol else []
        words += [f"--selector={pairs(self.selector)}"] if self.selector else []
        words += [f"--labels={pairs(self.labels)}"] if self.labels else []
        return shlex.join([*words, *([f"--cluster-ip={self.cluster_ip}"] if self.cluster_ip else [])])


class CreateBudget(Act, frozen=True, tag="create-poddisruptionbudget"):
    """`kubectl create poddisruptionbudget`: how many of the selected pods evictions must leave, or may take."""

    name: str
    selector: str
    min_available: str = ""
    max_unavailable: str = ""

    def act(self, writes: Writes) -> Said:
        spec = PodDisruptionBudgetSpec(
            selector=_object_selector(self.selector),
            min_available=schema.parse_int_or_string(self.min_available) if self.min_available else None,
            max_unavailable=schema.parse_int_or_string(self.max_unavailable) if self.max_unavailable else None,
        )
        budget = PodDisruptionBudget(ObjectMeta(name=self.name), spec)
        writes.create(budget, "failed to create poddisruptionbudgets: ")
        return f"{ref_of(budget)} created"

    def kubectl(self) -> str:
        words = ["create", "poddisruptionbudget", self.name, f"--selector={self.selector}"]
        words += [f"--min-available={self.min_available}"] if self.min_available else []
        return shlex.join([*words, *([f"--max-unavailable={self.max_unavailable}"] if self.max_unavailable else [])])


def container_name(image: str) -> str:
    """The name `create deployment` gives a container: the image's last part, without tag or digest.

    kubectl appends five random letters where it had to replace a sign; here they follow from the image, so that runs repeat.
    """
    name = image.rpartition("/")[2].split(":")[0].split("@")[0]
    if not any(sign in name for sign in "_."):
        return name
    letters = "bcdfghjklmnpqrstvwxz2456789"
    number = sum(ord(sign) * 31**i for i, sign in enumerate(image[:300]))
    return name.replace("_", "-").replace(".", "-") + "-" + "".join(letters[number // 27**i % 27] for i in range(5))


def _tcp_port(text: str) -> ServicePort:
    """PORT or PORT:TARGET (kubectl/pkg/cmd/create/create_service.go parsePorts)."""
    port, _, target = text.partition(":")
    number = schema.parse_int_or_string(port)
    if isinstance(number, str):
        raise UsageError(f"strconv.Atoi: parsing {go_quote(port)}: invalid syntax")
    name = text.replace(":", "-")
    return ServicePort(name=name, port=number, target_port=schema.parse_int_or_string(target or port), protocol="TCP")


def _map_selector(obj: Any) -> dict[str, str]:
    """polymorphichelpers/mapbasedselectorforobject.go."""
    if isinstance(obj, Deployment | ReplicaSet):
        selector = obj.spec.selector or LabelSelector()
        if selector.match_expressions:
            shown = " ".join(f"{{Key:{e.key} Operator:{e.operator} Values:[{' '.join(e.values)}]}}" for e in selector.match_expressions)
            said = f'couldn\'t convert expressions - "[{shown}]" to map-based selector format'
            raise UsageError(f"couldn't retrieve selectors via --selector flag or introspection: {said}")
        return selector.match_labels
    found = obj.metadata.labels if isinstance(obj, Pod) else obj.spec.selector
    if not found:
        said = "the pod has no labels and cannot be exposed" if isinstance(obj, Pod) else "the service has no pod selector set"
        raise UsageError(f"couldn't retrieve selectors via --selector flag or introspection: {said}")
    return found


def _ports_of(obj: Any) -> list[str]:
    if isinstance(obj, Service):
        return [str(port.port) for port in obj.spec.ports]
    return [str(port["containerPort"]) for container in pod_spec_of(obj).containers for port in container.ports]


def _object_selector(text: str) -> LabelSelector:
    """metav1.ParseToLabelSelector."""
    try:
        selector = selectors.parse(text)
    except selectors.ParseError as error:
        raise UsageError(str(error)) from None
    labels: dict[str, str] = {}
    expressions = []
    for part in selector.requirements:
        if part.operator in (selectors.EQUALS, selectors.DOUBLE_EQUALS):
            labels[part.key] = part.values[0]
            continue
        operator = {selectors.NOT_EQUALS: "NotIn", **{value: key for key, value in selectors.FROM_OBJECT.items()}}.get(part.operator)
        if operator is None:
            raise UsageError(f"{go_quote(part.operator)} isn't supported in label selectors")
        expressions.append(LabelSelectorRequirement(part.key, operator, part.values))
    return LabelSelector(labels, tuple(expressions))
