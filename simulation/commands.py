"""What a person may do to a desk, as data: each command changes the store whole or not at all, and knows the kubectl line it equals.

`apply` answers with what kubectl prints and raises `StatusError` before anything is written. The same command on the same store
always does the same, so a recording is its commands and their times. Sources: staging/src/k8s.io/kubectl/pkg (v1.36).
"""

import shlex
from collections.abc import Iterable
from typing import Any, ClassVar

import msgspec
from msgspec.structs import replace

from simulation import drain
from simulation.act import Act, Said
from simulation.api import patch as patching
from simulation.api import schema, selectors
from simulation.api.changes import bare, invalid_patch, patched, replaced, replaced_status, scaled, without_status
from simulation.api.documents import read, read_all
from simulation.api.errors import StatusError, UsageError, bad_request, go_json, go_quote, not_found
from simulation.api.wire import from_manifest, kind_of, rfc3339, strict_error
from simulation.api.writes import NAMESPACE, Writes, check_namespace
from simulation.controllers.deployment.util import equal_templates, own_annotations, revision_of, without_hash
from simulation.inside import KillInside, RemoveHealthy, TouchHealthy
from simulation.objects import (
    KINDS,
    LAST_APPLIED,
    RESTARTED_AT,
    Clients,
    Container,
    Deployment,
    DeploymentSpec,
    Draining,
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
    Taint,
)
from simulation.requests import Bind, DeleteObjects, Evict, PatchObject, Post, Put
from simulation.store import controller_of

MOST_REQUESTS = 100_000
MAX_COMMANDS = 100
"""Objects that one act may touch by naming them."""

FORCE_WARNING = (
    "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. "
    "The resource may continue to run on the cluster indefinitely."
)
MISSING_ANNOTATION = (
    "Warning: resource {resource}/{name} is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required "
    "by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or "
    "kubectl apply. The missing annotation will be patched automatically."
)
ROLLBACK_WARNING = (
    "Warning: {ref} was previously managed with kubectl apply. Rolling back will not update the "
    "kubectl.kubernetes.io/last-applied-configuration annotation."
)
TOO_SOON = (
    "failed to create patch for {name}: if restart has already been triggered within the past second, please wait before attempting "
    "to trigger another"
)

EXPOSABLE = ("Deployment", "ReplicaSet", "Pod", "Service")
NOTHING_FOUND = "No resources found"


class Picking(Act, frozen=True, kw_only=True):
    """Base of commands about one object by name, those a selector picks, or all of a kind: the same is done to each."""

    selector: str = ""
    all: bool = False

    def act(self, writes: Writes) -> Said:
        return _lines([line for obj in self._objects(writes) for line in self.each(writes, obj)])

    def each(self, writes: Writes, obj: Any) -> list[str]:
        """Note the writes for one object; the lines to print."""
        raise NotImplementedError

    def _objects(self, writes: Writes) -> list[Any]:
        if self.name:
            return [writes.get(self.kind, self.name)]
        if not self.selector and not self.all:
            raise UsageError("resource(s) were provided, but no name was specified")
        try:
            selector = selectors.parse(self.selector)
        except selectors.ParseError as error:
            raise bad_request(f"unable to parse selector {go_quote(self.selector)}: {error}") from None
        return writes.select(self.kind, selector)

    def _picking(self) -> list[str]:
        kind = KINDS[self.kind]
        if self.name:
            return [f"{kind.singular}/{self.name}"]
        return [kind.plural, *(["-l", self.selector] if self.selector else ["--all"])]


# -------------------------------------------------------------------------------------------------------------- creating


class Create(Act, frozen=True, tag="create"):
    """`kubectl create -f`: the objects of a manifest, of several documents if need be."""

    manifest: str
    validate: str = ""
    """As in Apply."""

    def act(self, writes: Writes) -> Said:
        warnings: list[str] = []
        written = []
        for body in _documents(self.manifest):
            obj = _checked(body, warnings, self.validate)
            written.append(writes.create(obj))
        return lambda: _lines([*_warned(warnings), *(f"{_ref(w.obj)} created" for w in written)])

    def kubectl(self) -> str:
        return "create -f -"


