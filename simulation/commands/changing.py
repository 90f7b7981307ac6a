"""What changes one field: scale, set image, set selector. Models staging/src/k8s.io/kubectl/pkg/cmd/scale and set (v1.36)."""

import shlex
from typing import Any

from msgspec.structs import replace

from simulation.api.errors import StatusError, UsageError, go_quote
from simulation.api.writes import Writes
from simulation.commands.picking import Picking
from simulation.commands.wording import pairs, pod_spec_of, ref_of
from simulation.objects import Container, Pod, PodSpec, Service


class Scale(Picking, frozen=True, tag="scale"):
    """`kubectl scale` of a Deployment, or of a ReplicaSet by hand."""

    kind: str
    name: str
    replicas: int
    current_replicas: int | None = None

    def _objects(self, writes: Writes) -> list[Any]:
        if self.kind not in ("Deployment", "ReplicaSet"):
            raise StatusError(404, "NotFound", "the server could not find the requested resource")
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
        return [f"{ref_of(obj)} scaled"]

    def kubectl(self) -> str:
        current = [] if self.current_replicas is None else [f"--current-replicas={self.current_replicas}"]
        return shlex.join(["scale", *self._picking(), *current, f"--replicas={self.replicas}"])


class SetImage(Picking, frozen=True, tag="set-image"):
    """`kubectl set image`; `images` is container name -> image, `*` for all of them."""

    kind: str
    name: str
    images: dict[str, str]

    def each(self, writes: Writes, obj: Any) -> list[str]:
        spec = pod_spec_of(obj)
        known = {container.name for container in (*spec.containers, *spec.init_containers)}
        for name in self.images:
            if name != "*" and name not in known:
                raise UsageError(f"unable to find container named {go_quote(name)}")
        changed = writes.update(_with_pod_spec(obj, self._swap(spec)))
        return [f"{ref_of(obj)} image updated"] if changed else []

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
        return [f"{ref_of(obj)} selector updated"]

    def kubectl(self) -> str:
        return shlex.join(["set", "selector", *self._picking(), pairs(self.labels)])


def _with_pod_spec(obj: Any, spec: PodSpec) -> Any:
    if isinstance(obj, Pod):
        return replace(obj, spec=spec)
    return replace(obj, spec=replace(obj.spec, template=replace(obj.spec.template, spec=spec)))
