"""The HTTP session below the transport: pooled connections, and hosts dialled where the environment file says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter


class MappedAdapter(HTTPAdapter):
    """Connects to another address for some hosts, with TLS still verified for the host's own name."""

    def __init__(self, connect: Mapping[str, str], **options: Any) -> None:  # noqa: ANN401  (as HTTPAdapter types them)
        self._connect = connect
        super().__init__(**options)

    def build_connection_pool_key_attributes(
        self,
        request: requests.PreparedRequest,
        verify: bool | str,
        cert: Any = None,  # noqa: ANN401  (as HTTPAdapter types them)
    ) -> Any:  # noqa: ANN401  (as HTTPAdapter types them)
        """Return where to connect, and for which name TLS is verified."""
        host_params, pool_options = super().build_connection_pool_key_attributes(request, verify, cert)
        name = urlsplit(request.url or "").hostname or ""
        mapped = self._connect.get(f"{name}:{host_params['port'] or 443}")
        if mapped is not None:
            host, _, port = mapped.rpartition(":")
            host_params = {**host_params, "host": host, "port": int(port)}
            # urllib3 takes these too; the stubs of requests list them not.
            pool_options = {**pool_options, "server_hostname": name, "assert_hostname": name}  # type: ignore[typeddict-unknown-key]
            request.headers["Host"] = name
        return host_params, pool_options


def session_for(concurrency: int, connect: Mapping[str, str]) -> requests.Session:
    """Return a session with as many pooled connections as requests may be under way, and no retries of its own."""
    session = requests.Session()
    # What is on this machine, or dialled elsewhere by the environment file, is never reached through a proxy.
    direct = {"127.0.0.1", "localhost", "[::1]", *(name.rpartition(":")[0] for name in connect)}
    session.proxies = {f"https://{host}": "" for host in direct}
    adapter = MappedAdapter(connect, pool_connections=concurrency, pool_maxsize=concurrency, max_retries=0)
    session.mount("https://", adapter)
    return session