class Apply(Act, frozen=True, tag="apply"):
    """`kubectl apply -f`: make what is missing, merge the rest with what was applied before.

    With `validate`, which is kubectl's --validate (strict, warn or ignore), it is the API server that finds fields that there are not;
    without, they are refused before anything is compared.
    """

    manifest: str
    validate: str = ""

    def act(self, writes: Writes) -> Said:
        warnings: list[str] = []
        said = []
        for body in _documents(self.manifest):
            said.append(_apply_one(writes, body, warnings, self.validate))
        return _lines([*_warned(warnings), *said])

    def kubectl(self) -> str:
        return "apply -f -"


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
        return f"{_ref(deployment)} created"

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
        return f"{_ref(service)} created"

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
        return _lines([*said, f"pod/{self.name} created"])

    def kubectl(self) -> str:
        words = ["run", self.name, f"--image={self.image}"]
        words += [f"--port={self.port}"] if self.port is not None else []
        words += [f"--labels={_pairs(self.labels)}"] if self.labels else []
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
        words = ["expose", *_named(self.kind, self.name)]
        for flag, value in (("port", self.port), ("target-port", self.target_port), ("name", self.service), ("type", self.type)):
            words += [f"--{flag}={value}"] if value else []
        words += [f"--protocol={self.protocol}"] if self.protocol else []
        words += [f"--selector={_pairs(self.selector)}"] if self.selector else []
        words += [f"--labels={_pairs(self.labels)}"] if self.labels else []
        return shlex.join([*words, *([f"--cluster-ip={self.cluster_ip}"] if self.cluster_ip else [])])


# -------------------------------------------------------------------------------------------------------------- changing


class Patch(Act, frozen=True, tag="patch"):
    """`kubectl patch`. `patch` is JSON or YAML, `type` is strategic, merge or json."""

    kind: str
    name: str
    patch: str
    type: str = "strategic"
    subresource: str = ""

    def act(self, writes: Writes) -> Said:
        body = self._read()
        live = writes.get(self.kind, self.name)
        warnings: list[str] = []
        changed = self._write(writes, live, body, warnings)
        ref = f"scale.autoscaling/{self.name}" if self.subresource == "scale" else _ref(live)
        return _lines([*_warned(warnings), f"{ref} patched{'' if changed else ' (no change)'}"])

    def _write(self, writes: Writes, live: Any, body: Any, warnings: list[str]) -> bool:
        """Whether anything changes."""
        if self.subresource == "scale":
            return writes.update(scaled(live, body, self.type))
        if self.subresource == "status":
            new = replaced_status(live, body, [], self.type)
            writes.update_status(new)
            return new != live
        if self.subresource:
            raise StatusError(404, "NotFound", "the server could not find the requested resource")
        return writes.update(patched(live, body, self.type, warnings))

    def _read(self) -> Any:
        try:
            body = read(self.patch)
        except StatusError as error:
            raise UsageError(f"unable to parse {go_quote(self.patch)}: {error.message}") from None
        wanted = list if self.type == "json" else dict
        if not isinstance(body, wanted):
            raise UsageError(
                f"unable to parse {go_quote(self.patch)}: a {self.type} patch is {'a list' if wanted is list else 'a mapping'}"
            )
        return body

    def kubectl(self) -> str:
        flags = [] if self.type == "strategic" else [f"--type={self.type}"]
        flags += [f"--subresource={self.subresource}"] if self.subresource else []
        return shlex.join(["patch", *_named(self.kind, self.name), *flags, "-p", self.patch])


class Scale(Picking, frozen=True, tag="scale"):
    """`kubectl scale` of a Deployment, or of a ReplicaSet by hand."""

    kind: str
    name: str
    replicas: int
    current_replicas: int | None = None

    def _objects(self, writes: Writes) -> list[Any]:
        if self.kind not in ("Deployment", "ReplicaSet"):
            resource = KINDS[self.kind].resource
            raise UsageError(f'could not find scale for {resource} "{self.name}": the server could not find the requested resource')
        try:
            found = super()._objects(writes)
        except StatusError as missing:
            missing.prefix = "no objects passed to scale "
            raise
        if not found:
            raise UsageError("no objects passed to scale")
        return found

    def each(self, writes: Writes, obj: Any) -> list[str]:
        if self.current_replicas not in (None, obj.spec.replicas):
            raise UsageError(f"Expected replicas to be {self.current_replicas}, was {obj.spec.replicas}")
        writes.update(replace(obj, spec=replace(obj.spec, replicas=self.replicas)))
        return [f"{_ref(obj)} scaled"]

    def kubectl(self) -> str:
        current = [] if self.current_replicas is None else [f"--current-replicas={self.current_replicas}"]
        return shlex.join(["scale", *self._picking(), *current, f"--replicas={self.replicas}"])


