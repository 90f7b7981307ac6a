import json

import pytest
from django.test import AsyncClient

from tests.rollviz.desks import MANIFEST


class Api:
    """The JSON API as a script sees it."""

    def __init__(self):
        self._client = AsyncClient()

    async def get(self, path: str):
        return self._read(await self._client.get(path))

    async def post(self, path: str, body, key: str = "", content_type: str = "application/json", **headers):
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        if key:
            headers["authorization"] = f"Bearer {key}"
        return self._read(await self._client.post(path, data, content_type=content_type, headers=headers))

    async def make_desk(self, **body):
        status, answer = await self.post("/api/desks", body or {"manifest": MANIFEST})
        assert status == 201, answer
        return Desk(self, answer["desk"], answer["key"])

    def _read(self, response):
        assert response["Content-Type"] == "application/json"
        assert "Content-Security-Policy" in response
        assert not response.cookies
        return response.status_code, json.loads(response.content)


class Desk:
    def __init__(self, api: Api, desk: str, key: str):
        self.api, self.desk, self.key = api, desk, key

    async def do(self, **body):
        return await self.api.post(f"/api/desks/{self.desk}/commands", body, self.key)

    async def clock(self, **body):
        return await self.api.post(f"/api/desks/{self.desk}/clock", body, self.key)

    async def state(self):
        status, state = await self.api.get(f"/api/desks/{self.desk}/state")
        assert status == 200
        return state


@pytest.fixture
def api(transactional_db):
    return Api()
