"""Files in TOML that a user names or writes, and what is wrong with one that pydantic has refused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assurance.errors import UsageError

MAX_DOTS, MAX_DEPTH = 2_000, 50
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


def names_in(folder: Path, *further: str) -> str:
    """Return the names that a folder has files of, and further ones, for a message."""
    return ", ".join(sorted({*(file.stem for file in folder.glob("*.toml")), *further})) or "none"


def parsed(content: bytes, where: str) -> Document:
    """Return the document that a file holds.

    Args:
        content: Its bytes.
        where: Its name, for messages.

    Raises:
        UsageError: It is not UTF-8, not TOML, nested too deeply, or holds an integer beyond 64 bits.
    """
    try:
        _demand_short_keys(content)
        document = tomllib.loads(content.decode("utf-8"))
        _demand_bounded(document)
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: UTF-8 text was expected; byte {error.start} is none") from error
    except RecursionError as error:
        raise UsageError(f"{where}: the file is not valid TOML: values are nested too deeply") from error
    except ValueError as error:  # TOMLDecodeError, or Python's own bound on the digits of an integer
        told = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "an integer is longer than 64 bits"
        raise UsageError(f"{where}: the file is not valid TOML: {told}") from error
    return document


def _demand_short_keys(content: bytes) -> None:
    """Refuse keys of very many parts (RecursionError): the time that one takes grows with the square of their count."""
    if any(line.count(b".") > MAX_DOTS for line in content.splitlines()):
        raise RecursionError


def _demand_bounded(document: Document) -> None:
    """Refuse values that are nested too deeply (RecursionError), and integers that no reader need take (ValueError).

    TOML 1.0.0, section "Integer": integers of 64 bits are what a reader must take.
    """
    waiting: list[tuple[object, int]] = [(document, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise RecursionError
        if isinstance(value, int) and value.bit_length() > 63:
            raise ValueError
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting += [(one, depth + 1) for one in inner]


HARMLESS = re.compile(r"[\w./:*\- ]{0,60}")
# A run of so many letters, with digits among them, is rather a key than a name.
KEY_LIKE = re.compile(r"(?=[A-Za-z_]*\d)\w{20,}")

MESSAGES = {
    "extra_forbidden": "is not a known key; remove it or correct its spelling",
    "missing": "is missing; add it",
}
# In words of TOML, where pydantic has those of Python.
EXPECTED = {
    "tuple_type": "a list was expected",
    "dict_type": "a table was expected",
    "model_type": "a table was expected",
    "string_type": "a text in quotes was expected",
    "int_type": "a whole number was expected",
    "float_type": "a number was expected",
    "finite_number": "a finite number was expected",
    "bool_type": "true or false was expected",
    "path_type": "a path was expected",
    "too_short": "at least one item was expected",
    "string_too_short": "a longer text was expected",
}


def problems(error: ValidationError) -> str:
    """Return what is wrong, one line for each key; a value that could be a secret is not shown."""
    return "\n".join(_problem(detail) for detail in _causes(error))


def _causes(error: ValidationError) -> list[Mapping[str, Any]]:
    """Return the details of what is wrong, without those that only follow from others.

    A list whose only item is wrong counts as empty too, for pydantic.
    """
    details: list[Mapping[str, Any]] = [dict(detail) for detail in error.errors(include_url=False)]
    places = [detail["loc"] for detail in details]

    def follows(detail: Mapping[str, Any]) -> bool:
        here = detail["loc"]
        return detail["type"] == "too_short" and any(len(p) > len(here) and p[: len(here)] == here for p in places)

    return [detail for detail in details if not follows(detail)]


def _problem(detail: Mapping[str, Any]) -> str:
    """Say one problem as `key: what is wrong`."""
    said = EXPECTED.get(detail["type"]) or str(detail["msg"]).removeprefix("Value error, ")
    message = MESSAGES.get(detail["type"], said)
    key = ".".join(str(part) for part in detail["loc"])
    if not key:
        return f"  {message}"
    whole = detail["type"] == "value_error" and isinstance(detail["input"], dict)
    shown = "" if whole or detail["type"] in MESSAGES else _found(key, detail["input"])
    return f"  {key}: {message}{shown}"


def _found(key: str, value: object) -> str:
    """Show a wrong value where that helps; never one that could be a secret put in the wrong place."""
    if isinstance(value, (dict, list, tuple)):
        return f" (found {'a table' if isinstance(value, dict) else 'a list'})"
    shown = str(value)
    if key.startswith("credential") or not HARMLESS.fullmatch(shown) or KEY_LIKE.search(shown):
        return " (what was found is not shown: it could be a secret)"
    return f" (found {value!r})"
