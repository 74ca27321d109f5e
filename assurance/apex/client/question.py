"""One question to the API.

What it carries, the key under which its answer stands on the tape, and the projects that the suite makes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from assurance.tape import sha256
from assurance.tape.redaction import Redactor
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

    def parts(self, url: str, origin: str) -> tuple[str, ...]:
        """Return what the key is made of for the answer at `url`; without the host of the application's own origin."""
        parts = urlsplit(url)
        host = "" if same_origin(url, origin) else f"{parts.scheme}://{parts.netloc}"
        query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
        place = f"{self.flow}#{self.ordinal}.{self.hop}"
        return "APEX", place, self.method, f"{host}{parts.path}?{query}", self.caller, self.sha256


MAX_SUMMARY_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a form; its name is sent as it is, also where it is none that a user should send."""

    name: str
    content: bytes = field(repr=False)
    media_type: str = "application/pdf"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a request carries; nothing, if all is empty.

    Attributes:
        text: JSON text; JSON has no NaN, but a request may hold it, to see it refused.
        form: Fields of a form.
        files: Files of a form, by field.
    """

    text: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)

    @classmethod
    def of(cls, values: object, form: Mapping[str, str] | None, files: Mapping[str, Upload] | None) -> Contents:
        """Return the contents for JSON values, or for a form."""
        text = "" if values is None else json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        return cls(text, dict(form or {}), dict(files or {}))

    def arguments(self) -> dict[str, Any]:  # Any: the keywords of httpx.Client.build_request
        """Return what httpx builds the request from."""
        if self.text:
            return {"content": self.text.encode(), "headers": {"Content-Type": "application/json"}}
        files = {name: (file.name, file.content, file.media_type) for name, file in self.files.items()}
        return ({"data": dict(self.form)} if self.form else {}) | ({"files": files} if files else {})

    def carried(self) -> bytes:
        """Return what tells it from all other contents, before redaction; empty if nothing is carried."""
        if self.text:
            return self.text.encode()
        if not self.form and not self.files:
            return b""
        files = {name: [file.name, file.media_type, sha256(file.content)] for name, file in self.files.items()}
        return json.dumps([self.form, files], sort_keys=True).encode()

    def summary(self, redactor: Redactor) -> str:
        """Return what is carried, without secrets; of a file its name, type, size and digest."""
        if self.text:
            return redactor.body(self.text.encode()).decode("utf-8", "replace")[:MAX_SUMMARY_CHARACTERS]
        fields = [f"{name}={redactor.text(value)}" for name, value in self.form.items()]
        fields += [
            f"{name}={redactor.text(file.name)} ({file.media_type}, {len(file.content)} bytes, {sha256(file.content)})"
            for name, file in self.files.items()
        ]
        return "; ".join(fields)[:MAX_SUMMARY_CHARACTERS]


VOLTAGE_KILOVOLT = 345
"""The guide's own voltage."""


def new_project(
    number: str, name: str, *, line_miles: float | None = None, terrain_type: str | None = None
) -> dict[str, object]:
    """Return the body that creates a project.

    Args:
        number: Its number, which holds the run's id, so that the project is found and archived.
        name: Its name, which says what it is for.
        line_miles: The length of the line, in miles; left out where it is None.
        terrain_type: The terrain, in APEX's words; left out where it is None.
    """
    body: dict[str, object] = {"project_number": number, "project_name": name, "voltage_level": VOLTAGE_KILOVOLT}
    if line_miles is not None:
        body["line_miles"] = line_miles
    if terrain_type is not None:
        body["terrain_type"] = terrain_type
    return body