class SetImage(Picking, frozen=True, tag="set-image"):
    """`kubectl set image`; `images` is container name -> image, `*` for all of them."""

    kind: str
    name: str
    images: dict[str, str]

    def each(self, writes: Writes, obj: Any) -> list[str]:
        spec = _pod_spec(obj)
        known = {container.name for container in (*spec.containers, *spec.init_containers)}
        for name in self.images:
            if name != "*" and name not in known:
                raise UsageError(f"unable to find container named {go_quote(name)}")
        changed = writes.update(_with_pod_spec(obj, self._swap(spec)))
        return [f"{_ref(obj)} image updated"] if changed else []

    def _swap(self, spec: PodSpec) -> PodSpec:
        def swap(container: Container) -> Container:
            image = self.images.get(container.name, self.images.get("*", container.image))
            return container if image == container.image else replace(container, image=image)

        return replace(spec, containers=tuple(map(swap, spec.containers)), init_containers=tuple(map(swap, spec.init_containers)))

    def kubectl(self) -> str:
        return shlex.join(["set", "image", *self._picking(), *(f"{c}={i}" for c, i in self.images.items())])


class SetSelector(Picking, frozen=True, tag="set-selector"):
    """`kubectl set selector`: whom a Service sends to, in place of what it said before."""

    kind: str
    name: str
    labels: dict[str, str]

    def each(self, writes: Writes, obj: Any) -> list[str]:
        if not isinstance(obj, Service):
            raise UsageError("setting a selector is only supported for Services")
        writes.update(replace(obj, spec=replace(obj.spec, selector=self.labels)))
        return [f"{_ref(obj)} selector updated"]

    def kubectl(self) -> str:
        return shlex.join(["set", "selector", *self._picking(), _pairs(self.labels)])


class Rollout(Picking, frozen=True):
    """Base of the verbs of `kubectl rollout`."""

    def _words(self, verb: str, *more: str) -> str:
        return shlex.join(["rollout", verb, *(word for word in self._picking() if word != "--all"), *more])


class Pause(Rollout, frozen=True, tag="pause"):
    """`kubectl rollout pause`."""

    kind: str
    name: str

    def each(self, writes: Writes, obj: Any) -> list[str]:
        _only_deployments(obj, "pausing is not supported")
        if obj.spec.paused:
            raise UsageError(f"{_quoted(obj)} is already paused")
        writes.update(replace(obj, spec=replace(obj.spec, paused=True)))
        return [f"{_ref(obj)} paused"]

    def kubectl(self) -> str:
        return self._words("pause")


class Resume(Rollout, frozen=True, tag="resume"):
    """`kubectl rollout resume`."""

    kind: str
    name: str

    def each(self, writes: Writes, obj: Any) -> list[str]:
        _only_deployments(obj, "resuming is not supported")
        if not obj.spec.paused:
            raise UsageError(f"{_quoted(obj)} is not paused")
        writes.update(replace(obj, spec=replace(obj.spec, paused=False)))
        return [f"{_ref(obj)} resumed"]

    def kubectl(self) -> str:
        return self._words("resume")


class Restart(Rollout, frozen=True, tag="restart"):
    """`kubectl rollout restart`: a new annotation in the template makes a new ReplicaSet of the same image."""

    kind: str
    name: str

    def each(self, writes: Writes, obj: Any) -> list[str]:
        _only_deployments(obj, "restarting is not supported")
        if obj.spec.paused:
            raise UsageError(f"{_quoted(obj)} can't restart paused deployment (run rollout resume first)")
        template = obj.spec.template
        stamped = template.metadata.annotations | {RESTARTED_AT: rfc3339(writes.store.seconds)}
        if stamped == template.metadata.annotations:
            raise UsageError(TOO_SOON.format(name=obj.metadata.name))
        template = replace(template, metadata=replace(template.metadata, annotations=stamped))
        writes.update(replace(obj, spec=replace(obj.spec, template=template)))
        return [f"{_ref(obj)} restarted"]

    def kubectl(self) -> str:
        return self._words("restart")


