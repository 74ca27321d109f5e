"""A TCP server on 127.0.0.1 that starts at once, can be closed and opened again on its port, and leaves nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

LOOPBACK = "127.0.0.1"
# How long stop() waits for one thread, in seconds; a thread needs a moment to see that its socket is gone.
JOIN_SECONDS = 5.0

ServeConnection = Callable[[socket.socket], None]


def bound_socket(port: int = 0) -> socket.socket:
    """A TCP socket bound to loopback that does not listen: to connect to its port is refused.

    Args:
        port: The port, or 0 for a free one.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((LOOPBACK, port))
    return bound


class LoopbackServer:
    """Accepts connections on one port and serves each in a thread of its own.

    The port is taken at construction and kept until stop(), also while closed, so that a published address stays true.
    """

    def __init__(self, serve: ServeConnection, *, name: str, port: int = 0) -> None:
        self.serve = serve
        self.name = name
        self._socket = bound_socket(port)
        self.port: int = self._socket.getsockname()[1]
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._acceptor: threading.Thread | None = None
        self._closing = False
        self._fillers: list[socket.socket] = []

    @property
    def address(self) -> str:
        """Where it is reached, as `127.0.0.1:PORT`."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def is_open(self) -> bool:
        """Whether it accepts connections."""
        return self._acceptor is not None

    def open(self) -> None:
        """Accept connections from now on; nothing happens if it already does."""
        if self.is_open:
            return
        if self._fillers:
            self.close()
        self._closing = False
        self._socket.listen(128)
        self._acceptor = threading.Thread(target=self._accept, name=f"{self.name}-accept", daemon=True)
        self._acceptor.start()

    def close(self) -> None:
        """Refuse connections from now on and cut those that are open; the port stays reserved."""
        self._stop_accepting()
        self._socket.close()
        self._socket = bound_socket(self.port)
        self._cut_connections()

    def ignore(self) -> None:
        """Let connections run into a time-out from now on, as a firewall that drops packets does.

        The socket listens with a queue that is full and that nobody empties: Linux then drops what asks to connect.
        """
        self.close()
        self._socket.listen(0)
        for _ in range(4):
            filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            filler.setblocking(False)
            filler.connect_ex((LOOPBACK, self.port))
            self._fillers.append(filler)

    def stop(self) -> None:
        """Close for good: the port is free and every thread has ended."""
        self._stop_accepting()
        self._socket.close()
        self._cut_connections()

    def _stop_accepting(self) -> None:
        if self._acceptor is None:
            return
        self._closing = True
        # Closing a listening socket does not wake a thread that waits in accept() on every system; a connection does.
        with suppress(OSError), socket.create_connection((LOOPBACK, self.port), timeout=1):
            pass
        self._acceptor.join(JOIN_SECONDS)
        self._acceptor = None

    def _cut_connections(self) -> None:
        while self._fillers:
            self._fillers.pop().close()
        with self._lock:
            open_now = list(self._connections.items())
        for connection, _ in open_now:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for _, thread in open_now:
            if thread is not threading.current_thread():
                thread.join(JOIN_SECONDS)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            if self._closing:
                connection.close()
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(target=self._run, args=(connection,), name=self.name, daemon=True)
            with self._lock:
                self._connections[connection] = thread
            thread.start()

    def _run(self, connection: socket.socket) -> None:
        try:
            # A peer that goes away in the middle is nothing that a stand-in has to report.
            with suppress(OSError):
                self.serve(connection)
        finally:
            # No shutdown() here: it would turn the reset that a fault asks for into an orderly end.
            connection.close()
            with self._lock:
                self._connections.pop(connection, None)
