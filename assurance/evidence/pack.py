"""What stands where in an evidence pack, and the files of one, read without trust in what it says of itself."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assurance.errors import UsageError
from assurance.tape.strict_json import MAX_BYTES, MEBIBYTE, UnfitJson, parse_kept, read_plain

MANIFEST = "manifest.json"
ENVELOPE = "manifest.dsse.json"
PUBLIC_KEY = "public-key.pem"
ENVIRONMENT = "environment.toml"
RESULTS = "results.json"
TAPE = "tape"
INCOMPLETE = "INCOMPLETE"
LEDGER = "ledger.jsonl"

MAX_FILES, MAX_DEPTH = 50_000, 8
"""More than a run leaves: it keeps two files for each answer, and some ten thousand answers at most."""
MAX_PACK_BYTES = 1024 * MEBIBYTE
"""Longer than a run's pack: its tape is a quarter of it at most, and its reports tell of what is on the tape."""
INTERRUPTED = (
    "INCOMPLETE: this run has not ended, or was interrupted.\n"
    "What is here is not evidence: checks may be missing, and readings cut. Run again.\n"
)


class PackError(UsageError):
    """A directory is no evidence pack, or a file of one cannot be read."""


def begin(directory: Path) -> None:
    """Mark a pack as incomplete; sealing takes the mark away, last of all."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / INCOMPLETE).write_text(INTERRUPTED, encoding="utf-8")


def is_marked_incomplete(directory: Path) -> bool:
    """Tell whether the mark of an unfinished run stands."""
    return (directory / INCOMPLETE).exists()


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_of(directory: Path) -> list[str]:
    """Return the names of all files below a pack, as `tape/tape.json`, sorted; links are names too, never followed.

    Raises:
        PackError: There are more than any run leaves, folders in more folders, or one that cannot be read.
    """
    names: list[str] = []
    folders = [(directory, 0)]
    while folders:
        folder, depth = folders.pop()
        for entry in _entries(folder):
            if entry.is_dir(follow_symlinks=False):
                folders.append((Path(entry.path), depth + 1))
            else:
                names.append(Path(entry.path).relative_to(directory).as_posix())
            if len(names) + len(folders) > MAX_FILES or depth > MAX_DEPTH:
                raise PackError(
                    f"{directory}: holds more than {MAX_FILES:,} files, or folders below more than {MAX_DEPTH} others: "
                    "no run leaves that"
                )
    return sorted(names)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Give what is in a folder, one by one: it may hold more than memory does."""
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError as error:
        raise PackError(f"{folder}: cannot be read: {error.strerror or type(error).__name__}") from error


def no_plain_files_in(directory: Path) -> list[str]:
    """Return the names below a pack that are links, or anything but files: reading them would lead out of it.

    Raises:
        PackError: It is more than any run leaves.
    """
    found = {name: (directory / name).lstat() for name in files_of(directory)}
    if sum(status.st_size for status in found.values()) > MAX_PACK_BYTES:
        raise PackError(f"{directory}: holds more than {MAX_PACK_BYTES:,} bytes: no run leaves that")
    return [name for name, status in found.items() if not stat.S_ISREG(status.st_mode)]


def unfit(path: Path, most_bytes: int) -> str:
    """Return why a file of a pack is not to be read, after "its pack"; empty if it is plain and not too long."""
    try:
        status = path.lstat()
    except OSError:
        return f"lacks {path.name}"
    if not stat.S_ISREG(status.st_mode):
        return f"has a link, or no plain file, for its {path.name}"
    return f"has a {path.name} of more than {most_bytes:,} bytes" if status.st_size > most_bytes else ""


def demand_directory(directory: Path) -> None:
    """Refuse what is no directory, before a file of a pack is looked for in it.

    Raises:
        PackError: It is none.
    """
    if not directory.is_dir():
        there = "this is a file" if directory.exists() else "there is no such directory"
        raise PackError(f"{directory}: {there}; give the directory of an evidence pack")


def demand_plain(directory: Path) -> None:
    """Refuse a pack in which anything is no plain file, before any is read.

    Raises:
        PackError: Something is, and the message names the first; or it is no directory.
    """
    demand_directory(directory)
    if foreign := no_plain_files_in(directory):
        more = f" (and {len(foreign) - 1} more)" if len(foreign) > 1 else ""
        raise PackError(f"{directory / foreign[0]}: is a link or no plain file{more}; take the pack as it was sealed")


def is_of_pack(path: Path, replayed: Path) -> bool:
    """Tell whether an environment's file came with a pack: it lies in the one that is replayed, or in any other."""
    folder = path.absolute().parent  # of the name itself: the file may be a link
    within = any(place.is_relative_to(replayed.resolve()) for place in (folder.resolve(), path.resolve()))
    return within or any((folder / name).exists() for name in (MANIFEST, RESULTS))


def read_json(path: Path, what: str, most_bytes: int = MAX_BYTES) -> dict[str, Any]:  # Any: JSON, judged by the reader
    """Return the JSON object in a file of a pack.

    Raises:
        PackError: The file is not there, or holds something else.
    """
    try:
        document = parse_kept(read_plain(path, most_bytes))
    except OSError as error:
        raise PackError(f"{path}: {what} cannot be read: {error.strerror or type(error).__name__}") from error
    except UnfitJson as error:
        raise PackError(f"{path}: {what} is cut or edited: {error}") from error
    if not isinstance(document, dict):
        raise PackError(f"{path}: {what} is edited, a JSON object was expected")
    return document


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, and on the disk when this returns."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with partial.open("wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
