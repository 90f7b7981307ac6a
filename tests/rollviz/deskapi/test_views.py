import json
from itertools import pairwise

import pytest

from rollviz.rooms import limits
from rollviz.rooms.limits import LIFE_SECONDS, MANIFEST_BYTES, REQUEST_BYTES, Allowances
from rollviz.rooms.models import Desk as Row
from simulation.scenario import FOLDER
from tests.rollviz.desks import MANIFEST, SET_IMAGE

LAUGHS = (f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdefghi"))
BILLION_LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(LAUGHS)


def both_zero() -> str:
    return MANIFEST.replace("  replicas: 10\n", "  replicas: 10\n  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}\n")


async def test_a_desk_is_made_from_a_scenario(api):
    status, body = await api.post("/api/desks", {"scenario": "fade"})
    assert status == 201
    assert set(body) == {"desk", "url", "key"}
    assert body["url"] == f"http://testserver/d/{body['desk']}"


async def test_a_desk_is_made_from_a_scenario_file(api):
    desk = await api.make_desk(file=(FOLDER / "fade.yaml").read_text().replace("seed: 3", "seed: 5").replace("replicas: 10", "replicas: 3"))
    state = await desk.state()
    assert [(d["metadata"]["name"], d["spec"]["replicas"]) for d in state["deployments"]] == [("web", 3)]


async def test_a_new_desk_stands_at_zero_and_is_ready_to_run(api):
    desk = await api.make_desk()
    state = await desk.state()
    assert (state["time"], state["paused"], state["speed"]) == (0, False, 1)
    assert (await (await api.make_desk(manifest=MANIFEST, paused=True)).state())["paused"] is True


async def test_time_stands_while_nobody_watches_and_nobody_started_it(api):
    desk = await api.make_desk()
    await desk.clock(advance=5)
    await desk.do(kubectl=SET_IMAGE)
    before = await desk.state()
    assert await desk.state() == before
    assert before["time"] == 5


async def test_advance_runs_exactly_that_much_at_once(api):
    desk = await api.make_desk()
    assert await desk.clock(advance=90) == (200, {"time": 90, "end": 90, "take": 1})
    assert await desk.clock(advance=0.25) == (200, {"time": 90.25, "end": 90.25, "take": 1})
    assert await desk.clock(advance=0) == (200, {"time": 90.25, "end": 90.25, "take": 1})
    state = await desk.state()
    assert state["time"] == 90.25
    assert state["deployments"][0]["status"]["availableReplicas"] == 10


async def test_one_long_advance_and_many_short_ones_come_to_the_same(api):
    async def rollout(*steps):
        desk = await api.make_desk(manifest=MANIFEST, seed=7)
        await desk.clock(advance=60)
        await desk.do(kubectl=SET_IMAGE)
        for step in steps:
            await desk.clock(advance=step)
        return await desk.state()

    assert await rollout(12) == await rollout(5, 0.125, 6.5, 0.375)


async def test_step_goes_to_the_next_thing_that_happens(api):
    desk = await api.make_desk()
    status, body = await desk.clock(step=True)
    assert status == 200
    assert 0 < body["time"] < 60


async def test_a_command_answers_with_what_kubectl_prints(api):
    desk = await api.make_desk()
    assert await desk.do(kubectl=SET_IMAGE) == (200, {"output": "deployment.apps/web image updated"})
    assert await desk.do(kubectl=f"kubectl {SET_IMAGE.replace('2.0', '3.0')}") == (200, {"output": "deployment.apps/web image updated"})


async def test_apply_takes_several_documents(api):
    desk = await api.make_desk()
    status, body = await desk.do(apply=MANIFEST.replace("replicas: 10", "replicas: 4"))
    assert status == 200
    assert body["output"].splitlines() == ["deployment.apps/web configured", "service/web unchanged"]
    assert (await desk.state())["deployments"][0]["spec"]["replicas"] == 4


async def test_the_state_is_in_kubernetes_json_form(api):
    desk = await api.make_desk()
    await desk.clock(advance=60)
    state = await desk.state()
    assert set(state) == {
        *("time", "end", "paused", "speed", "take", "takes"),
        *("deployments", "replicasets", "pods", "services", "endpointslices", "nodes", "poddisruptionbudgets", "events", "ledger"),
    }
    assert state["deployments"][0]["kind"] == "Deployment"
    assert state["deployments"][0]["metadata"]["creationTimestamp"] == "2026-01-01T00:00:00Z"
    assert len(state["pods"]) == len(state["endpointslices"][0]["endpoints"]) == 10
    assert all("rule" in entry and "result" in entry for entry in state["ledger"])
    assert len(state["events"]) <= 200


async def test_one_seed_makes_one_run(api):
    async def run(seed):
        desk = await api.make_desk(manifest=MANIFEST, seed=seed)
        await desk.do(kubectl=SET_IMAGE)
        await desk.clock(advance=30)
        return await desk.state()

    assert await run(3) == await run(3)
    assert (await run(3))["pods"] != (await run(4))["pods"]


# ----------------------------------------------------------------------------------------------------------------- refusals

BAD_COMMANDS = {
    "both zero": ({"apply": both_zero()}, "may not be 0 when `maxSurge` is 0"),
    "-1 replicas": ({"kubectl": "scale deployment/web --replicas=-1"}, "replicas"),
    "10001 replicas": ({"kubectl": "scale deployment/web --replicas=10001"}, "10000"),
    "an image of 300 characters": ({"kubectl": f"set image deployment/web web={'x' * 300}"}, "255"),
    "not YAML": ({"apply": "{[not yaml"}, ""),
    "a billion laughs": ({"apply": BILLION_LAUGHS}, ""),
    "an unknown object": ({"kubectl": "scale deployment/nope --replicas=3"}, '"nope" not found'),
    "not a verb": ({"kubectl": "dance"}, "dance"),
    "an unfinished quote": ({"kubectl": 'scale "deployment/web'}, ""),
    "nothing": ({}, "kubectl"),
    "both": ({"kubectl": SET_IMAGE, "apply": MANIFEST}, "kubectl"),
    "an empty line": ({"kubectl": "  "}, "empty"),
    "not a text": ({"kubectl": 7}, "text"),
    "a NUL": ({"kubectl": "scale deployment/web --replicas=3\0"}, "NUL"),
    "another field": ({"kubectl": SET_IMAGE, "sudo": True}, "sudo"),
}


@pytest.mark.parametrize("bad", BAD_COMMANDS)
async def test_a_bad_command_gets_its_message_and_changes_nothing(api, bad):
    body, words = BAD_COMMANDS[bad]
    desk = await api.make_desk()
    await desk.clock(advance=20)
    before = await desk.state()
    status, answer = await desk.do(**body)
    assert status == 422, answer
    assert set(answer) == {"field", "reason", "message"}
    assert words in answer["message"]
    assert await desk.state() == before
    assert await Row.objects.filter(entries__isnull=False).acount() == 0


BAD_CLOCKS = [
    ({"speed": 2}, "speed"),
    ({"speed": "fast"}, "speed"),
    ({"speed": True}, "speed"),
    ({"paused": 1}, "paused"),
    ({"advance": -1}, "advance"),
    ({"advance": LIFE_SECONDS + 1}, "advance"),
    ({"advance": "1"}, "advance"),
    ({"advance": True}, "advance"),
    ({"paused": True, "speed": 16, "advance": -5}, "advance"),
    ({"step": "yes"}, "step"),
    ({"seek": -1}, "seek"),
    ({"seek": "start"}, "seek"),
    ({"seek": LIFE_SECONDS, "advance": 1}, "advance"),
    ({"mark": "last"}, "mark"),
    ({"take": "1"}, "take"),
    ({"take": 2}, "take"),
    ({"undo": "yes"}, "undo"),
    ({"undo": True}, "undo"),
    ({"rewind": 1}, "rewind"),
]


@pytest.mark.parametrize(("body", "field"), BAD_CLOCKS)
async def test_a_bad_time_gets_its_message_and_changes_nothing(api, body, field):
    desk = await api.make_desk()
    before = await desk.state()
    status, answer = await desk.clock(**body)
    assert (status, answer["field"]) == (422, field)
    assert await desk.state() == before


BAD_DESKS = {
    "an unknown scenario": ({"scenario": "nope"}, "nope"),
    "a path": ({"scenario": "../scenario"}, ""),
    "both": ({"scenario": "fade", "manifest": MANIFEST}, "manifest"),
    "neither": ({}, "scenario"),
    "a seed that is not a number": ({"scenario": "fade", "seed": "1"}, "seed"),
    "a negative seed": ({"scenario": "fade", "seed": -1}, "seed"),
    "a huge seed": ({"scenario": "fade", "seed": 2**63}, "seed"),
    "not YAML": ({"manifest": "{[not yaml"}, ""),
    "a billion laughs": ({"manifest": BILLION_LAUGHS}, ""),
    "a scenario file with an unknown key": ({"file": "title: T\nnodez: 3\n"}, "line 2: "),
    "a scenario file with a bad object": ({"file": "title: T\nobjects:\n  - {}\n"}, "line 3: "),
    "both zero": ({"manifest": both_zero()}, "may not be 0 when `maxSurge` is 0"),
    "not an object": ({"manifest": "- 1\n- 2\n"}, ""),
    "paused that is no truth": ({"scenario": "fade", "paused": "no"}, "paused"),
}


@pytest.mark.parametrize("bad", BAD_DESKS)
async def test_a_bad_desk_gets_its_message_and_is_not_made(api, bad):
    body, words = BAD_DESKS[bad]
    status, answer = await api.post("/api/desks", body)
    assert status == 422, answer
    assert set(answer) == {"field", "reason", "message"}
    assert words in answer["message"]
    assert await Row.objects.acount() == 0


async def test_only_the_key_opens_a_desk(api):
    desk, other = await api.make_desk(), await api.make_desk()
    before = await desk.state()
    for path, body in (("commands", {"kubectl": SET_IMAGE}), ("clock", {"advance": 10})):
        url = f"/api/desks/{desk.desk}/{path}"
        assert (await api.post(url, body))[0] == 401
        assert (await api.post(url, body, authorization="Basic eDp5"))[0] == 401
        assert (await api.post(url, body, "wrong"))[0] == 403
        assert (await api.post(url, body, other.key))[0] == 403
    assert await desk.state() == before


@pytest.mark.parametrize("desk", ["aaaaaaaaaa", "nope", "AAAAAAAAAA", "x" * 300])
async def test_a_desk_that_is_not_there_is_404_whatever_the_key(api, desk):
    for answer in (
        await api.get(f"/api/desks/{desk}/state"),
        await api.post(f"/api/desks/{desk}/commands", {"kubectl": SET_IMAGE}, "key"),
        await api.post(f"/api/desks/{desk}/clock", {"advance": 1}),
    ):
        assert (answer[0], answer[1]["reason"]) == (404, "NotFound")


async def test_other_addresses_and_methods_answer_in_json_too(api):
    assert (await api.get("/api/nothing"))[0] == 404
    assert (await api.post("/api/desks/x/y/z", {}))[0] == 404
    assert (await api.get("/api/desks"))[0] == 405
    desk = await api.make_desk()
    assert (await api.post(f"/api/desks/{desk.desk}/state", {}))[0] == 405


@pytest.mark.parametrize("body", [b" ", b"{", b"\xff\xfe", b"[1]", b"7", b'{"scenario": NaN}', b"[" * 100_000])
async def test_a_body_that_is_not_a_json_object_is_400(api, body):
    status, answer = await api.post("/api/desks", body)
    assert (status, answer["reason"]) == (400, "BadRequest")


async def test_a_body_that_is_not_called_json_is_415(api):
    body = json.dumps({"scenario": "fade"})
    assert (await api.post("/api/desks", body, content_type="text/plain"))[0] == 415
    assert (await api.post("/api/desks", body, content_type="application/json; charset=utf-8"))[0] == 201


async def test_a_body_that_is_too_large_is_413(api):
    desk = await api.make_desk()
    assert (await api.post("/api/desks", {"manifest": "#" * MANIFEST_BYTES}))[0] == 413
    assert (await desk.clock(advance=1, speed=1, paused=" " * REQUEST_BYTES))[0] == 413
    assert (await desk.do(apply="#" * MANIFEST_BYTES))[0] == 413


async def test_desks_and_commands_come_at_a_bounded_rate(api, monkeypatch):
    monkeypatch.setattr(limits, "new_desks", Allowances(2, "new desks"))
    desk = await api.make_desk()
    await api.make_desk()
    status, answer = await api.post("/api/desks", {"scenario": "fade"})
    assert (status, answer["reason"]) == (429, "TooManyRequests")
    assert "minute" in answer["message"]
    assert (await desk.clock(advance=1))[0] == 200


async def test_a_desk_lives_for_a_bounded_time(api):
    desk = await api.make_desk(manifest=MANIFEST.replace("replicas: 10", "replicas: 0"))
    assert (await desk.clock(advance=LIFE_SECONDS))[0] == 200
    status, answer = await desk.clock(advance=1)
    assert (status, answer["field"]) == (422, "advance")


# ---------------------------------------------------------------------------------------------------------------- the past


async def stood(desk) -> dict:
    return {key: value for key, value in (await desk.state()).items() if key not in ("end", "take", "takes")}


async def test_a_seek_gives_the_state_of_that_second_again(api):
    desk = await api.make_desk()
    await desk.clock(advance=20)
    await desk.do(kubectl=SET_IMAGE)
    lived = {}
    for _ in range(8):
        now = (await desk.clock(advance=1.5))[1]["time"]
        lived[now] = await stood(desk)
    for second, state in reversed(lived.items()):
        assert await desk.clock(seek=second) == (200, {"time": second, "end": 32, "take": 1})
        assert await stood(desk) == state
    assert await desk.clock(seek="end") == (200, {"time": 32, "end": 32, "take": 1})
    assert (await desk.clock(seek=40))[1]["end"] == 40


async def test_the_state_of_a_moment_is_read_without_going_there(api):
    desk = await api.make_desk()
    await desk.clock(advance=20)
    await desk.do(kubectl=SET_IMAGE)
    await desk.clock(advance=4)
    then = await stood(desk)
    await desk.clock(advance=30)
    status, read = await api.get(f"/api/desks/{desk.desk}/state?at=24")
    assert status == 200
    assert {key: value for key, value in read.items() if key not in ("end", "take", "takes")} == then
    assert (await desk.state())["time"] == 54
    for bad in ("55", "-1", "x", "nan", ""):
        status, answer = await api.get(f"/api/desks/{desk.desk}/state?at={bad}")
        assert (status, answer["field"]) == (422, "at")


async def test_a_command_in_the_past_begins_a_take_and_the_other_stays(api):
    desk = await api.make_desk()
    await desk.clock(advance=20)
    await desk.do(kubectl=SET_IMAGE)
    await desk.clock(advance=40)
    first = await stood(desk)
    await desk.clock(seek=25)
    await desk.do(kubectl="rollout undo deployment/web")
    state = await desk.state()
    assert (state["time"], state["end"], state["take"]) == (25, 25, 2)
    assert [(t["take"], t["leaves"], t["from"], t["commands"]) for t in state["takes"]] == [(1, 0, 0, 1), (2, 1, 25, 1)]
    await desk.clock(advance=60)
    assert await desk.clock(take=1, seek="end") == (200, {"time": 60, "end": 60, "take": 1})
    assert await stood(desk) == first
    assert (await desk.clock(take=2))[1] == {"time": 60, "end": 85, "take": 2}


async def test_undo_is_a_take_without_the_last_command(api):
    desk = await api.make_desk()
    await desk.clock(advance=20)
    before = await stood(desk)
    await desk.do(kubectl=SET_IMAGE)
    await desk.clock(advance=5)
    assert await desk.clock(undo=True) == (200, {"time": 20, "end": 20, "take": 2})
    assert await stood(desk) == before


async def test_steps_and_marks_lead_back_and_forth(api):
    desk = await api.make_desk()
    await desk.clock(advance=20)
    await desk.do(kubectl=SET_IMAGE)
    await desk.clock(advance=40)
    there = (await desk.clock(seek=20, step="next"))[1]["time"]
    assert there > 20
    assert (await desk.clock(step="previous"))[1]["time"] == 20
    assert (await desk.clock(seek=0, mark="next"))[1]["time"] == 20
    assert (await desk.clock(mark="next"))[1] == {"time": 60, "end": 60, "take": 1}
    assert (await desk.clock(mark="previous"))[1]["time"] == 20