class Undo(Rollout, frozen=True, tag="undo"):
    """`kubectl rollout undo`: put the template of an older ReplicaSet back. `to_revision` 0 is the one before the latest."""

    kind: str
    name: str
    to_revision: int = 0

    def each(self, writes: Writes, obj: Any) -> list[str]:
        if not isinstance(obj, Deployment):
            raise UsageError(f'no rollbacker has been implemented for "{self.kind}"')
        rs = self._target(writes, obj)
        if obj.spec.paused:
            raise UsageError("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again")
        if equal_templates(rs.spec.template, obj.spec.template):
            return [f"{_ref(obj)} skipped rollback (current template already matches revision {self.to_revision})"]
        annotations = _rolled_back(obj.metadata.annotations, rs.metadata.annotations)
        meta = replace(obj.metadata, annotations=annotations)
        writes.update(replace(obj, metadata=meta, spec=replace(obj.spec, template=without_hash(rs.spec.template))))
        warned = [ROLLBACK_WARNING.format(ref=_ref(obj))] if LAST_APPLIED in annotations else []
        return [*warned, f"{_ref(obj)} rolled back"]

    def _target(self, writes: Writes, obj: Deployment) -> ReplicaSet:
        """polymorphichelpers/rollback.go deploymentRevision."""
        mine = [rs for rs in writes.select("ReplicaSet") if (owner := controller_of(rs)) and owner.uid == obj.metadata.uid]
        by_revision = sorted(mine, key=lambda rs: revision_of(rs) or 0)
        if self.to_revision:
            for rs in by_revision:
                if revision_of(rs) == self.to_revision:
                    return rs
            raise UsageError(f"unable to find specified revision {self.to_revision} in history")
        if len(by_revision) < 2:
            raise UsageError(f"no rollout history found for deployment {go_quote(obj.metadata.name)}")
        return by_revision[-2]

    def kubectl(self) -> str:
        return self._words("undo", *([f"--to-revision={self.to_revision}"] if self.to_revision else []))


class Label(Picking, frozen=True, tag="label"):
    """`kubectl label`; a label of None is removed."""

    kind: str
    name: str
    labels: dict[str, str | None]
    overwrite: bool = False

    def each(self, writes: Writes, obj: Any) -> list[str]:
        have = obj.metadata.labels
        if taken := _taken(have, self.labels, self.overwrite):
            raise UsageError(f"{taken[0]}, and --overwrite is false")
        lines = [f"label {go_quote(key)} not found." for key, value in self.labels.items() if value is None and key not in have]
        labels = _changed(have, self.labels)
        writes.update(replace(obj, metadata=replace(obj.metadata, labels=labels)))
        return [*lines, f"{_ref(obj)} {_label_word(have, labels)}"]

    def kubectl(self) -> str:
        return shlex.join(["label", *self._picking(), *_changes(self.labels), *(["--overwrite"] if self.overwrite else [])])


class Annotate(Picking, frozen=True, tag="annotate"):
    """`kubectl annotate`; an annotation of None is removed."""

    kind: str
    name: str
    annotations: dict[str, str | None]
    overwrite: bool = False

    def each(self, writes: Writes, obj: Any) -> list[str]:
        have = obj.metadata.annotations
        if taken := _taken(have, self.annotations, self.overwrite):
            raise UsageError(f"--overwrite is false but found the following declared annotation(s): {', '.join(taken)}")
        annotations = _changed(have, self.annotations)
        writes.update(replace(obj, metadata=replace(obj.metadata, annotations=annotations)))
        return [f"{_ref(obj)} annotated"]

    def kubectl(self) -> str:
        return shlex.join(["annotate", *self._picking(), *_changes(self.annotations), *(["--overwrite"] if self.overwrite else [])])


# -------------------------------------------------------------------------------------------------------------- deleting


class Delete(Picking, frozen=True, tag="delete"):
    """`kubectl delete`. `grace_period_seconds` None is the pod's own; `force` removes the object at once.

    `propagation` is Background, Orphan or Foreground: what happens to the objects it owns.
    """

    kind: str
    name: str = ""
    grace_period_seconds: int | None = None
    propagation: str = "Background"
    force: bool = False
    ignore_not_found: bool = False

    def act(self, writes: Writes) -> Said:
        if self.ignore_not_found and self.name and writes.find(self.kind, self.name) is None:
            return ""
        lines = super().act(writes)
        if not lines:
            return NOTHING_FOUND
        return _lines([FORCE_WARNING, lines]) if self.force else lines

    def _objects(self, writes: Writes) -> list[Any]:
        """Of `delete all`, those whose owner went with an earlier word are gone before they are looked for."""
        found = super()._objects(writes)
        if self.name or self.propagation != "Background":
            return found
        return [obj for obj in found if not ((owner := controller_of(obj)) and writes.is_going(owner.kind, owner.name))]

    def each(self, writes: Writes, obj: Any) -> list[str]:
        row = KINDS[self.kind]
        shown = f"{row.singular}.{row.group}" if row.group else row.singular
        writes.delete(self.kind, obj.metadata.name, 0 if self.force else self.grace_period_seconds, self.propagation)
        where = f" from {NAMESPACE} namespace" if row.namespaced else ""
        return [f'{shown} "{obj.metadata.name}" {"force " if self.force else ""}deleted{where}']

    def kubectl(self) -> str:
        words = ["delete", *self._picking()]
        words += [f"--cascade={self.propagation.lower()}"] if self.propagation != "Background" else []
        words += [f"--grace-period={self.grace_period_seconds}"] if self.grace_period_seconds is not None and not self.force else []
        words += ["--force", "--grace-period=0"] if self.force else []
        return shlex.join([*words, *(["--ignore-not-found"] if self.ignore_not_found else [])])


