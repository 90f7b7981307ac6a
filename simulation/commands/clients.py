"""Who sends requests, and how many."""

from simulation.act import Act, Said
from simulation.api.errors import UsageError
from simulation.api.writes import NAMESPACE, Writes
from simulation.objects import Clients

MOST_REQUESTS = 100_000


class SendRequests(Act, frozen=True, tag="send-requests"):
    """Clients send so many requests a second to a Service, 0 to end it; with `waits` from when it first has an endpoint on. No kubectl
    verb does this."""

    service: str
    rate: int
    waits: bool = False

    def act(self, writes: Writes) -> Said:
        if not 0 <= self.rate <= MOST_REQUESTS:
            raise UsageError(f"clients send from 0 to {MOST_REQUESTS} requests a second, not {self.rate}", prefix="")
        writes.get("Service", self.service)
        writes.set_clients(Clients(self.service, NAMESPACE, self.rate, self.waits))
        return f"service/{self.service} {self.said()}"

    def said(self) -> str:
        return f"{self.rate} requests/s{' once it answers' if self.waits else ''}"

    def kubectl(self) -> str:
        return f"# {self.service}: {self.said()}"
