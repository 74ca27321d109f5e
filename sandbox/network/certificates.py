"""A certificate authority of the sandbox's own, made anew at every start."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

VALIDITY = timedelta(days=7)
NAME = "APEX Assurance sandbox"


class CertificateAuthority:
    """Issues server certificates that clients accept who trust `ca.pem`.

    Attributes:
        path: The authority's own certificate as a PEM file, for a client's CA bundle.
    """

    def __init__(self, directory: Path, *, file_name: str = "ca.pem") -> None:
        self._directory = directory
        self._authority = trustme.CA(organization_name=NAME)
        self.path = directory / file_name
        self._authority.cert_pem.write_to_path(str(self.path))

    def server_context(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        """Return a TLS server context with a fresh certificate.

        Args:
            names: The DNS names and IP addresses it is for.
            expired: Whether its validity ended yesterday.
        """
        ends = datetime.now(UTC) + (timedelta(days=-1) if expired else VALIDITY)
        begins = min(datetime.now(UTC), ends) - timedelta(hours=1)
        certificate = self._authority.issue_cert(*names, common_name=names[0], not_before=begins, not_after=ends)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        certificate.configure_cert(context)
        return context

    def stranger(self) -> CertificateAuthority:
        """Return another authority, which the clients of this one do not trust."""
        return CertificateAuthority(self._directory, file_name="stranger.pem")