# ----------------------------------------------------------------------------------------------------------------- nodes


class CutNode(Act, frozen=True, tag="cut-node"):
    """A node stops answering: it is unplugged from the network at the moment of a heartbeat. No kubectl verb does this."""

    node: str

    def act(self, writes: Writes) -> Said:
        machine = _machine(writes, self.node)
        if machine.off_since is not None:
            raise UsageError(f"{self.node} is off already", prefix="")
        writes.set_machine(replace(machine, off_since=writes.store.now))
        return f"node/{self.node} power off"

    def kubectl(self) -> str:
        return f"# {self.node}: power off"


class RestoreNode(Act, frozen=True, tag="restore-node"):
    """A node answers again, its containers never having stopped. One whose Node object was deleted registers anew."""

    node: str

    def act(self, writes: Writes) -> Said:
        machine = _machine(writes, self.node)
        if machine.off_since is None and writes.find("Node", self.node) is not None:
            raise UsageError(f"{self.node} is on already", prefix="")
        writes.set_machine(replace(machine, off_since=None, starts=machine.starts + 1))
        return f"node/{self.node} power on"

    def kubectl(self) -> str:
        return f"# {self.node}: power on"


class SendRequests(Act, frozen=True, tag="send-requests"):
    """Clients send so many requests a second to a Service, 0 to end it; with `waits` from when it first has an endpoint on. No kubectl
    verb does this."""

    service: str
    rate: int
    waits: bool = False

    def act(self, writes: Writes) -> Said:
        if not 0 <= self.rate <= MOST_REQUESTS:
            raise UsageError(f"clients send from 0 to {MOST_REQUESTS} requests a second, not {self.rate}", prefix="")
        writes.get("Service", self.service)
        writes.set_clients(Clients(self.service, NAMESPACE, self.rate, self.waits))
        return f"service/{self.service} {self.said()}"

    def said(self) -> str:
        return f"{self.rate} requests/s{' once it answers' if self.waits else ''}"

    def kubectl(self) -> str:
        return f"# {self.service}: {self.said()}"


class Cordon(Picking, frozen=True, tag="cordon"):
    """`kubectl cordon`: no new pods here."""

    kind: ClassVar[str] = "Node"
    name: str = ""

    def each(self, writes: Writes, obj: Any) -> list[str]:
        return [_cordoned(writes, obj, True)]

    def kubectl(self) -> str:
        return shlex.join(["cordon", *_nodes_said((self.name,) if self.name else (), self.selector)])


class Uncordon(Picking, frozen=True, tag="uncordon"):
    """`kubectl uncordon`: new pods may come again; nothing moves back by itself."""

    kind: ClassVar[str] = "Node"
    name: str = ""

    def each(self, writes: Writes, obj: Any) -> list[str]:
        return [_cordoned(writes, obj, False)]

    def kubectl(self) -> str:
        return shlex.join(["uncordon", *_nodes_said((self.name,) if self.name else (), self.selector)])


