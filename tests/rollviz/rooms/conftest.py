import asyncio

import pytest

from rollviz.rooms.registry import registry
from rollviz.rooms.sink import Sink
from simulation.scenario import from_manifest
from tests.rollviz.desks import MANIFEST


class Viewer(Sink):
    """A viewer who reads at once."""

    def __init__(self):
        super().__init__()
        self.frames = []
        self.dropped = False

    @property
    def texts(self) -> list[str]:
        return [frame.text for frame in self.frames]

    def buffered(self) -> int:
        return 0

    def write(self, frame) -> None:
        self.frames.append(frame)

    def drop(self) -> None:
        self.dropped = True

    async def sees(self, more: int) -> None:
        """Waits until that many more messages have come."""
        enough = len(self.frames) + more
        async with asyncio.timeout(60):
            while len(self.frames) < enough:
                await asyncio.sleep(0.005)


@pytest.fixture
async def make_room(transactional_db):
    async def make(manifest: str = MANIFEST, **how):
        room, _ = await registry.make(from_manifest(manifest), 1, **how)
        return room

    yield make
    await registry.close_all()


@pytest.fixture
def viewer():
    return Viewer()
