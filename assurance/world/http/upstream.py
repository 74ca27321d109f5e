"""The connections below the seam: TLS verified, proxies as the machine has them, hosts dialled where declared."""

from __future__ import annotations

import os
import ssl
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.request import getproxies, proxy_bypass

import httpx

from assurance.environment.suite_tables import AnswerBounds
from assurance.tape.strict_json import beyond_bounds

# What requests offer to take (RFC 9110, section 12.5.3): what is decompressed here, and nothing else.
ACCEPT_ENCODING = "gzip, deflate"
_PIECE_BYTES = 65_536
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class BeyondBoundError(Exception):
    """An answer is beyond a bound, of length or of time; its text says which."""


def read_body(response: httpx.Response, bounds: AnswerBounds, timeout_seconds: float) -> bytes:
    """Return the decompressed body. A peer that sends a byte now and then would else hold a run for ever.

    Raises:
        BeyondBoundError: It is beyond a bound, takes longer, or is compressed in a way that was not offered.
        httpx.DecodingError: It is not what its `Content-Encoding` says.
    """
    deadline = time.monotonic() + timeout_seconds
    content = bytearray()
    for piece in _decompressed(response):
        content += piece
        if len(content) > bounds.body_bytes:
            raise BeyondBoundError(f"its body is longer than {bounds.body_bytes} bytes")
        if time.monotonic() > deadline:
            raise BeyondBoundError(f"its body took longer than {timeout_seconds:g} seconds")
    whole = bytes(content)
    excess = beyond_bounds(whole, bounds.json)
    if excess:
        raise BeyondBoundError(excess)
    return whole


def _decompressed(response: httpx.Response) -> Iterator[bytes]:
    """Give the body in pieces of bounded length."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    stream = response.stream
    if not isinstance(stream, httpx.SyncByteStream):
        raise TypeError("the answer of an asynchronous transport came to a synchronous one")
    if encoding in {"", "identity"}:
        yield from stream
    elif encoding in {"gzip", "x-gzip", "deflate"}:
        yield from _inflated(stream)
    else:
        raise BeyondBoundError(f"its body is encoded as {encoding[:40]!r}, which was not offered")


def _inflated(stream: httpx.SyncByteStream) -> Iterator[bytes]:
    inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
    is_empty = True
    try:
        for piece in stream:
            rest, is_empty = piece, is_empty and not piece
            while rest:
                if inflater.eof:
                    # What follows the end is another member (RFC 1952, section 2.2).
                    inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
                yield inflater.decompress(rest, _PIECE_BYTES)
                rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from error
    if not inflater.eof and not is_empty:  # no body is none in any form
        raise httpx.DecodingError("the compressed body ends too early")


MAX_CONNECTIONS = 32
IDLE_SECONDS = 5.0
# Half of the shortest time after which a common server closes an idle connection (gunicorn's 2 s; uvicorn's is 5 s).
FRESH_SECONDS = 1.0
# Where machines behind a proxy that opens TLS name the certificates to trust, as requests, curl and OpenSSL read them.
CERTIFICATE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class Upstream(httpx.BaseTransport):
    """Sends requests over pooled connections, without retries of its own.

    Requests that must not be sent twice take no connection that was idle for longer than `FRESH_SECONDS`: one that was
    may be closed by the other side just as it is used, and then nobody knows whether the request was carried out.

    Args:
        ca_bundle: Certificates to trust; None for those that the machine names, or else httpx trusts.
        connect: Where else to connect, by `HOST:PORT`; TLS is still verified for the host's own name.
    """

    def __init__(self, ca_bundle: Path | None, connect: Mapping[str, str]) -> None:
        self._ca_bundle = ca_bundle
        self._connect = connect
        self._direct = _HERE | {name.rpartition(":")[0].strip("[]") for name in connect}
        self._context: ssl.SSLContext | None = None
        self._transports: dict[tuple[str | None, bool], httpx.HTTPTransport] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and return its answer, whose body is still to be read.

        Raises:
            httpx.HTTPError: Nothing answered.
            OSError: The certificates to trust cannot be read.
        """
        transport = self._transport(request.url.host, may_repeat=request.method in {"GET", "HEAD"})
        mapped = self._connect.get(f"{request.url.host}:{request.url.port or 443}")
        if mapped is not None:
            host, _, port = mapped.rpartition(":")
            request = httpx.Request(
                request.method,
                request.url.copy_with(host=host.strip("[]"), port=int(port)),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": request.url.host},
            )
        return transport.handle_request(request)

    def close(self) -> None:
        """Let go of all connections."""
        for transport in self._transports.values():
            transport.close()

    def _transport(self, host: str, *, may_repeat: bool) -> httpx.HTTPTransport:
        proxy = self._proxy_for(host)
        with self._lock:
            if (proxy, may_repeat) not in self._transports:
                self._context = self._context or self._trusted()
                limits = httpx.Limits(
                    max_connections=MAX_CONNECTIONS,
                    max_keepalive_connections=MAX_CONNECTIONS,
                    keepalive_expiry=IDLE_SECONDS if may_repeat else FRESH_SECONDS,
                )
                transport = httpx.HTTPTransport(verify=self._context, proxy=proxy, limits=limits)
                self._transports[proxy, may_repeat] = transport
            return self._transports[proxy, may_repeat]

    def _trusted(self) -> ssl.SSLContext:
        named = next((os.environ[name] for name in CERTIFICATE_VARIABLES if os.environ.get(name)), None)
        bundle = self._ca_bundle or (Path(named) if named else None)
        if bundle is None:
            return httpx.create_ssl_context()
        if bundle.is_dir():
            return ssl.create_default_context(capath=bundle)
        return ssl.create_default_context(cafile=bundle)

    def _proxy_for(self, host: str) -> str | None:
        """Return the proxy that the machine's settings give for a host; what is on this machine has none.

        Nor has what the environment file has dialled elsewhere.
        """
        if host in self._direct or proxy_bypass(host):
            return None
        proxies = getproxies()
        return proxies.get("https") or proxies.get("all")
