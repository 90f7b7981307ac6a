import pytest
from django.test import AsyncClient, Client

from rollviz.middleware import HEADERS

PATHS = ["/", "/nothing", "/api/desks", "/api/nothing", "/static/css/app.css", "/static/nothing.css", "/d/aaaaaaaaaa", "/d/new"]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_has_the_strict_policy(static_files, transactional_db, path):
    response = await AsyncClient().get(path)
    for name, value in HEADERS.items():
        assert response.headers[name] == value


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere():
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert not {"unsafe-inline", "unsafe-eval", "http:", "https:", "*"} & set(" ".join(policy.values()).replace("'", "").split())


async def test_a_host_name_that_is_not_ours_is_refused_in_the_asker_s_language():
    response = await AsyncClient().get("/api/desks", headers={"host": "evil.example"})
    assert (response.status_code, response["Content-Type"]) == (400, "application/json")
    assert "ALLOWED_HOSTS" in response.content.decode()


def test_a_page_without_its_token_may_not_act(static_files, db):
    response = Client(enforce_csrf_checks=True).post("/d/new", {"scenario": "fade"})
    assert response.status_code == 403
