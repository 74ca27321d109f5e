"""The web server under the APEX stand-in: uvicorn in a thread, on a socket that listens already."""

from __future__ import annotations

import socket
import ssl

import uvicorn
from starlette.types import ASGIApp


class Server(uvicorn.Server):
    """Serves an application until stop(), which cuts what is still open."""

    def __init__(self, app: ASGIApp, context: ssl.SSLContext) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                ssl_context_factory=lambda _configuration, _default: context,
            )
        )

    def stop(self) -> None:
        """Return from run() soon; to be called from another thread."""
        self.should_exit = True
        self.force_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Cut the connections, whose clients would keep them open, and close the rest."""
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await super().shutdown(sockets)
