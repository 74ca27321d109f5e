"""The one seam to files that a pipeline leaves: each is read once, and stands on the tape as a reading."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assurance.errors import NotEvaluated
from assurance.tape import Reading, Tape, sha256, utc_now
from assurance.tape.moments import from_seconds, to_text
from assurance.tape.redaction import Redactor

MAX_BYTES = 64 * 1024 * 1024
"""A longer file is not read: no report of a test or a scan of one application comes near."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file as it stands on the tape.

    Attributes:
        name: What the environment file calls it.
        file: The file's own name.
        content: Its redacted bytes.
        readings: The key of its reading.
    """

    name: str
    file: str
    content: bytes
    readings: tuple[str, ...]


class FileReader:
    """Reads the artefacts that an environment names; a replay needs none of the files.

    Args:
        paths: Where each artefact is, by its name.
    """

    def __init__(self, tape: Tape, redactor: Redactor, paths: Mapping[str, Path]) -> None:
        self._tape = tape
        self._redactor = redactor
        self._paths = paths

    def read(self, name: str) -> Artefact:
        """Return an artefact.

        Raises:
            NotEvaluated: The environment names none, or the file cannot be read.
        """
        if name not in self._paths:
            raise NotEvaluated(
                f"Nobody said where the artefact {name} is.",
                f"Name the file: {name} in [deployment.artefacts] of the environment file, or in --release FILE.",
            )
        # The key has no path in it: a tape that was made elsewhere replays.
        key = self._tape.key("file", name)
        reading = self._tape.obtain(key, lambda: self._ask(key, name, self._paths[name]))
        if reading.failure:
            raise NotEvaluated(
                f"The artefact {name} could not be read: {reading.failure}",
                "Let the pipeline leave it where the environment file or --release FILE says.",
                (key,),
            )
        return Artefact(name, self._paths[name].name, reading.body, (key,))

    def _ask(self, key: str, name: str, path: Path) -> Reading:
        started, clock = utc_now(), time.monotonic()
        headers: dict[str, str] = {}
        body, failure = b"", ""
        try:
            content, modified = self._content(path)
        except OSError as error:
            failure = f"{path.name}: {error.strerror or type(error).__name__}"
        else:
            if len(content) > MAX_BYTES:
                failure = f"{path.name}: longer than {MAX_BYTES} bytes"
            else:
                body = self._redactor.body(content)
                headers = {"last-modified": modified, "content-length": str(len(content)), "sha-256": sha256(content)}
        return Reading(
            key=key,
            kind="file",
            question=f"file {path.name} ({name})",
            started=started,
            elapsed_milliseconds=round((time.monotonic() - clock) * 1000),
            failure=failure,
            headers=headers,
            sha256="" if failure else sha256(body),
            body=body,
        )

    def _content(self, path: Path) -> tuple[bytes, str]:
        """Return a file's bytes, no more than one beyond the bound, and when it was last written (UTC, ISO 8601)."""
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        return content, to_text(from_seconds(path.stat().st_mtime))
