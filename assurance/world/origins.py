"""Origins of URLs, compared as RFC 6454 compares them: by scheme, host and port, and not by their spelling.

Azure spells the same origin in several ways: every link of Key Vault's lists names the port that HTTPS has anyway
(`https://HOST:443/secrets?...`), and hosts come in any case.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a URL leads: its scheme and host in lower case, and its port, the scheme's own where none is named."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """Return it as a URL without a path; the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port != DEFAULT_PORTS.get(self.scheme) else "")


def origin_of(url: str) -> Origin | None:
    """Return the origin of a URL; None if it has none that a request may go to.

    A URL that carries a user name has none here: clients turn it into a credential of their own, in place of ours.
    """
    try:
        parts = urlsplit(url)
        port = parts.port if parts.port is not None else DEFAULT_PORTS.get(parts.scheme.lower())
    except ValueError:
        return None
    if not parts.hostname or port is None or "@" in parts.netloc:
        return None
    return Origin(parts.scheme.lower(), parts.hostname.lower(), port)


def same_origin(first: str, second: str) -> bool:
    """Tell whether two URLs lead to one place; a URL without an origin leads to none."""
    origin = origin_of(first)
    return origin is not None and origin == origin_of(second)


def without_origin(url: str, origin: str) -> str:
    """Return path, query and fragment of a URL of this origin; any other URL, or a relative one, as it is."""
    if not same_origin(url, origin):
        return url
    parts = urlsplit(url)
    return parts._replace(scheme="", netloc="", path=parts.path or "/").geturl()