class Drain(Act, frozen=True, tag="drain"):
    """`kubectl drain`: cordon, then evict all pods, as far and as fast as their budgets allow.

    What it prints at once is the answer; it runs on by itself, and what it prints later goes to `store.printed`. `timeout_ms` None waits
    for ever.
    """

    nodes: tuple[str, ...] = ()
    selector: str = ""
    force: bool = False
    delete_emptydir_data: bool = False
    ignore_daemonsets: bool = False
    grace_period_seconds: int | None = None
    timeout_ms: int | None = None
    pod_selector: str = ""
    disable_eviction: bool = False

    def act(self, writes: Writes) -> Said:
        try:
            selectors.parse(self.pod_selector)
        except selectors.ParseError:
            raise UsageError("--pod-selector=<pod_selector> must be a valid label selector") from None
        picked = [Cordon(name) for name in self.nodes] or [Cordon(selector=self.selector)]
        found = [obj for cordon in picked for obj in cordon._objects(writes)]
        if not found:
            return NOTHING_FOUND
        lines = [_cordoned(writes, obj, True) for obj in found]
        draining = Draining(
            nodes=tuple(obj.metadata.name for obj in found),
            deadline=None if self.timeout_ms is None else writes.store.now + self.timeout_ms,
            timeout=go_duration(self.timeout_ms or 0),
            grace_period_seconds=self.grace_period_seconds,
            force=self.force,
            delete_emptydir_data=self.delete_emptydir_data,
            pod_selector=self.pod_selector,
            disable_eviction=self.disable_eviction,
        )
        return lambda: _lines([*lines, *drain.start(writes.store, draining)])

    def kubectl(self) -> str:
        words = ["drain", *_nodes_said(self.nodes, self.selector)]
        flags = (
            ("--ignore-daemonsets", self.ignore_daemonsets),
            ("--delete-emptydir-data", self.delete_emptydir_data),
            ("--force", self.force),
            ("--disable-eviction", self.disable_eviction),
        )
        words += [flag for flag, said in flags if said]
        words += [f"--grace-period={self.grace_period_seconds}"] if self.grace_period_seconds is not None else []
        words += [f"--timeout={go_duration(self.timeout_ms)}"] if self.timeout_ms is not None else []
        return shlex.join([*words, *([f"--pod-selector={self.pod_selector}"] if self.pod_selector else [])])


class StopDrain(Act, frozen=True, tag="stop-drain"):
    """Ctrl-C where a `kubectl drain` of this node still runs: nobody more is evicted, it stays cordoned. No kubectl verb does this."""

    node: str

    def act(self, writes: Writes) -> Said:
        numbers = [number for number, draining in writes.store.drains.items() if self.node in draining.nodes]
        if not numbers:
            raise UsageError(f"nobody drains {self.node}", prefix="")
        for number in numbers:
            writes.then(lambda store, number=number: store.set_drain(number, None))
        return f"node/{self.node} draining stopped"

    def kubectl(self) -> str:
        return f"# {self.node}: stop draining"


class SetTaints(Picking, frozen=True, tag="taint"):
    """`kubectl taint`: add taints, and remove those named by key and, unless it is "", effect."""

    kind: ClassVar[str] = "Node"
    name: str = ""
    add: tuple[Taint, ...] = ()
    remove: tuple[Taint, ...] = ()
    overwrite: bool = False

    def each(self, writes: Writes, obj: Any) -> list[str]:
        old = obj.spec.taints
        taken = [new.key for new in self.add for have in old if _same_taint(new, have)]
        if taken and not self.overwrite:
            said = f"already has {','.join(taken)} taint(s) with same effect(s) and --overwrite is false"
            raise UsageError(f"node {obj.metadata.name} {said}")
        taints = [*self.add, *(have for have in old if not any(_same_taint(new, have) for new in self.add))]
        added, removed = len(taints) != len(old), False
        for gone in self.remove:
            left = [t for t in taints if t.key != gone.key or gone.effect not in ("", t.effect)]
            removed = len(left) != len(taints)
            if not removed:
                raise UsageError(f"taint {go_quote(_taint_said(gone))} not found")
            taints = left
        writes.update(replace(obj, spec=replace(obj.spec, taints=tuple(taints))))
        word = "modified" if (added and removed) or self.overwrite else "tainted" if added else "untainted"
        return [f"{_ref(obj)} {word}"]

    def kubectl(self) -> str:
        words = ["taint", "nodes", *_nodes_said((self.name,) if self.name else (), self.selector), *(["--all"] if self.all else [])]
        words += [*map(_taint_said, self.add), *(f"{_taint_said(taint)}-" for taint in self.remove)]
        return shlex.join([*words, *(["--overwrite"] if self.overwrite else [])])


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
        return f"{_ref(budget)} created"

    def kubectl(self) -> str:
        words = ["create", "poddisruptionbudget", self.name, f"--selector={self.selector}"]
        words += [f"--min-available={self.min_available}"] if self.min_available else []
        return shlex.join([*words, *([f"--max-unavailable={self.max_unavailable}"] if self.max_unavailable else [])])


class Several(Act, frozen=True, tag="several"):
    """One line that names several objects: all of it happens, or nothing."""

    commands: tuple["Command", ...]
    line: str

    def act(self, writes: Writes) -> Said:
        said = [command.act(writes) for command in self.commands]
        return lambda: self._joined([s if isinstance(s, str) else s() for s in said])

    @staticmethod
    def _joined(said: list[str]) -> str:
        """One "nothing found" for all of them, as kubectl says it of the whole line; a warning once."""
        lines = list(dict.fromkeys(line for text in said for line in text.splitlines()))
        found = [line for line in lines if line != NOTHING_FOUND]
        return _lines(found or lines)

    def kubectl(self) -> str:
        return self.line


