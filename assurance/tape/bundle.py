"""A tape in one file, for tapes that are kept in a repository: `files.jsonl` beside `tape.json`.

`python -m assurance.tape.bundle TAPE DESTINATION` writes one.

Each line is one file of the tape: a reading as JSON, a body as text where it is UTF-8, and else in base64. The bytes
that a line stands for are those of the file, so that the digests in `tape.json` hold for both forms.
"""

from __future__ import annotations

import base64
import binascii
import json
import sys
from pathlib import Path, PurePosixPath

from assurance.errors import TapeRefused
from assurance.tape.strict_json import read_plain

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
        text = read_plain(path).decode("utf-8", "replace")
    except OSError as error:
        raise TapeRefused(f"{path}: the tape cannot be read: {error.strerror}") from error
    files: dict[str, bytes] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            name, content = _file(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error) as error:
            raise TapeRefused(f"{path}, line {number}: the tape is cut or edited; record again") from error
        files[name] = content
    return files


def unbundle(files: dict[str, bytes], head: Path, destination: Path) -> None:
    """Write a tape of many files: what a pack holds, whatever was replayed."""
    for folder in {name.partition("/")[0] for name in files}:
        (destination / folder).mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (destination / name).write_bytes(content)
    (destination / HEAD).write_bytes(head.read_bytes())


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


def _file(line: dict[str, object]) -> tuple[str, bytes]:
    name = line["file"]
    if not isinstance(name, str) or not _is_of_a_tape(name):
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
