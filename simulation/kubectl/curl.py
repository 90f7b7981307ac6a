"""`curl` from inside the cluster, to a Service's name or address or to a pod's: which pod answers, and what of a connection that fails.

The choice among endpoints is kube-proxy's (`simulation.proxy`); the words of failure are curl's.
"""

import re

from simulation.api.errors import UsageError, go_quote
from simulation.kubectl.answer import Answer
from simulation.kubectl.flags import Flag, parse_flags
from simulation.objects import Pod, Service
from simulation.proxy import reachable
from simulation.stages import split
from simulation.store import Store

FLAGS = (
    Flag("silent", "bool", "s"),
    Flag("show-error", "bool", "S"),
    Flag("fail", "bool", "f"),
    Flag("location", "bool", "L"),
    Flag("include", "bool", "i"),
    Flag("max-time", short="m"),
    Flag("connect-timeout"),
    Flag("request", short="X"),
)
URL = re.compile(r"(?:(?P<scheme>[a-z]+)://)?(?P<host>[A-Za-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?(?:[/?#].*)?", re.ASCII)
REFUSED, UNRESOLVED = 7, 6


def curl(words: list[str], store: Store, turn: int) -> Answer:
    """`turn` counts up from one request to the next, so that they go round."""
    parsed = parse_flags(words, FLAGS, "curl")
    if len(parsed.args) != 1:
        raise UsageError("curl: (2) no URL specified" if not parsed.args else "one URL at a time", prefix="")
    found = URL.fullmatch(parsed.args[0])
    if found is None or int(found["port"] or 80) > 65535:
        return _failed(parsed, 3, "URL using bad/illegal format or missing URL")
    if found["scheme"] not in (None, "http"):
        return _failed(parsed, 1, f"Protocol {go_quote(found['scheme'])} not supported by a desk: plain http is")
    host, port = found["host"].lower(), int(found["port"] or 80)
    pods = _addresses(store, host, port)
    if pods is None:
        return _failed(parsed, UNRESOLVED, f"Could not resolve host: {host}")
    if not pods:
        return _failed(parsed, REFUSED, f"Failed to connect to {host} port {port} after 0 ms: Could not connect to server")
    pod = pods[turn % len(pods)]
    body = f"{_image(pod)} from pod/{pod.metadata.name}\n"
    head = "HTTP/1.1 200 OK\nContent-Type: text/plain\n\n" if parsed.true("include") else ""
    return Answer(head + body)


def _addresses(store: Store, host: str, port: int) -> list[Pod] | None:
    """The pods that would answer; None if the name means nothing."""
    name = re.sub(r"\.default(\.svc(\.cluster\.local)?)?$", "", host)
    service = store.get("Service", name) or next((s for s in store.list("Service") if s.spec.cluster_ip == host), None)
    if service is not None:
        return _behind(store, service, port)
    pod = next((pod for pod in store.list("Pod") if pod.status.pod_ip == host), None)
    if pod is not None:
        return [pod] if pod.status.phase == "Running" else []
    return [] if re.fullmatch(r"[0-9.]+", host) else None


def _behind(store: Store, service: Service, port: int) -> list[Pod]:
    entry = next((p for p in service.spec.ports if p.port == port), None)
    if entry is None:
        return []
    slices = [s for s in store.list("EndpointSlice") if s.metadata.labels.get("kubernetes.io/service-name") == service.metadata.name]
    found = reachable(endpoint for s in slices for endpoint in s.endpoints or ())
    names = [endpoint.target_ref.name for endpoint in found if endpoint.target_ref is not None]
    return [pod for name in names if (pod := store.get("Pod", name, service.metadata.namespace)) is not None]


def _image(pod: Pod) -> str:
    repository, tag = split(pod.spec.containers[0].image)
    return f"{repository.rpartition('/')[2]}:{tag or 'latest'}"


def _failed(parsed, code: int, said: str) -> Answer:
    quiet = parsed.true("silent") and not parsed.true("show-error")
    return Answer("", "" if quiet else f"curl: ({code}) {said}\n", code)
