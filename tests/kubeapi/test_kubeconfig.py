"""The file that leads kubectl to a desk: the presenter's writes, everybody else's reads."""

from urllib.parse import urlsplit

import pytest
from django.test import AsyncClient

from rollviz.rooms.keys import viewer_key
from rollviz.rooms.registry import registry
from simulation.api.documents import read


@pytest.fixture
async def browser(transactional_db):
    yield AsyncClient()
    await registry.close_all()
    registry.__init__()


async def config(client: AsyncClient, desk: str) -> dict:
    response = await client.get(f"{desk}/kubeconfig")
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment; filename=")
    assert response["Cache-Control"] == "no-store"
    return read(response.content.decode())


async def may_write(client: AsyncClient, found: dict) -> int:
    server = urlsplit(found["clusters"][0]["cluster"]["server"])
    assert server.netloc == "testserver"
    address = f"{server.path}/apis/apps/v1/namespaces/default/deployments/web/scale"
    body = '{"spec": {"replicas": 4}}'
    return (await client.generic("PATCH", address, body, content_type="application/merge-patch+json")).status_code


async def test_the_presenters_kubeconfig_writes(browser):
    desk = (await browser.post("/d/new", {"scenario": "fade"}))["Location"]
    found = await config(browser, desk)
    assert found["current-context"] == found["contexts"][0]["name"] == f"rollviz-{desk.removeprefix('/d/')}"
    assert found["contexts"][0]["context"]["namespace"] == "default"
    assert await may_write(AsyncClient(), found) == 200


async def test_everybody_elses_only_reads(browser):
    desk = (await browser.post("/d/new", {"scenario": "fade"}))["Location"]
    found = await config(AsyncClient(), desk)
    assert found["clusters"][0]["cluster"]["server"].endswith(viewer_key(desk.removeprefix("/d/")))
    assert await may_write(AsyncClient(), found) == 403


async def test_of_a_desk_that_is_not_there_there_is_none(browser):
    assert (await browser.get("/d/aaaaaaaaaa/kubeconfig")).status_code == 404


async def test_a_host_name_that_is_not_ours_is_refused_with_a_status(browser):
    response = await browser.get("/k8s/aaaaaaaaaa-x/version", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert response.json()["kind"] == "Status"


async def test_it_can_only_be_read(browser):
    desk = (await browser.post("/d/new", {"scenario": "fade"}))["Location"]
    response = await AsyncClient().post(f"{desk}/kubeconfig")
    assert (response.status_code, response.json()["reason"]) == (405, "MethodNotAllowed")
