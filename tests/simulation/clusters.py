"""Small clusters for tests: a Deployment in one line, a change of it as a command."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from simulation.api.defaults import default
from simulation.cluster import Cluster
from simulation.objects import (
    Container,
    Deployment,
    DeploymentSpec,
    DeploymentStrategy,
    LabelSelector,
    ObjectMeta,
    PodSpec,
    PodTemplateSpec,
    Probe,
    ReplicaSet,
    RollingUpdateDeployment,
)
from simulation.store import Store


class Act:
    """A command made of a function on the store."""

    def __init__(self, act: Callable[[Store], Any]) -> None:
        self.act = act

    def apply(self, store: Store) -> str:
        self.act(store)
        return ""


def deployment(
    replicas: int = 10,
    image: str = "web:1.0",
    surge: int | str = "25%",
    unavailable: int | str = "25%",
    probe_period: int = 0,
    recreate: bool = False,
    grace: int | None = None,
    **spec: Any,
) -> Deployment:
    """A Deployment `web`, defaulted as the API server would; `probe_period` 0 means no readiness probe."""
    probe = Probe(http_get={"path": "/", "port": 80}, period_seconds=probe_period) if probe_period else None
    containers = (Container("web", image, readiness_probe=probe),)
    labels = {"app": "web"}
    rolling = DeploymentStrategy("RollingUpdate", RollingUpdateDeployment(unavailable, surge))
    return default(
        Deployment(
            ObjectMeta(name="web", namespace="default", labels=labels),
            DeploymentSpec(
                replicas=replicas,
                selector=LabelSelector(labels),
                template=PodTemplateSpec(ObjectMeta(labels=labels), PodSpec(containers=containers, termination_grace_period_seconds=grace)),
                strategy=DeploymentStrategy("Recreate") if recreate else rolling,
                **spec,
            ),
        )
    )


def create(d: Deployment) -> Act:
    return Act(lambda store: store.create(d))


def change(**spec: Any) -> Act:
    """Change fields of spec of `web`."""
    return Act(lambda store: store.update(replace(d := store.get("Deployment", "web"), spec=replace(d.spec, **spec))))


def set_image(image: str) -> Act:
    def act(store: Store) -> None:
        d = store.get("Deployment", "web")
        container = replace(d.spec.template.spec.containers[0], image=image)
        template = replace(d.spec.template, spec=replace(d.spec.template.spec, containers=(container,)))
        store.update(replace(d, spec=replace(d.spec, template=template)))

    return Act(act)


def running(seed: int = 1, settle_ms: int = 30_000, nodes: int = 4, **spec: Any) -> Cluster:
    """A cluster with `web` up and ready."""
    cluster = Cluster(seed, nodes=nodes)
    cluster.do(create(deployment(**spec)))
    cluster.run(settle_ms)
    return cluster


def sets(cluster: Cluster) -> list[ReplicaSet]:
    """ReplicaSets in order of creation."""
    return cluster.store.list("ReplicaSet")


def web(cluster: Cluster) -> Deployment:
    return cluster.store.get("Deployment", "web")


def sizes(cluster: Cluster) -> list[int]:
    """spec.replicas of each set in order of creation."""
    return [rs.spec.replicas for rs in sets(cluster)]


def woken(cluster: Cluster) -> list[tuple[str, str]]:
    """(controller, name) of every key that waits, in order; they wait no more."""
    seen = []
    while cluster.engine.due() is not None:
        entry = cluster.engine.pop()
        if entry is not None:
            seen.append((entry[0], entry[1][1]))
    return seen
