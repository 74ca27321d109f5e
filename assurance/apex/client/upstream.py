"""The connections below the transport: TLS verified, proxies as the machine has them, hosts dialled where declared."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.request import getproxies, proxy_bypass

import httpx

MOST_CONNECTIONS = 32


class Upstream(httpx.BaseTransport):
    """Sends requests to the application.

    Requests that must not be sent twice get a connection of their own each: one that has been open for a while may be
    closed by the other side just as it is used, and then nobody knows whether the request was carried out.

    Args:
        host: The application's host.
        ca_bundle: Certificates to trust; None for those that httpx trusts.
        connect: Where else to connect, by `HOST:PORT`; TLS is still verified for the host's own name.
    """

    def __init__(self, host: str, ca_bundle: Path | None, connect: Mapping[str, str]) -> None:
        context = httpx.create_ssl_context() if ca_bundle is None else ssl.create_default_context(cafile=ca_bundle)
        proxy = _proxy_for(host)
        pooled = httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_CONNECTIONS)
        single = httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=0)
        self._connect = connect
        self._pooled = httpx.HTTPTransport(verify=context, proxy=proxy, limits=pooled)
        self._single = httpx.HTTPTransport(verify=context, proxy=proxy, limits=single)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and return its answer, whose body is still to be read."""
        transport = self._pooled if request.method in {"GET", "HEAD"} else self._single
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
        self._pooled.close()
        self._single.close()


def _proxy_for(host: str) -> str | None:
    """Return the proxy that the machine's settings give for a host; what is on this machine has none."""
    if host in {"localhost", "127.0.0.1", "::1"} or proxy_bypass(host):
        return None
    return getproxies().get("https")