Command = (
    Create
    | Apply
    | CreateDeployment
    | CreateService
    | Run
    | Expose
    | Patch
    | Scale
    | SetImage
    | Pause
    | Resume
    | Restart
    | Undo
    | SetSelector
    | Label
    | Annotate
    | Delete
    | Several
    | CutNode
    | RestoreNode
    | SendRequests
    | Cordon
    | Uncordon
    | Drain
    | StopDrain
    | SetTaints
    | CreateBudget
    | KillInside
    | RemoveHealthy
    | TouchHealthy
    | Post
    | Put
    | PatchObject
    | DeleteObjects
    | Evict
    | Bind
)

_decoder = msgspec.json.Decoder(Command)


def decode(data: bytes) -> Command:
    """The command that `msgspec.json.encode` wrote. Raises msgspec.ValidationError."""
    return _decoder.decode(data)


# -------------------------------------------------------------------------------------------------------- apply, patch


def _documents(manifest: str) -> list[dict]:
    """The objects of a manifest; a List stands for its items."""
    bodies = []
    for document in read_all(manifest):
        body = document.value
        if isinstance(body, dict) and body.get("kind") == "List" and isinstance(body.get("items"), list):
            bodies += body["items"]
        else:
            bodies.append(body)
    if not bodies:
        raise bad_request("no objects passed: the manifest is empty")
    if len(bodies) > MAX_COMMANDS:
        raise bad_request(f"at most {MAX_COMMANDS} objects fit into one manifest, these are {len(bodies)}")
    return bodies


def _apply_one(writes: Writes, body: Any, warnings: list[str], validate: str) -> str:
    kind = kind_of(body)
    obj = from_manifest(body, warnings) if not validate else None
    meta = body.get("metadata") if isinstance(body.get("metadata"), dict) else {}
    name = meta.get("name")
    if not isinstance(name, str) or not name:
        raise UsageError(
            f"from {meta['generateName']}: cannot use generate name with apply"
            if meta.get("generateName")
            else "resource name may not be empty"
        )
    check_namespace(meta.get("namespace") or NAMESPACE)
    sent, last = _remembered(body)
    live = writes.find(kind, name)
    if live is None:
        obj = obj if obj is not None else _checked(body, warnings, validate)
        annotations = obj.metadata.annotations | {LAST_APPLIED: last}
        writes.create(replace(obj, metadata=replace(obj.metadata, annotations=annotations)))
        return f"{_ref(obj)} created"
    before = live.metadata.annotations.get(LAST_APPLIED)
    if before is None:
        warnings.append(MISSING_ANNOTATION.format(resource=KINDS[kind].plural, name=name).removeprefix("Warning: "))
    annotations = {**(sent["metadata"].get("annotations") or {}), LAST_APPLIED: last}
    new = without_status({**sent, "metadata": {**sent["metadata"], "annotations": annotations}})
    changed = writes.update(_merged(live, without_status(_decoded(before)), new, warnings, validate))
    return f"{_ref(live)} {'configured' if changed else 'unchanged'}"


def _checked(body: Any, warnings: list[str], validate: str) -> Any:
    """The record of a manifest, as --validate wants it."""
    unknown: list[str] = []
    obj = from_manifest(body, warnings, unknown if validate in ("warn", "ignore") else None)
    warnings += [f'unknown field "{path}"' for path in unknown] if validate == "warn" else []
    return obj


def _merged(live: Any, last: dict, new: dict, warnings: list[str], validate: str) -> Any:
    kind, have = type(live).__name__, bare(live)
    merged = patching.three_way(kind, last, new, have)
    if not validate:
        return replaced(live, merged, strict=True)
    patch = patching.difference(kind, last, new, have)
    unknown: list[str] = []
    obj = replaced(live, merged, warnings=warnings, patch=patch, unknown=unknown)
    if unknown and validate == "strict":
        raise invalid_patch(patch, strict_error(unknown))
    warnings += [f'unknown field "{path}"' for path in unknown] if validate == "warn" else []
    return obj


def _remembered(body: dict) -> tuple[dict, str]:
    """The manifest as kubectl sends it, and the text it remembers it by (util.GetModifiedConfiguration)."""
    meta = {**body["metadata"], "namespace": NAMESPACE}
    annotations = {key: value for key, value in (meta.get("annotations") or {}).items() if key != LAST_APPLIED}
    body = {**body, "metadata": {**meta, "annotations": annotations}}
    return body, go_json(body) + "\n"


