"""One question to the API, and the key under which its answer stands on the tape."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from assurance.tape import key_of
from assurance.world.origins import same_origin

# RFC 9110, section 9.2.1: these only read.
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by whom, and where in its flow.

    A plain read is known by what it asks. In a flow the same may be asked again and be answered otherwise, as a job is
    polled; there the first, second, ... asking of the same are different questions.

    Attributes:
        method: The HTTP method.
        caller: The role that asks, `anonymous`, or the name of a token that must be refused.
        flow: The flow that it belongs to; empty for a plain read.
        ordinal: 1 for the first time that the flow asks this, 2 for the second, ...; 0 for a plain read.
        sha256: The digest of what the request carries.
        summary: What it carries, redacted.
        pause_seconds: How long to wait before asking; a replay does not wait.
        settle_seconds: How long to go on asking while what was just created is not found.
        hop: How many redirects led here.
    """

    method: str
    caller: str
    flow: str = ""
    ordinal: int = 0
    sha256: str = ""
    summary: str = ""
    pause_seconds: float = 0.0
    settle_seconds: float = 0.0
    hop: int = 0

    def key(self, url: str, origin: str) -> str:
        """Return the key for the answer at `url`; it has no host in it where that is the application's own origin."""
        parts = urlsplit(url)
        host = "" if same_origin(url, origin) else f"{parts.scheme}://{parts.netloc}"
        query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
        place = f"{self.flow}#{self.ordinal}.{self.hop}"
        return key_of("APEX", place, self.method, f"{host}{parts.path}?{query}", self.caller, self.sha256)
