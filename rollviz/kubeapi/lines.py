"""The kubectl line that a request stands for, for the desk's log: which command sent it says the Kubectl-Command header.

What no verb of kubectl does by itself is written as a comment, as a node's plug is.
"""

import shlex
from typing import Any

import msgspec
from django.http import HttpRequest

from simulation.api.resources import Resource
from simulation.objects import KINDS
from simulation.store import Store

LONGEST = 1_000


def sender(request: HttpRequest) -> str:
    """Who it was, in one word of ours: what a client calls itself is not repeated."""
    agent = request.headers.get("User-Agent", "")
    if agent.startswith("kubectl"):
        return "kubectl"
    return "python" if "python" in agent.lower() else "an API client"


def verb_of(request: HttpRequest) -> str:
    """`set image` for a request of `kubectl set image`, "" if it is not kubectl's."""
    said = request.headers.get("Kubectl-Command", "")
    return said.removeprefix("kubectl ").strip()[:40] if said.startswith("kubectl ") else ""


def post(verb: str, kind: str, body: dict[str, Any], store: Store) -> str:
    name = _name(body)
    spec = body.get("spec") if isinstance(body.get("spec"), dict) else {}
    if verb == "run" and kind == "Pod":
        return _joined("run", name, *(f"--image={image}" for image in _images(spec)))
    if verb == "create deployment":
        images = _images(_at(spec, "template", "spec"))
        replicas = spec.get("replicas", 1)
        return _joined(
            "create", "deployment", name, *(f"--image={i}" for i in images), *([f"--replicas={replicas}"] if replicas != 1 else [])
        )
    if verb.startswith("create service"):
        ports = [port for port in _list(spec, "ports") if isinstance(port, dict)]
        tcp = [
            f"--tcp={p.get('port')}" + (f":{p['targetPort']}" if p.get("targetPort") not in (None, p.get("port")) else "") for p in ports
        ]
        return _joined("create", "service", verb.partition("service ")[2] or "clusterip", name, *tcp)
    if verb == "expose":
        return _exposed(name, spec, store)
    return f"{verb if verb in ('apply', 'create', 'replace') else 'create'} -f -  # {KINDS[kind].singular}/{name}"


def patch(verb: str, kind: str, name: str, body: Any, type: str, subresource: str) -> str:
    row = KINDS[kind]
    target = f"{row.singular}/{name}"
    plain = body if isinstance(body, dict) else {}
    if subresource == "scale":
        return _joined("scale", target, f"--replicas={_at(plain, 'spec').get('replicas', 0)}")
    if subresource:
        return _joined("patch", target, f"--subresource={subresource}", *_patch_words(body, type))
    if verb == "set image":
        changed = [c for c in _containers(_template(kind, plain)) if c.get("image")]
        return _joined("set", "image", target, *(f"{c.get('name')}={c['image']}" for c in changed))
    if verb.startswith("rollout ") or verb in ("cordon", "uncordon"):
        return _joined(*verb.split(), target if verb.startswith("rollout ") else name)
    if verb == "drain":
        return _joined("cordon", name)
    if verb in ("label", "annotate"):
        changes = _at(plain, "metadata", "labels" if verb == "label" else "annotations")
        words = [f"{key}-" if value is None else f"{key}={value}" for key, value in changes.items()]
        return _joined(verb, target, *words, "--overwrite") if words else _joined(verb, target)
    if verb == "apply" or type == "apply":
        return f"apply -f -  # {target}"
    return _joined("patch", target, *_patch_words(body, type))


def put(kind: str, name: str, body: dict[str, Any], subresource: str) -> str:
    target = f"{KINDS[kind].singular}/{name}"
    if subresource == "scale":
        return _joined("scale", target, f"--replicas={_at(body, 'spec').get('replicas', 0)}")
    return f"replace -f -  # {target}" + (f" {subresource}" if subresource else "")


def delete(resource: Resource, names: tuple[str, ...], grace: int | None, propagation: str) -> str:
    words = [resource.singular, *names]
    words += [f"--cascade={propagation.lower()}"] if propagation != "Background" else []
    words += [f"--grace-period={grace}"] if grace is not None else []
    return _joined("delete", *words, *(["--force"] if grace == 0 else []))


def _exposed(name: str, spec: dict[str, Any], store: Store) -> str:
    """The object whose pods a new Service picks, found by its selector."""
    ports = ",".join(str(port.get("port")) for port in _list(spec, "ports") if isinstance(port, dict))
    for kind in ("Deployment", "ReplicaSet"):
        for obj in store.list(kind):
            if obj.spec.selector is not None and obj.spec.selector.match_labels == spec.get("selector"):
                named = [] if obj.metadata.name == name else [f"--name={name}"]
                return _joined("expose", KINDS[kind].singular, obj.metadata.name, f"--port={ports}", *named)
    return f"create -f -  # service/{name}"


def _joined(*words: str) -> str:
    line = shlex.join(map(str, words))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _patch_words(body: Any, type: str) -> list[str]:
    kind = [] if type == "strategic" else [f"--type={type}"]
    return [*kind, "-p", msgspec.json.encode(body).decode()]


def _template(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    return _at(body, "spec") if kind == "Pod" else _at(body, "spec", "template", "spec")


def _containers(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [c for field in ("containers", "initContainers") for c in _list(spec, field) if isinstance(c, dict)]


def _images(spec: dict[str, Any]) -> list[str]:
    return [str(container.get("image", "")) for container in _containers(spec)]


def _name(body: dict[str, Any]) -> str:
    return str(_at(body, "metadata").get("name", ""))


def _at(value: Any, *path: str) -> dict[str, Any]:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _list(value: dict[str, Any], key: str) -> list[Any]:
    found = value.get(key)
    return found if isinstance(found, list) else []
