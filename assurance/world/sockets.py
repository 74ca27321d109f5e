"""Opens connections as one vantage does: TCP, TLS with the certificate verified for the name, and one HTTP question."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from assurance.environment.network import View
from assurance.errors import NotEvaluated
from assurance.tape import Reading, Tape, sha256, utc_now
from assurance.tape.redaction import Redactor

Outcome = Literal["open", "refused", "timed out", "unreachable"]
MAX_BODY_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Connection:
    """How an attempt to connect ended.

    Attributes:
        outcome: Whether TCP opened.
        tls_failure: Why TLS did not, or whose certificate was wrong; empty if it did or was not tried.
        http_status: What the service answered to `GET /`; None if it was not asked or did not answer.
        http_body: The beginning of that answer's body, redacted.
        reading: The key of the reading.
    """

    outcome: Outcome
    tls_failure: str = ""
    http_status: int | None = None
    http_body: str = ""
    reading: str = field(default="", compare=False)


class Dialer:
    """Connects from a vantage, by the view's map where one is declared."""

    def __init__(
        self, tape: Tape, vantage: str, view: View, ca_bundle: Path | None, timeout_seconds: float, redactor: Redactor
    ) -> None:
        self._tape = tape
        self._vantage = vantage
        self._view = view
        self._ca_bundle = ca_bundle
        self._timeout_seconds = timeout_seconds
        self._redactor = redactor

    def dial(self, name: str, address: str, port: int, *, tls: bool, ask: bool) -> Connection:
        """Connect to `address` for the service `name`; with `tls` verify its certificate, with `ask` send `GET /`.

        Raises:
            NotEvaluated: The certificate cannot be verified here: the CA bundle is missing or broken.
        """
        key = self._tape.key("dial", self._vantage, name.lower(), address, str(port), str(tls), str(ask))
        reading = self._tape.obtain(key, lambda: self._ask(key, name, address, port, tls, ask))
        return Connection(**{**json.loads(reading.body), "reading": key})

    def _ask(self, key: str, name: str, address: str, port: int, tls: bool, ask: bool) -> Reading:
        started, clock = utc_now(), time.monotonic()
        connection = self._connect(name, address, port, tls, ask)
        values = asdict(connection)
        del values["reading"]
        body = self._redactor.body(json.dumps(values, sort_keys=True).encode())
        return Reading(
            key=key,
            kind="dial",
            question=f"{'TLS' if tls else 'TCP'} connection to {name} at {address}:{port}, from {self._vantage}",
            started=started,
            elapsed_milliseconds=round((time.monotonic() - clock) * 1000),
            sha256=sha256(body),
            body=body,
        )

    def _connect(self, name: str, address: str, port: int, tls: bool, ask: bool) -> Connection:
        context = self._context() if tls else None
        mapped = self._view.connect.get(f"[{address}]:{port}" if ":" in address else f"{address}:{port}")
        host, _, mapped_port = (mapped or f"{address}:{port}").rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(mapped_port)), self._timeout_seconds) as plain:
                return _over(plain, name, context, ask)
        except ConnectionRefusedError:
            return Connection("refused")
        except TimeoutError:
            return Connection("timed out")
        except OSError as error:
            return Connection("unreachable", tls_failure=f"{error.strerror or type(error).__name__}")

    def _context(self) -> ssl.SSLContext:
        bundle = self._ca_bundle
        try:
            return ssl.create_default_context(cafile=str(bundle) if bundle is not None else None)
        except OSError as error:
            raise NotEvaluated(
                f"The CA bundle {bundle} cannot be used: {error.strerror or type(error).__name__}.",
                "Correct cloud.ca_bundle in the environment file: a file of certificates in PEM form.",
            ) from error


def _over(plain: socket.socket, name: str, context: ssl.SSLContext | None, ask: bool) -> Connection:
    """Go on over an open connection: with TLS if there is a context, and with a question if there is one."""
    if context is None:
        return Connection("open")
    try:
        with context.wrap_socket(plain, server_hostname=name) as secure:
            status, body = _get(secure, name) if ask else (None, "")
            return Connection("open", http_status=status, http_body=body)
    except ssl.SSLCertVerificationError as error:
        return Connection("open", tls_failure=error.verify_message)
    except TimeoutError:
        return Connection("open", tls_failure="timed out")
    except ssl.SSLError as error:
        return Connection("open", tls_failure=error.reason or type(error).__name__)
    except (OSError, ValueError) as error:  # ValueError: a name that no certificate can be for
        return Connection("open", tls_failure=type(error).__name__)


def _get(secure: ssl.SSLSocket, name: str) -> tuple[int | None, str]:
    """Ask for `/`, without any credential, and return the status and the beginning of the body."""
    secure.sendall(f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\nAccept: */*\r\n\r\n".encode())
    response = http.client.HTTPResponse(secure)
    try:
        response.begin()
        return response.status, response.read(MAX_BODY_BYTES).decode("utf-8", "replace")
    except (http.client.HTTPException, OSError):
        return None, ""
    finally:
        response.close()
