"""What a request carries: JSON or a form with files; with a digest and a summary that stay the same from run to run.

The bytes of a form do not: its boundary is drawn anew each time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assurance.tape import sha256
from assurance.tape.redaction import Redactor

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

    def digest(self) -> str:
        """Return the SHA-256 of what is carried, before redaction; empty if nothing is."""
        if self.text:
            return sha256(self.text.encode())
        if not self.form and not self.files:
            return ""
        files = {name: [file.name, file.media_type, sha256(file.content)] for name, file in self.files.items()}
        return sha256(json.dumps([self.form, files], sort_keys=True).encode())

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
