"""Reads an environment file: TOML, with `extends` naming a file whose values it refines."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assurance.environment.model import Environment
from assurance.errors import EnvironmentFileError

# Values of a TOML document; `Any` because nothing is known of them before pydantic has judged them.
Document = dict[str, Any]

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


def find(name_or_file: str, folder: Path) -> Path:
    """Return the environment file that `--env` means: a path, or a name in `folder`.

    Raises:
        EnvironmentFileError: There is no such file; the message lists the names that there are.
    """
    path = Path(name_or_file)
    if path.suffix != ".toml":
        path = folder / f"{name_or_file}.toml"
    try:
        exists = path.is_file()
    except OSError:  # a name that is too long
        exists = False
    if not exists:
        known = ", ".join(sorted(file.stem for file in folder.glob("*.toml"))) or "none"
        raise EnvironmentFileError(
            f"--env {name_or_file}: there is no file {path}; give a path to a TOML file or one of: {known}"
        )
    return path


def load(path: Path, overlay: Mapping[str, Any] | None = None) -> Environment:
    """Return the environment that `path` declares, refined by `overlay`.

    Raises:
        EnvironmentFileError: The file cannot be read, is not TOML, or does not declare an environment. The message
            names the file and each key that is wrong, with what was expected.
    """
    document = _merge(_read(path, ()), _anchored(dict(overlay or {}), path.parent))
    try:
        return Environment.model_validate(document)
    except ValidationError as error:
        problems = "\n".join(_problem(detail) for detail in _causes(error))
        raise EnvironmentFileError(f"{path}: this is not a valid environment file:\n{problems}") from error


def _read(path: Path, seen: tuple[Path, ...]) -> Document:
    """Read one file and what it extends."""
    if path.resolve() in seen:
        raise EnvironmentFileError(f"{path}: key 'extends' leads back to this file; remove the circle")
    document = _anchored(_toml(path, seen), path.parent)
    base = document.pop("extends", None)
    if base is None:
        return document
    if not isinstance(base, str) or not base or "\0" in base:
        raise EnvironmentFileError(f"{path}: key 'extends': the path of another environment file was expected")
    return _merge(_read(path.parent / base, (*seen, path.resolve())), document)


def _toml(path: Path, seen: tuple[Path, ...]) -> Document:
    """Parse one file; `seen` are the files that led here."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        extended = f" (key 'extends' of {seen[-1]} names it)" if seen else ""
        raise EnvironmentFileError(f"{path}: the file cannot be read: {error.strerror}{extended}") from error
    except UnicodeDecodeError as error:
        raise EnvironmentFileError(f"{path}: UTF-8 text was expected; byte {error.start} is none") from error
    except tomllib.TOMLDecodeError as error:
        raise EnvironmentFileError(f"{path}: the file is not valid TOML: {error}") from error
    except RecursionError as error:
        raise EnvironmentFileError(f"{path}: the file is not valid TOML: values are nested too deeply") from error


def _merge(base: Document, refinement: Document) -> Document:
    """Lay tables over tables; any other value replaces the one below it."""
    merged = dict(base)
    for key, value in refinement.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _anchored(document: Document, folder: Path) -> Document:
    """Take a relative `cloud.ca_bundle` as relative to the folder of the file that names it."""
    cloud = document.get("cloud")
    if isinstance(cloud, dict) and isinstance(cloud.get("ca_bundle"), str):
        return {**document, "cloud": {**cloud, "ca_bundle": str(folder / cloud["ca_bundle"])}}
    return document


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
    found = "" if whole or detail["type"] in MESSAGES else _found(key, detail["input"])
    return f"  {key}: {message}{found}"


def _found(key: str, value: object) -> str:
    """Show a wrong value where that helps; never one that could be a secret put in the wrong place."""
    if isinstance(value, (dict, list, tuple)):
        return f" (found {'a table' if isinstance(value, dict) else 'a list'})"
    shown = str(value)
    if key.startswith("credential") or not HARMLESS.fullmatch(shown) or KEY_LIKE.search(shown):
        return " (what was found is not shown: it could be a secret)"
    return f" (found {value!r})"
