"""What this API serves, in both styles of discovery."""

import re
from functools import cache
from typing import Any

import msgspec

from simulation.api.resources import GROUPS, RESOURCES, Resource

AGGREGATED = re.compile(r"application/json;g=apidiscovery\.k8s\.io;v=(v2|v2beta1);as=APIGroupDiscoveryList")


def aggregated_version(accept: str) -> str:
    """The version of aggregated discovery that a client asks for first, "" if it wants the old style."""
    found = AGGREGATED.search(accept.replace(" ", ""))
    return found[1] if found else ""


@cache
def aggregated(core: bool, version: str) -> bytes:
    groups = dict.fromkeys(api_version.rpartition("/")[0] for api_version in GROUPS)
    items = [_aggregated_group(group) for group in groups if (group == "") == core]
    return msgspec.json.encode(
        {"kind": "APIGroupDiscoveryList", "apiVersion": f"apidiscovery.k8s.io/{version}", "metadata": {}, "items": items}
    )


def versions() -> dict[str, Any]:
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}


def groups() -> dict[str, Any]:
    found = [{"name": name, **rest} for name, rest in _groups().items()]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": found}


def group(name: str) -> dict[str, Any] | None:
    found = _groups().get(name)
    return {"kind": "APIGroup", "apiVersion": "v1", "name": name, **found} if found else None


def resources(api_version: str) -> dict[str, Any] | None:
    if api_version not in GROUPS:
        return None
    listed = [entry for row in RESOURCES if row.api_version == api_version for entry in _entries(row)]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": api_version, "resources": listed}


def _groups() -> dict[str, Any]:
    out: dict[str, Any] = {}
    for api_version in GROUPS:
        name, _, version = api_version.rpartition("/")
        if name:
            said = {"groupVersion": api_version, "version": version}
            out[name] = {"versions": [said], "preferredVersion": said}
    return out


def _entries(row: Resource) -> list[dict[str, Any]]:
    base = {"name": row.plural, "singularName": row.singular, "namespaced": row.namespaced, "kind": row.kind, "verbs": list(row.verbs)}
    if row.short:
        base["shortNames"] = list(row.short)
    if row.categories:
        base["categories"] = list(row.categories)
    out = [base]
    for sub in row.subresources:
        group, _, version = sub.api_version.rpartition("/")
        entry = {"name": f"{row.plural}/{sub.name}", "singularName": "", "namespaced": row.namespaced}
        out.append(entry | ({"group": group, "version": version} if group else {}) | {"kind": sub.kind, "verbs": list(sub.verbs)})
    return out


def _aggregated_group(group: str) -> dict[str, Any]:
    versions = [version for version in GROUPS if version.rpartition("/")[0] == group]
    meta = {"name": group} if group else {}
    return {"metadata": meta, "versions": [_aggregated_version(version) for version in versions]}


def _aggregated_version(api_version: str) -> dict[str, Any]:
    rows = [row for row in RESOURCES if row.api_version == api_version]
    return {"version": api_version.rpartition("/")[2], "resources": [_aggregated_resource(row) for row in rows], "freshness": "Current"}


def _aggregated_resource(row: Resource) -> dict[str, Any]:
    out: dict[str, Any] = {
        "resource": row.plural,
        "responseKind": {"group": row.group, "version": row.version, "kind": row.kind},
        "scope": "Namespaced" if row.namespaced else "Cluster",
        "singularResource": row.singular,
        "verbs": list(row.verbs),
    }
    if row.short:
        out["shortNames"] = list(row.short)
    if row.categories:
        out["categories"] = list(row.categories)
    if row.subresources:
        out["subresources"] = [
            {"subresource": sub.name, "responseKind": _kind_of(sub, row), "verbs": list(sub.verbs)} for sub in row.subresources
        ]
    return out


def _kind_of(sub: Any, row: Resource) -> dict[str, str]:
    group, _, version = (sub.api_version or row.api_version).rpartition("/")
    return {"group": group, "version": version, "kind": sub.kind}
