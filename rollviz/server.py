"""Daphne as this product runs it: one process that ends in order.

On SIGTERM or SIGINT it takes no more connections, drops every socket (pages reconnect by themselves), notes the clocks, waits until
the consumers are gone, and only then stops the reactor: stopping it under open sockets crashes Python 3.11. Exit code 0.
"""

import asyncio
import logging
import signal
import sys
import time

from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import reactor

from rollviz.rooms.limits import REQUEST_BYTES
from rollviz.rooms.registry import registry

from .incoming import BoundedChannel, BoundedRequest

logger = logging.getLogger(__name__)

PING_SECONDS = 10
DRAIN_SECONDS = 2.0
"""After this long the process ends whatever is still open."""


class OrderlyServer(Server):
    def __init__(self, application, host: str, port: int):
        super().__init__(
            application,
            endpoints=[f"tcp:port={port}:interface={host.replace(':', chr(92) + ':')}"],
            signal_handlers=False,
            http_timeout=None,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            websocket_max_message_size=REQUEST_BYTES,
            websocket_max_frame_size=REQUEST_BYTES,
            server_name="",
            ready_callable=self._bound_requests,
        )
        self._shown_host = f"[{host}]" if ":" in host else host
        self._draining = False
        self._ports = []
        self.failed = False

    def serve(self) -> int:
        """Runs until told to stop; the process's exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)
        self.run()
        return int(self.failed)

    def _bound_requests(self) -> None:
        build = self.http_factory.buildProtocol
        self.http_factory.protocol = BoundedChannel

        def bounded(address):
            protocol = build(address)
            protocol.requestFactory = BoundedRequest
            return protocol

        self.http_factory.buildProtocol = bounded

    def listen_success(self, port) -> None:
        super().listen_success(port)
        self._ports.append(port)
        print(f"rollviz is at http://{self._shown_host}:{port.getHost().port} (Ctrl-C ends it)", flush=True)

    def listen_error(self, failure) -> None:
        print(f"rollviz cannot listen here: {failure.getErrorMessage()}", file=sys.stderr)
        self.failed = True
        self.stop()

    def _told_to_stop(self, number, frame) -> None:
        reactor.callFromThread(self._begin_drain)

    def _begin_drain(self) -> None:
        if not self._draining:
            self._draining = True
            self._drained = asyncio.ensure_future(self._drain())

    async def _drain(self) -> None:
        deadline = time.monotonic() + DRAIN_SECONDS
        for port in self._ports:
            port.stopListening()
        try:
            await asyncio.wait_for(registry.close_all(), DRAIN_SECONDS / 2)
        except Exception:
            logger.exception("The clocks could not be noted")
        for connection in list(self.connections):
            if isinstance(connection, WebSocketProtocol) and connection.transport:
                connection.transport.abortConnection()
        while self._pending() and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        reactor.stop()

    def _pending(self) -> list[asyncio.Future]:
        applications = [details.get("application_instance") for details in self.connections.values()]
        return [application for application in applications if application and not application.done()]

    def kill_all_applications(self) -> None:
        """Before the reactor ends: what the drain could not wait for."""
        for application in self._pending():
            application.cancel()
