"""Reads an environment file: TOML, with `extends` naming a file whose values it refines."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assurance.environment.model import Environment
from assurance.errors import EnvironmentFileError

# Values of a TOML document; `Any` because nothing is known of them before pydantic has judged them.
Document = dict[str, Any]

MESSAGES = {
    "extra_forbidden": "is not a known key; remove it or correct its spelling",
    "missing": "is missing; add it",
}


def find(name_or_file: str, folder: Path) -> Path:
    """Return the environment file that `--env` means: a path, or a name in `folder`.

    Raises:
        EnvironmentFileError: There is no such file; the message lists the names that there are.
    """
    path = Path(name_or_file)
    if path.suffix != ".toml":
        path = folder / f"{name_or_file}.toml"
    if not path.is_file():
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
    document = _merge(_read(path, ()), dict(overlay or {}))
    _anchor_ca_bundle(document, path.parent)
    try:
        return Environment.model_validate(document)
    except ValidationError as error:
        problems = "\n".join(_problem(dict(detail)) for detail in error.errors(include_url=False))
        raise EnvironmentFileError(f"{path}: this is not a valid environment file:\n{problems}") from error


def _read(path: Path, seen: tuple[Path, ...]) -> Document:
    """Read one file and what it extends."""
    if path.resolve() in seen:
        raise EnvironmentFileError(f"{path}: key 'extends' leads back to this file; remove the circle")
    try:
        document: Document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentFileError(f"{path}: the file cannot be read as UTF-8 text: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise EnvironmentFileError(f"{path}: the file is not valid TOML: {error}") from error
    base = document.pop("extends", None)
    if base is None:
        return document
    if not isinstance(base, str):
        raise EnvironmentFileError(f"{path}: key 'extends': the path of another environment file was expected")
    return _merge(_read(path.parent / base, (*seen, path.resolve())), document)


def _merge(base: Document, refinement: Document) -> Document:
    """Lay tables over tables; any other value replaces the one below it."""
    merged = dict(base)
    for key, value in refinement.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _anchor_ca_bundle(document: Document, folder: Path) -> None:
    """Take a relative `cloud.ca_bundle` as relative to the file that names it."""
    cloud = document.get("cloud")
    if isinstance(cloud, dict) and isinstance(cloud.get("ca_bundle"), str):
        document["cloud"] = {**cloud, "ca_bundle": str(folder / cloud["ca_bundle"])}


def _problem(detail: Mapping[str, Any]) -> str:
    """Say one problem as `key: what is wrong`."""
    key = ".".join(str(part) for part in detail["loc"]) or "the file as a whole"
    message = MESSAGES.get(detail["type"])
    if message is None:
        message = f"{str(detail['msg']).removeprefix('Value error, ')} (found {detail['input']!r})"
        if not detail["loc"]:
            message = str(detail["msg"]).removeprefix("Value error, ")
    return f"  {key}: {message}"
