"""Files in TOML that a user names or writes: found by name or path, and parsed with one message for what is wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from assurance.errors import UsageError

Document = dict[str, Any]
"""A TOML document; `Any` because nothing is known of its values before pydantic has judged them."""


def find_file(name_or_file: str, folder: Path) -> tuple[Path, bool]:
    """Return the file that a user means by a path, or by the name of a file in `folder`; and whether it is there."""
    path = Path(name_or_file)
    if path.suffix != ".toml":
        path = folder / f"{name_or_file}.toml"
    try:
        return path, path.is_file()
    except OSError:  # a name that is too long
        return path, False


def names_in(folder: Path) -> str:
    """Return the names that a folder has files of, for a message."""
    return ", ".join(sorted(file.stem for file in folder.glob("*.toml"))) or "none"


def parsed(content: bytes, where: str) -> Document:
    """Return the document that a file holds.

    Args:
        content: Its bytes.
        where: Its name, for messages.

    Raises:
        UsageError: It is not UTF-8, not TOML, or nested too deeply.
    """
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: UTF-8 text was expected; byte {error.start} is none") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{where}: the file is not valid TOML: {error}") from error
    except RecursionError as error:
        raise UsageError(f"{where}: the file is not valid TOML: values are nested too deeply") from error
