"""A tape in one file, for tapes that are kept in a repository: `files.jsonl` beside `tape.json`.

`python -m assurance.tape.bundle TAPE DESTINATION` writes one.

Each line is one file of the tape: a reading as JSON, a body as text where it is UTF-8, and else in base64. The bytes
that a line stands for are those of the file, so that the digests in `tape.json` hold for both forms.
"""

from __future__ import annotations

import base64
import binascii
import errno
import json
import sys
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from assurance.errors import TapeRefused
from assurance.tape.strict_json import KEPT_BOUNDS, MAX_TAPE_BYTES, MEBIBYTE, beyond_bounds, parse_kept, read_plain

MAX_LINES, MAX_BUNDLE_BYTES = 50_000, 64 * MEBIBYTE
"""More than a tape has files, two for each answer; and longer than a repository takes."""
FILES = "files.jsonl"
HEAD = "tape.json"


def bundle(tape: Path, destination: Path) -> None:
    """Write a sealed tape of many files as one of two."""
    files = sorted(path for folder in ("readings", "bodies") for path in (tape / folder).iterdir())
    lines = [json.dumps(_line(path.relative_to(tape).as_posix(), path.read_bytes())) for path in files]
    destination.mkdir(parents=True, exist_ok=True)
    (destination / FILES).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (destination / HEAD).write_bytes((tape / HEAD).read_bytes())


def bundled(directory: Path) -> dict[str, bytes] | None:
    """Return the files of a tape in one file, by their paths in the tape; None where the tape is in many files.

    Raises:
        TapeRefused: A line is not one that `bundle` writes.
    """
    path = directory / FILES
    if not path.is_file():
        return None
    try:
        text = read_plain(path, MAX_BUNDLE_BYTES, follow=False)
    except OSError as error:
        raise TapeRefused(f"{path}: the tape cannot be read: {error.strerror}") from error
    if text.count(b"\n") > MAX_LINES:
        raise TapeRefused(f"{path}: the tape is edited, it has more than {MAX_LINES:,} lines; record again")
    files: dict[str, bytes] = {}
    for number, line in enumerate(text.rstrip(b"\n").split(b"\n"), start=1):
        try:
            name, content = _file(parse_kept(line))
        except (ValueError, TypeError, KeyError, AttributeError, binascii.Error) as error:
            raise TapeRefused(f"{path}, line {number}: the tape is cut or edited; record again") from error
        files[name] = content
    return files


class TapeFiles:
    """The files of a sealed tape, in one or in many: plain ones alone, and no more than a run keeps.

    Raises:
        TapeRefused: Its one file is not one that `bundle` writes, or a link stands in the place of a folder.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._bundled = bundled(directory)
        self._bodies: dict[str, bytes] = {}
        self._left = MAX_TAPE_BYTES
        for folder in ("readings", "bodies"):
            if (directory / folder).is_symlink():
                raise TapeRefused(f"{directory / folder}: is a link, which would lead out of the tape; record again")

    def keys(self) -> set[str]:
        """Return the keys of all readings that there are, listed or not."""
        there = (self._directory / "readings").glob("*.json")
        files = there if self._bundled is None else map(PurePosixPath, self._bundled)
        return {path.stem for path in files if path.parent.name == "readings"}

    def read(self, name: str) -> bytes:
        """Return the bytes of a file, such as `bodies/SHA256`; those of a body are kept, and are the same for all.

        Raises:
            OSError: It is not there, no plain file, or beyond a bound; its `strerror` says which.
        """
        if name in self._bodies:
            return self._bodies[name]
        content = self._content(name)
        if name.startswith("bodies/"):
            self._left -= len(content)
            excess = beyond_bounds(content, KEPT_BOUNDS) if len(content) > KEPT_BOUNDS.values else ""
            if excess or self._left < 0:
                told = f"the answers of a tape have at most {MAX_TAPE_BYTES} bytes together"
                raise OSError(errno.EFBIG, excess or told, name)
            self._bodies[name] = content
        return content

    def copy_to(self, destination: Path, names: Iterable[str]) -> None:
        """Write files of these names elsewhere, in many: what a pack holds, whatever was replayed."""
        for folder in ("readings", "bodies"):
            (destination / folder).mkdir(parents=True, exist_ok=True)
        for name in (*names, *self._bodies):
            (destination / name).write_bytes(self.read(name))
        (destination / HEAD).write_bytes(read_plain(self._directory / HEAD, follow=False))

    def _content(self, name: str) -> bytes:
        if self._bundled is None:
            return read_plain(self._directory / name, follow=False)
        if name not in self._bundled:
            raise FileNotFoundError(errno.ENOENT, "this file is missing", name)
        return self._bundled[name]


def reading_bytes(values: object) -> bytes:
    """Return a reading's metadata as the bytes of its file."""
    return json.dumps(values, indent=1).encode()


def _line(name: str, content: bytes) -> dict[str, object]:
    if name.startswith("readings/"):
        values = json.loads(content)
        if reading_bytes(values) == content:
            return {"file": name, "json": values}
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return {"file": name, "base64": base64.b64encode(content).decode("ascii")}
    return {"file": name, "text": text}


def _file(line: object) -> tuple[str, bytes]:
    name = line["file"] if isinstance(line, dict) else None
    if not isinstance(line, dict) or not isinstance(name, str) or not _is_of_a_tape(name):
        raise ValueError("no file of a tape")
    if "json" in line:
        return name, reading_bytes(line["json"])
    if "text" in line:
        return name, str(line["text"]).encode("utf-8")
    return name, base64.b64decode(str(line["base64"]), validate=True)


def _is_of_a_tape(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return len(parts) == 2 and parts[0] in {"readings", "bodies"} and parts[1] not in {".", ".."}


if __name__ == "__main__":
    bundle(Path(sys.argv[1]), Path(sys.argv[2]))
