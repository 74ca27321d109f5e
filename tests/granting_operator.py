"""An operator whose command grants roles: a listener that writes into the stand-in's database, and the command."""

from __future__ import annotations

import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.apex.service import Service

# What an operator's script is: it passes on what it is given, and ends well once that is done.
SCRIPT = (
    "import socket, sys; s = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 20); "
    "s.sendall(' '.join(sys.argv[2:]).encode() + b'\\n'); sys.exit(s.recv(4) != b'done')"
)


@contextmanager
def granting(service: Service) -> Iterator[list[str]]:
    """Let roles be granted in a database for as long as this lasts, and give `application.access.command` for that."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            """Write one grant."""
            project_id, user_id, role_id = self.rfile.readline().decode().split()
            grant = {"project_id": project_id, "user_id": user_id, "role_id": int(role_id)}
            service.store.insert("access_grants", grant)
            self.wfile.write(b"done")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        port = str(server.server_address[1])
        try:
            yield [sys.executable, "-I", "-S", "-c", SCRIPT, port, "{project_id}", "{user_id}", "{role_id}"]
        finally:
            server.shutdown()
            thread.join()
