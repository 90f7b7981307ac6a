"""Field selectors: which fields of a kind may be asked for, and whether an object has the values.

Models apimachinery/pkg/fields and the conversion funcs of pkg/apis/{core,apps}/v1 (v1.36).
"""

import re
from collections.abc import Callable
from typing import Any

from simulation.api.errors import bad_request, go_quote

TERM = re.compile(r"([^=!]*)(!=|==|=)(.*)", re.DOTALL)
Getter = Callable[[Any], str]

EVERYWHERE: dict[str, Getter] = {
    "metadata.name": lambda obj: obj.metadata.name,
    "metadata.namespace": lambda obj: obj.metadata.namespace,
}
_POD: dict[str, Getter] = {
    "spec.nodeName": lambda pod: pod.spec.node_name,
    "spec.restartPolicy": lambda pod: pod.spec.restart_policy,
    "spec.schedulerName": lambda pod: pod.spec.scheduler_name,
    "spec.serviceAccountName": lambda pod: pod.spec.service_account_name,
    "spec.hostNetwork": lambda pod: "true" if pod.spec.host_network else "false",
    "status.phase": lambda pod: pod.status.phase,
    "status.podIP": lambda pod: pod.status.pod_ip,
    "status.nominatedNodeName": lambda pod: pod.status.nominated_node_name,
}
_EVENT: dict[str, Getter] = {
    "involvedObject.kind": lambda event: event.involved_object.kind,
    "involvedObject.namespace": lambda event: event.involved_object.namespace,
    "involvedObject.name": lambda event: event.involved_object.name,
    "involvedObject.uid": lambda event: event.involved_object.uid,
    "involvedObject.apiVersion": lambda event: event.involved_object.api_version,
    "involvedObject.resourceVersion": lambda event: event.involved_object.resource_version,
    "involvedObject.fieldPath": lambda event: event.involved_object.field_path,
    "reason": lambda event: event.reason,
    "type": lambda event: event.type,
    "source": lambda event: event.source.component or event.reporting_component,
    "reportingComponent": lambda event: event.reporting_component,
}
FIELDS: dict[str, dict[str, Getter]] = {
    "Pod": _POD,
    "Event": _EVENT | {key.replace("involvedObject", "regarding"): get for key, get in _EVENT.items() if "." in key},
    "Node": {"spec.unschedulable": lambda node: "true" if node.spec.unschedulable else "false"},
    "ReplicaSet": {"status.replicas": lambda rs: str(rs.status.replicas)},
    "Service": {"spec.clusterIP": lambda service: service.spec.cluster_ip, "spec.type": lambda service: service.spec.type},
    "Namespace": {"status.phase": lambda namespace: "Active", "name": lambda namespace: namespace.metadata.name},
}

Term = tuple[Getter, bool, str]


class FieldSelector:
    """Terms that must all hold; none of them means everything."""

    def __init__(self, terms: list[Term]) -> None:
        self.terms = terms

    def matches(self, obj: Any) -> bool:
        return all((get(obj) == value) is equal for get, equal, value in self.terms)


def parse(kind: str, text: str) -> FieldSelector:
    """Raises the API's 400."""
    known = EVERYWHERE | FIELDS.get(kind, {})
    terms: list[Term] = []
    for part in _split(text):
        if not part:
            continue
        found = TERM.fullmatch(part)
        if found is None:
            raise bad_request(f"invalid selector: {go_quote(text)}; can't understand {go_quote(part)}")
        field, operator, value = found.groups()
        if field not in known:
            raise bad_request(f"field label not supported: {field}")
        terms.append((known[field], operator != "!=", _unescaped(value)))
    return FieldSelector(terms)


def _split(text: str) -> list[str]:
    """At commas that no backslash escapes."""
    return re.findall(r"(?:\\.|[^,\\])+", text, re.DOTALL)


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
