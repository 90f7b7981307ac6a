"""Wrong things are answered with a Status, whatever they are: never a 500, never a page."""

import base64
import json
import random
from unittest.mock import patch

import pytest
from django.test import AsyncClient

from rollviz.rooms.keys import viewer_key
from rollviz.rooms.registry import registry
from simulation.api import documents
from tests.rollviz.desks import MANIFEST

PODS = "/api/v1/namespaces/default/pods"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
PROTOBUF = "application/vnd.kubernetes.protobuf"
FUZZED = 5_000


class Desk:
    """One desk's API, in this process."""

    def __init__(self, client: AsyncClient, desk: str, key: str):
        self.client, self.desk, self.key = client, desk, key

    async def ask(self, method: str, path: str, body=b"", key: str | None = None, media: str = "application/json", **headers):
        """(status, decoded body). Whatever comes is JSON and nobody's fault."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        address = f"/k8s/{self.desk}-{self.key if key is None else key}{path}"
        response = await self.client.generic(method, address, data, content_type=media, headers=headers)
        if response.streaming:
            return response.status_code, response
        assert response["Content-Type"].startswith("application/json"), (response.status_code, response.content[:200])
        assert response.status_code != 500, response.content
        answer = json.loads(response.content)
        if response.status_code >= 400:
            assert (answer["kind"], answer["status"], answer["code"]) == ("Status", "Failure", response.status_code)
            assert answer["message"] and (answer.get("reason") or answer["message"].startswith("failed to create typed"))
        return response.status_code, answer


@pytest.fixture
async def desk(transactional_db):
    client = AsyncClient(raise_request_exception=True)
    made = await client.post("/api/desks", {"manifest": MANIFEST, "paused": True}, content_type="application/json")
    body = made.json()
    yield Desk(client, body["desk"], body["key"])
    await registry.close_all()
    registry.__init__()


async def test_who_has_no_key_or_a_wrong_one_is_told_so(desk):
    for key in ("", "wrong", "ü"):
        status, answer = await desk.ask("GET", PODS, key=key)
        assert (status, answer["reason"]) == (401, "Unauthorized")
    assert (await desk.ask("GET", PODS, key="", authorization=f"Bearer {desk.key}"))[0] == 200
    basic = base64.b64encode(f"me:{desk.key}".encode()).decode()
    assert (await desk.ask("GET", PODS, key="", authorization=f"Basic {basic}"))[0] == 200
    assert (await desk.ask("GET", PODS, key="", authorization="Basic %%%"))[0] == 401


@pytest.mark.parametrize("name", ["nosuchdesk", "x", "", "a" * 300, "%00"])
async def test_a_desk_that_is_not_there_is_a_404(desk, name):
    desk.desk = name
    assert (await desk.ask("GET", PODS))[0] == 404


async def test_a_viewer_reads_and_changes_nothing(desk):
    key = viewer_key(desk.desk)
    assert (await desk.ask("GET", DEPLOYMENTS, key=key))[0] == 200
    for method, path in (("POST", PODS), ("DELETE", f"{DEPLOYMENTS}/web"), ("PATCH", f"{DEPLOYMENTS}/web/scale"), ("DELETE", PODS)):
        status, answer = await desk.ask(method, path, {}, key=key)
        assert status == 403
        assert 'is forbidden: User "viewer" cannot' in answer["message"]
    review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    for verb, allowed in (("list", True), ("delete", False)):
        body = {"spec": {"resourceAttributes": {"verb": verb, "resource": "pods"}}}
        assert (await desk.ask("POST", review, body, key=key))[1]["status"]["allowed"] is allowed


@pytest.mark.parametrize(
    ("method", "path", "body", "media", "status"),
    [
        ("GET", "/api/v1/namespaces/default/secrets", b"", "", 404),
        ("GET", "/apis/batch/v1/namespaces/default/jobs", b"", "", 404),
        ("GET", f"{PODS}/nosuch", b"", "", 404),
        ("GET", f"{PODS}?labelSelector=a+in", b"", "", 400),
        ("GET", f"{PODS}?fieldSelector=spec.nope=1", b"", "", 400),
        ("GET", f"{PODS}?fieldSelector=nonsense", b"", "", 400),
        ("GET", f"{PODS}?limit=x", b"", "", 400),
        ("GET", f"{PODS}?limit=1&continue=%FF", b"", "", 400),
        ("GET", f"{PODS}?watch=1&resourceVersion=x", b"", "", 400),
        ("PUT", PODS, {}, "application/json", 405),
        ("OPTIONS", PODS, b"", "application/json", 405),
        ("POST", "/api/v1/nodes", {}, "application/json", 405),
        ("POST", "/api/v1/namespaces", {"metadata": {"name": "x"}}, "application/json", 403),
        ("POST", "/api/v1/namespaces/nosuch/pods", {"metadata": {"name": "x"}, "spec": {"containers": []}}, "application/json", 404),
        ("POST", "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", {}, "application/json", 403),
        ("POST", f"{PODS}/nosuch/exec", b"", "application/json", 404),
        ("GET", f"{PODS}/nosuch/log?tailLines=-1", b"", "", 422),
        ("GET", f"{PODS}/nosuch/log?sinceTime=yesterday", b"", "", 400),
        ("GET", f"{PODS}/nosuch/log?follow=true", b"", "", 404),
        ("POST", PODS, b"{", "application/json", 400),
        ("POST", PODS, b"[" * 5000, "application/json", 400),
        ("POST", PODS, [], "application/json", 400),
        ("POST", PODS, {"kind": "Service"}, "application/json", 400),
        ("POST", PODS, {"metadata": {"name": 3}}, "application/json", 400),
        ("POST", PODS, {"metadata": {}}, "application/json", 422),
        ("POST", PODS, {"metadata": {"name": "x", "namespace": "y"}}, "application/json", 400),
        ("POST", PODS, b"\0\1", "image/png", 415),
        ("POST", PODS, b"nothing", PROTOBUF, 400),
        ("POST", PODS, b"k8s\0\xff\xff\xff", PROTOBUF, 400),
        ("POST", PODS, b"k8s\0\x0a\x05\x0a\x02v1\x12\x01x", PROTOBUF, 400),
        ("PATCH", f"{DEPLOYMENTS}/web", {}, "application/json", 415),
        ("PATCH", f"{DEPLOYMENTS}/web", [], "application/merge-patch+json", 400),
        ("PATCH", f"{DEPLOYMENTS}/web", [{"op": "replace", "path": "/spec/x/y", "value": 1}], "application/json-patch+json", 422),
        ("PATCH", f"{DEPLOYMENTS}/web", [{"op": "test", "path": "/spec/replicas", "value": 99}], "application/json-patch+json", 422),
        ("PATCH", f"{DEPLOYMENTS}/web", {"spec": {"replicas": "x"}}, "application/strategic-merge-patch+json", 422),
        ("PATCH", f"{DEPLOYMENTS}/web/scale", {"spec": {"replicas": -1}}, "application/merge-patch+json", 422),
        ("PATCH", f"{DEPLOYMENTS}/web", {"metadata": {"labels": {"a": "b"}}}, "application/apply-patch+yaml", 422),
        ("DELETE", f"{DEPLOYMENTS}/web", {"preconditions": {"uid": "other"}}, "application/json", 409),
        ("DELETE", f"{DEPLOYMENTS}/web", {"propagationPolicy": "Sideways"}, "application/json", 422),
        ("DELETE", f"{DEPLOYMENTS}/web", {"gracePeriodSeconds": "x"}, "application/json", 400),
        ("DELETE", f"{DEPLOYMENTS}/web", {"propagationPolicy": "Orphan", "orphanDependents": True}, "application/json", 422),
        ("DELETE", f"{DEPLOYMENTS}/web", {"kind": "Deployment"}, "application/json", 400),
        ("DELETE", f"{DEPLOYMENTS}/web", {"dryRun": "All"}, "application/json", 422),
        ("DELETE", "/api/v1/pods", {}, "application/json", 405),
        ("POST", "/api/v1/namespaces/default", {}, "application/json", 405),
        ("POST", PODS, {"metadata": {"name": "x", "resourceVersion": "5"}}, "application/json", 400),
        ("POST", f"{PODS}?fieldManager=" + "x" * 129, {"metadata": {"name": "x"}}, "application/json", 422),
        ("PUT", f"{DEPLOYMENTS}/web", {"metadata": {"name": "web", "uid": "other"}}, "application/json", 409),
        ("PUT", f"{DEPLOYMENTS}/web/scale", {"metadata": {"name": "other"}, "spec": {"replicas": 3}}, "application/json", 400),
        ("PUT", f"{DEPLOYMENTS}/web/scale", {"kind": "Pod", "spec": {"replicas": 3}}, "application/json", 400),
        ("GET", f"{PODS}?resourceVersion=x", b"", "", 400),
        ("GET", f"{PODS}?resourceVersionMatch=Exact", b"", "", 422),
        ("GET", f"{PODS}?resourceVersionMatch=Exact&resourceVersion=0", b"", "", 422),
        ("GET", f"{PODS}?resourceVersionMatch=Exact&resourceVersion=1", b"", "", 410),
        ("GET", f"{PODS}?sendInitialEvents=true", b"", "", 422),
        ("GET", f"{PODS}?watch=1&sendInitialEvents=true", b"", "", 422),
        ("GET", f"{PODS}?watch=1&resourceVersionMatch=NotOlderThan", b"", "", 422),
        ("PUT", f"{DEPLOYMENTS}/web", {"metadata": {"name": "other"}}, "application/json", 400),
        ("POST", f"{PODS}?dryRun=Some", {"metadata": {"name": "x"}}, "application/json", 422),
        ("POST", PODS, b" " * 3_000_000, "application/json", 413),
    ],
)
async def test_wrong_things_are_refused_by_their_name(desk, method, path, body, media, status):
    before = registry._rooms[desk.desk].recording.cluster.store.revision
    assert (await desk.ask(method, path, body, media=media or "application/json"))[0] == status
    assert registry._rooms[desk.desk].recording.cluster.store.revision == before


@pytest.mark.parametrize(
    ("method", "path", "body", "media", "said"),
    [
        (
            "PATCH",
            f"{DEPLOYMENTS}/web",
            [{"op": "remove", "path": "/spec/nope"}],
            "application/json-patch+json",
            "the server rejected our request due to an error in our request",
        ),
        (
            "PATCH",
            f"{DEPLOYMENTS}/web",
            {"spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}},
            "application/strategic-merge-patch+json",
            "map: map[image:x] does not contain declared merge key: name",
        ),
        (
            "PATCH",
            f"{DEPLOYMENTS}/web/scale",
            {"spec": {"replicas": -1}},
            "application/merge-patch+json",
            'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
        ),
        (
            "PATCH",
            f"{DEPLOYMENTS}/web",
            {"metadata": {"uid": "x"}},
            "application/merge-patch+json",
            'Deployment.apps "web" is invalid: metadata.uid: Invalid value: "x": field is immutable',
        ),
        (
            "DELETE",
            f"{DEPLOYMENTS}/web?propagationPolicy=Sideways",
            b"",
            "application/json",
            'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Sideways": '
            'supported values: "Foreground", "Background", "Orphan", "nil"',
        ),
        (
            "PATCH",
            f"{DEPLOYMENTS}/web?dryRun=Some",
            {},
            "application/merge-patch+json",
            'PatchOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: "Some": supported values: "All"',
        ),
    ],
)
async def test_a_refusal_has_the_servers_words(desk, method, path, body, media, said):
    assert (await desk.ask(method, path, body, media=media))[1]["message"] == said


async def test_an_eviction_is_of_the_pod_that_it_names(desk):
    made = {"metadata": {"name": "x"}, "spec": {"containers": [{"name": "c", "image": "x"}]}}
    assert (await desk.ask("POST", PODS, made))[0] == 201
    for body, status in (
        ({"metadata": {"name": "y"}}, 400),
        ({"deleteOptions": {"preconditions": {"uid": "other"}}}, 409),
        ({"metadata": {"name": "x"}}, 201),
    ):
        assert (await desk.ask("POST", f"{PODS}/x/eviction", body))[0] == status


async def test_whoever_asks_for_yaml_gets_yaml(desk):
    address = f"/k8s/{desk.desk}-{desk.key}{DEPLOYMENTS}/web"
    answer = await desk.client.get(address, headers={"accept": "application/yaml"})
    assert answer["Content-Type"] == "application/yaml"
    assert documents.read(answer.content.decode()) == (await desk.ask("GET", f"{DEPLOYMENTS}/web"))[1]


async def test_exec_says_where_it_works(desk):
    await desk.ask("POST", PODS, {"metadata": {"name": "x"}, "spec": {"containers": [{"name": "x", "image": "x"}]}})
    status, answer = await desk.ask("POST", f"{PODS}/x/exec?command=kill&command=1")
    assert status == 501
    assert "In the terminal on the desk, exec POD -- kill 1 works" in answer["message"]


@pytest.mark.parametrize("path", ["/healthz", "/version", "/api", "/apis/apps/v1", "/openapi/v2", "/api/v1/nodes", "/k8s"])
async def test_a_path_without_its_desk_is_a_status(desk, path):
    response = await desk.client.get(path)
    assert (response.status_code, json.loads(response.content)["kind"]) == (404, "Status")


async def test_what_is_no_path_of_the_api_is_a_404_in_text(desk):
    for path in ("/nothing", "/apis/", "/api/v2/pods", "/openapi/v4"):
        response = await desk.client.get(f"/k8s/{desk.desk}-{desk.key}{path}")
        assert response.status_code in (200, 404)
        assert "html" not in response["Content-Type"]


async def test_no_body_makes_a_500(desk):
    """Five thousand of them: what clients send, with one thing in it changed for another."""
    chance = random.Random(5)
    with patch("rollviz.rooms.room.COMMANDS_PER_MINUTE", 10**9), patch("rollviz.rooms.room.COMMANDS_PER_DESK", 10**9):
        registry._rooms[desk.desk]._allowance.per_minute = 10**9
        registry._rooms[desk.desk]._allowance._left = 10.0**9
        seen = set()
        for _ in range(FUZZED):
            method, path, body, media = chance.choice(SENT)
            data = json.dumps(changed(chance, json.loads(json.dumps(body)))).encode()
            if chance.random() < 0.1:
                data = bytes(chance.randrange(256) if chance.random() < 0.02 else byte for byte in data)
            status, _ = await desk.ask(method, path, data, media=media)
            seen.add(status)
    assert {200, 400, 422} <= seen


POD = {
    "metadata": {"name": "p", "labels": {"a": "b"}},
    "spec": {"containers": [{"name": "c", "image": "nginx", "ports": [{"containerPort": 80}]}]},
}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "d", "annotations": {"x": "y"}},
    "spec": {
        "replicas": 1,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": "25%"}},
        "selector": {"matchLabels": {"a": "b"}, "matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]},
        "template": POD,
    },
}
SERVICE = {"metadata": {"name": "s"}, "spec": {"selector": {"a": "b"}, "ports": [{"port": 80, "targetPort": "http", "name": "x"}]}}
BUDGET = {"metadata": {"name": "b"}, "spec": {"minAvailable": "50%", "selector": {"matchLabels": {"a": "b"}}}}
MERGE = {
    "metadata": {"labels": {"a": None}},
    "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": "web", "image": "x"}]}}},
}
STRATEGIC = MERGE | {"$retainKeys": ["spec"], "spec": {"$setElementOrder/containers": [{"name": "web"}], "strategy": {"$patch": "replace"}}}
JSON_PATCH = [{"op": "replace", "path": "/spec/replicas", "value": 3}, {"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}]
STATUS = {"status": {"conditions": [{"type": "Available", "status": "True", "lastUpdateTime": "2026-11-25T00:00:00Z"}], "replicas": 3}}
OPTIONS = {"propagationPolicy": "Background", "gracePeriodSeconds": 3, "preconditions": {"uid": "x"}, "dryRun": ["All"]}
WEB = f"{DEPLOYMENTS}/web"
JSON = "application/json"
SENT = [
    ("POST", PODS, POD, JSON),
    ("POST", DEPLOYMENTS, DEPLOYMENT, JSON),
    ("POST", f"{DEPLOYMENTS}?dryRun=All&fieldValidation=Strict", DEPLOYMENT, "application/yaml"),
    ("POST", "/api/v1/namespaces/default/services", SERVICE, JSON),
    ("POST", "/apis/policy/v1/namespaces/default/poddisruptionbudgets", BUDGET, JSON),
    ("PUT", WEB, DEPLOYMENT | {"metadata": {"name": "web"}}, JSON),
    ("PUT", f"{WEB}/scale", {"spec": {"replicas": 3}, "metadata": {"name": "web"}}, JSON),
    ("PUT", f"{WEB}/status", STATUS, JSON),
    ("PATCH", WEB, MERGE, "application/merge-patch+json"),
    ("PATCH", WEB, STRATEGIC, "application/strategic-merge-patch+json"),
    ("PATCH", WEB, JSON_PATCH, "application/json-patch+json"),
    ("PATCH", f"{WEB}?fieldManager=x", DEPLOYMENT | {"metadata": {"name": "web"}}, "application/apply-patch+yaml"),
    ("PATCH", f"{WEB}/status", STATUS, "application/merge-patch+json"),
    ("PATCH", f"{WEB}/scale", {"spec": {"replicas": 3}}, "application/merge-patch+json"),
    (
        "PATCH",
        "/api/v1/nodes/node-1",
        {"spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}},
        "application/strategic-merge-patch+json",
    ),
    ("DELETE", f"{WEB}?dryRun=All", OPTIONS, JSON),
    ("DELETE", f"{PODS}?labelSelector=no=such", OPTIONS, JSON),
    ("POST", f"{PODS}/nosuch/eviction", {"deleteOptions": OPTIONS}, JSON),
]
JUNK = [None, True, -1, 2**63, 1.5, "", "x", "25%", "\u0000", "ü" * 300, [], [None], {}, {"x": {"y": []}}, [[1]], {"$patch": "delete"}]


def changed(chance: random.Random, value):
    """The value with one thing in it changed for another."""
    if chance.random() < 0.15 or not isinstance(value, dict | list) or not value:
        return chance.choice(JUNK)
    if isinstance(value, dict):
        key = chance.choice(sorted(value))
        if chance.random() < 0.1:
            return value | {chance.choice(["nope", "name", "spec", "$patch"]): chance.choice(JUNK)}
        return value | {key: changed(chance, value[key])}
    at = chance.randrange(len(value))
    return [*value[:at], changed(chance, value[at]), *value[at + 1 :]]


TWICE = b"""{"metadata": {"name": "x"}, "spec": {"replicas": 1, "replicas": 2, "selector": {"matchLabels": {"a": "b"}}, "template":
    {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "x", "image": "a", "image": "b"}]}}}}"""
SAID_TWICE = 'duplicate field "spec.replicas", duplicate field "spec.template.spec.containers[0].image"'


async def test_a_field_said_twice_is_refused_or_warned_of_or_ignored(desk):
    status, answer = await desk.ask("POST", f"{DEPLOYMENTS}?fieldValidation=Strict&dryRun=All", TWICE)
    said = f'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: {SAID_TWICE}'
    assert (status, answer["message"]) == (400, said)
    for how, warned in (("Warn", True), ("Ignore", False)):
        address = f"/k8s/{desk.desk}-{desk.key}{DEPLOYMENTS}?fieldValidation={how}&dryRun=All"
        response = await desk.client.generic("POST", address, TWICE, content_type="application/json")
        assert (response.status_code, "Warning" in response) == (201, warned)
    patch = b'{"spec": {"replicas": 1, "replicas": 2}}'
    for media in ("strategic-merge-patch", "merge-patch"):
        status, answer = await desk.ask("PATCH", f"{DEPLOYMENTS}/web?fieldValidation=Strict", patch, media=f"application/{media}+json")
        assert (status, answer["message"].endswith('strict decoding error: duplicate field "spec.replicas"')) == (422, True)
    status, answer = await desk.ask(
        "PATCH",
        f"{DEPLOYMENTS}/web?fieldValidation=Strict",
        b'[{"op": "add", "path": "/spec/replicas", "value": 3, "value": 4}]',
        media="application/json-patch+json",
    )
    assert (status, answer["message"].endswith('strict decoding error: json patch duplicate field "[0].value"')) == (422, True)


@pytest.mark.parametrize("subresource", ["", "/status", "/scale"])
async def test_what_replaces_an_object_must_name_it(desk, subresource):
    status, answer = await desk.ask("PUT", f"{DEPLOYMENTS}/web{subresource}", {})
    said = "the name of the object (web based on URL) was undeterminable: name must be provided"
    assert (status, answer["message"]) == (400, said)
    status, answer = await desk.ask("PUT", f"{DEPLOYMENTS}/web{subresource}", {"metadata": {"name": "other"}})
    assert (status, answer["message"]) == (400, "the name of the object (other) does not match the name on the URL (web)")


async def test_a_status_has_gos_zeros_and_the_api_servers_rules(desk):
    budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
    await desk.ask("POST", budgets, {"metadata": {"name": "b"}, "spec": {"minAvailable": 1}})
    status, answer = await desk.ask("PUT", f"{budgets}/b/status", {"metadata": {"name": "b"}, "status": {"expectedPods": 3}})
    assert (status, answer["status"]["expectedPods"], answer["status"]["currentHealthy"]) == (200, 3, 0)
    status, answer = await desk.ask("PUT", f"{budgets}/b/status", {"metadata": {"name": "b"}, "status": {"expectedPods": -3}})
    assert (status, answer["details"]["causes"][0]["field"]) == (422, "status.expectedPods")
    wrong = {"metadata": {"name": "web", "resourceVersion": "1"}, "status": {"replicas": 1}}
    assert (await desk.ask("PUT", f"{DEPLOYMENTS}/web/status", wrong))[0] == 409
    status, answer = await desk.ask("PUT", f"{DEPLOYMENTS}/web/status", {"metadata": {"name": "web"}, "status": {"readyReplicas": 1}})
    assert answer["details"]["causes"][0]["message"] == "Invalid value: 1: cannot be greater than status.replicas"


async def test_a_wrong_type_is_said_of_the_patch_or_of_the_body(desk):
    said = "json: cannot unmarshal string into Go struct field {} of type int32"
    for where, field in (("", "DeploymentSpec.spec.replicas"), ("/scale", "ScaleSpec.spec.replicas")):
        wrong = {"metadata": {"name": "web"}, "spec": {"replicas": "x"}}
        status, answer = await desk.ask("PUT", f"{DEPLOYMENTS}/web{where}", wrong)
        assert (status, answer["message"].endswith(said.format(field))) == (400, True)
        status, answer = await desk.ask("PATCH", f"{DEPLOYMENTS}/web{where}", wrong, media="application/merge-patch+json")
        assert (status, answer["message"].startswith(' "" is invalid: patch: Invalid value: "{')) == (422, True)
        assert answer["message"].endswith(said.format(field))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"status": {"conditions": [{"type": {"a": "b"}}]}}, "cannot unmarshal object into Go struct field"),
        (
            {"spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}},
            ".spec.template.spec.containers: element 0: associative list with keys has an element that omits key field "
            '"name" (and doesn\'t have default value)',
        ),
    ],
)
async def test_what_is_applied_must_be_of_its_type(desk, body, said):
    address = f"/k8s/{desk.desk}-{desk.key}{DEPLOYMENTS}/web?fieldManager=me"
    response = await desk.client.generic("PATCH", address, json.dumps(body), content_type="application/apply-patch+yaml")
    assert (response.status_code, said in response.json()["message"]) == (400, True)


async def test_a_scale_can_be_applied_and_force_is_for_applying(desk):
    apply = "application/apply-patch+yaml"
    body = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "web"}, "spec": {"replicas": 2}}
    status, answer = await desk.ask("PATCH", f"{DEPLOYMENTS}/web/scale?fieldManager=me", body, media=apply)
    assert (status, answer["kind"], answer["spec"]["replicas"]) == (200, "Scale", 2)
    patch = {"spec": {"replicas": 3}}
    status, answer = await desk.ask("PATCH", f"{DEPLOYMENTS}/web?force=true", patch, media="application/merge-patch+json")
    said = 'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch'
    assert (status, answer["message"]) == (422, said)
    owned = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "managedFields": [{"manager": "x"}]}}
    status, answer = await desk.ask("PATCH", f"{DEPLOYMENTS}/web?fieldManager=me", owned, media=apply)
    assert (status, answer["message"]) == (400, "metadata.managedFields must be nil")


async def test_what_a_fuzz_found_is_answered(desk):
    stop = {"containers": [{"name": "x", "image": "x", "lifecycle": {"stopSignal": "SIGUSR1"}}]}
    assert (await desk.ask("POST", PODS, {"metadata": {"name": "x"}, "spec": stop}))[0] == 201
    late = bytes.fromhex("6b3873000a0b0a02763112054576656e741222321411000000000000000008808080808080808080012f2a08290000000000000000")
    assert (await desk.ask("POST", PODS, late, media=PROTOBUF))[0] == 400


async def test_a_pods_address_is_one(desk):
    await desk.ask("POST", PODS, {"metadata": {"name": "x"}, "spec": {"containers": [{"name": "x", "image": "x"}]}})
    status, answer = await desk.ask("PATCH", f"{PODS}/x/status", {"status": {"podIP": "25%"}}, media="application/merge-patch+json")
    assert (status, answer["details"]["causes"][0]["field"]) == (422, "status.podIPs[0]")


async def test_what_is_applied_must_be_declared(desk):
    wrong = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicaz": 3}}
    address = f"/k8s/{desk.desk}-{desk.key}{DEPLOYMENTS}/web?fieldManager=me&fieldValidation=Ignore"
    response = await desk.client.generic("PATCH", address, json.dumps(wrong), content_type="application/apply-patch+yaml")
    said = "failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.replicaz: field not declared in schema"
    assert (response.status_code, response.json()["message"]) == (400, said)


async def test_a_finalizer_holds_an_object_until_it_is_taken_off(desk):
    held = {"metadata": {"name": "held", "finalizers": ["example.com/held"]}, "spec": {"ports": [{"port": 80}]}}
    services = "/api/v1/namespaces/default/services"
    assert (await desk.ask("POST", services, held))[1]["metadata"]["finalizers"] == ["example.com/held"]
    status, answer = await desk.ask("DELETE", f"{services}/held")
    assert (status, "deletionTimestamp" in answer["metadata"]) == (200, True)
    status, answer = await desk.ask("PATCH", f"{services}/held", {"metadata": {"finalizers": None}}, media="application/merge-patch+json")
    assert (status, answer["metadata"]["name"], "finalizers" in answer["metadata"]) == (200, "held", False)
    assert (await desk.ask("GET", f"{services}/held"))[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "media", "status", "said"),
    [
        (
            "POST",
            DEPLOYMENTS,
            b"",
            "application/json",
            400,
            "the object provided is unrecognized (must be of type Deployment): couldn't get version/kind; json parse error: "
            "unexpected end of JSON input (<empty>)",
        ),
        (
            "POST",
            DEPLOYMENTS,
            b'{"a" 1}',
            "application/json",
            400,
            "the object provided is unrecognized (must be of type Deployment): couldn't get version/kind; json parse error: "
            "invalid character '1' after object key ({\"a\" 1})",
        ),
        (
            "POST",
            PODS,
            {"kind": "Service", "apiVersion": "v1"},
            "application/json",
            400,
            'Service in version "v1" cannot be handled as a Pod: converting (v1.Service) to (core.Pod): unknown conversion',
        ),
        (
            "POST",
            DEPLOYMENTS,
            {"kind": "Deployment", "apiVersion": "apps/v1beta1"},
            "application/json",
            400,
            'Deployment in version "v1beta1" cannot be handled as a Deployment: no kind "Deployment" is registered for version '
            '"apps/v1beta1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
        ),
        (
            "PATCH",
            f"{DEPLOYMENTS}/web",
            {},
            "application/json-patch+json",
            400,
            "error decoding patch: json: cannot unmarshal object into Go value of type []interface {}",
        ),
        (
            "PATCH",
            f"{DEPLOYMENTS}/web",
            [],
            "application/strategic-merge-patch+json",
            400,
            "json: cannot unmarshal array into Go value of type map[string]interface {}",
        ),
        (
            "PATCH",
            f"{DEPLOYMENTS}/web",
            {"metadata": {"name": None}},
            "application/merge-patch+json",
            400,
            "the name of the object (web based on URL) was undeterminable: name must be provided",
        ),
        (
            "PATCH",
            f"{DEPLOYMENTS}/web",
            {"metadata": {"namespace": "other"}},
            "application/merge-patch+json",
            400,
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
        (
            "DELETE",
            "/api/v1/namespaces/default",
            b"",
            "application/json",
            403,
            'namespaces "default" is forbidden: this namespace may not be deleted',
        ),
        ("DELETE", "/api/v1/namespaces/other", b"", "application/json", 404, 'namespaces "other" not found'),
        ("POST", "/api/v1/namespaces", {"metadata": {"name": "default"}}, "application/json", 409, 'namespaces "default" already exists'),
        ("GET", f"{PODS}?continue=x", b"", "", 400, "invalid continue token: continue key is not valid: it was not given out here"),
        (
            "GET",
            f"{PODS}?continue=x&resourceVersion=5",
            b"",
            "",
            400,
            "specifying resource version is not allowed when using continue",
        ),
    ],
)
async def test_more_is_refused_in_the_api_servers_words(desk, method, path, body, media, status, said):
    found, answer = await desk.ask(method, path, body, media=media or "application/json")
    assert (found, answer["message"]) == (status, said)


async def test_a_version_that_is_still_to_come_is_too_large(desk):
    for path in (PODS, f"{DEPLOYMENTS}/web"):
        status, answer = await desk.ask("GET", f"{path}?resourceVersion=99999")
        assert (status, answer["reason"], answer["details"]["causes"][0]["reason"]) == (504, "Timeout", "ResourceVersionTooLarge")
        assert answer["message"].startswith("Timeout: Too large resource version: 99999, current: ")


async def test_pages_are_of_the_version_of_the_first_so_that_a_watch_misses_nothing(desk):
    services = "/api/v1/namespaces/default/services"
    for name in "abc":
        await desk.ask("POST", services, {"metadata": {"name": name}, "spec": {"ports": [{"port": 80}]}})
    _, first = await desk.ask("GET", f"{services}?limit=2")
    await desk.ask("DELETE", f"{services}/a")
    _, second = await desk.ask("GET", f"{services}?limit=2&continue={first['metadata']['continue']}")
    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    assert len((await desk.ask("GET", f"{services}?limit=-1"))[1]["items"]) >= 2