def _decoded(text: str | None) -> dict:
    try:
        value = read(text or "")
    except StatusError:
        return {}
    return value if isinstance(value, dict) else {}


# ------------------------------------------------------------------------------------------------------------- details


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


def _only_deployments(obj: Any, otherwise: str) -> None:
    if not isinstance(obj, Deployment):
        raise UsageError(f"{_quoted(obj)} {otherwise}")


def _quoted(obj: Any) -> str:
    """`deployments.apps "web"`, as kubectl's errors name an object."""
    return f'{KINDS[type(obj).__name__].resource} "{obj.metadata.name}"'


def _rolled_back(own: dict[str, str], old: dict[str, str]) -> dict[str, str]:
    """Annotations after an undo: bookkeeping stays the Deployment's, all else is the old ReplicaSet's."""
    kept = own_annotations(own)
    return {key: value for key, value in own.items() if key not in kept} | own_annotations(old)


def _pod_spec(obj: Any) -> PodSpec:
    if isinstance(obj, Pod):
        return obj.spec
    if isinstance(obj, Deployment | ReplicaSet):
        return obj.spec.template.spec
    raise UsageError(f"{KINDS[type(obj).__name__].plural} {go_quote(obj.metadata.name)} does not have a pod template")


def _with_pod_spec(obj: Any, spec: PodSpec) -> Any:
    if isinstance(obj, Pod):
        return replace(obj, spec=spec)
    return replace(obj, spec=replace(obj.spec, template=replace(obj.spec.template, spec=spec)))


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
    return [str(port["containerPort"]) for container in _pod_spec(obj).containers for port in container.ports]


def _machine(writes: Writes, name: str) -> Any:
    machine = writes.store.machines.get(name)
    if machine is None:
        raise not_found("Node", name)
    return machine


def _cordoned(writes: Writes, node: Any, desired: bool) -> str:
    verb = "cordoned" if desired else "uncordoned"
    if node.spec.unschedulable == desired:
        return f"{_ref(node)} already {verb}"
    writes.update(replace(node, spec=replace(node.spec, unschedulable=desired)))
    return f"{_ref(node)} {verb}"


def _nodes_said(names: tuple[str, ...], selector: str) -> list[str]:
    return list(names) or (["-l", selector] if selector else [])


def _same_taint(a: Taint, b: Taint) -> bool:
    return a.key == b.key and a.effect == b.effect


def _taint_said(taint: Taint) -> str:
    """Taint.ToString."""
    text = f"{taint.key}={taint.value}" if taint.value else taint.key
    return f"{text}:{taint.effect}" if taint.effect or taint.value else text


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


def go_duration(ms: int) -> str:
    """Go's time.Duration: 5s, 1m30s, 1h0m0s."""
    minutes, rest = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest / 1000:g}s"
    return f"{hours}h{minutes}m{seconds}" if hours else f"{minutes}m{seconds}" if minutes else seconds


def _taken(have: dict[str, str], changes: dict[str, str | None], overwrite: bool) -> list[str]:
    """What stands in the way of setting these without --overwrite."""
    if overwrite:
        return []
    return [
        f"'{key}' already has a value ({have[key]})"
        for key, value in changes.items()
        if value is not None and have.get(key, value) != value
    ]


def _changed(have: dict[str, str], changes: dict[str, str | None]) -> dict[str, str]:
    kept = {key: value for key, value in have.items() if changes.get(key, "") is not None}
    return kept | {key: value for key, value in changes.items() if value is not None}


def _label_word(old: dict[str, str], new: dict[str, str]) -> str:
    if old == new:
        return "not labeled"
    removed = any(key not in new for key in old)
    added = any(old.get(key) != value for key, value in new.items())
    return "modified" if removed and added else "unlabeled" if removed else "labeled"


def _changes(changes: dict[str, str | None]) -> list[str]:
    return [f"{key}-" if value is None else f"{key}={value}" for key, value in changes.items()]


def _pairs(labels: dict[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in labels.items())


def _named(kind: str, name: str) -> list[str]:
    return [KINDS[kind].singular, name]


def _ref(obj: Any) -> str:
    """kind.group/name, as kubectl's NamePrinter writes it."""
    row = KINDS[type(obj).__name__]
    return f"{row.singular}.{row.group}/{obj.metadata.name}" if row.group else f"{row.singular}/{obj.metadata.name}"


def _warned(warnings: Iterable[str]) -> list[str]:
    return [f"Warning: {said}" for said in dict.fromkeys(warnings)]


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line)
