"""Reads an environment file: TOML; `extends` names a file whose values it refines, `without` what of that goes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assurance.environment.model import Environment
from assurance.environment.toml_files import Document, find_file, names_in, parsed, problems
from assurance.errors import EnvironmentFileError, UsageError
from assurance.home import suite_root
from assurance.tape.strict_json import MAX_WRITTEN_BYTES, read_plain

RELEASE_TABLES = {"release": dict, "artefacts": dict, "announced": list}

FOLDER = Path("environments")
ON_STAND_INS = ("sandbox", "smallest")
"""Environments of the suite's own that are there in every folder: they need nothing of a user's."""


def find(name_or_file: str, folder: Path, option: str = "--env") -> Path:
    """Return the environment file that an option means: a path, or a name in `folder`.

    Raises:
        EnvironmentFileError: There is no such file; the message lists the names that there are.
    """
    path, exists = find_file(name_or_file, folder)
    if not exists and name_or_file in ON_STAND_INS:
        path = suite_root() / FOLDER / path.name
        exists = path.is_file()
    if not exists:
        raise EnvironmentFileError(
            f"{option} {name_or_file}: there is no file {path}; "
            f"give a path to a TOML file or one of: {names_in(folder, *ON_STAND_INS)}; `apex-assurance init` writes one"
        )
    return path


def load_running(name_or_file: str, overlay: Mapping[str, Any] | None = None) -> Environment:
    """Return the environment that a command's `--env` means, whose endpoints must be there already.

    Raises:
        EnvironmentFileError: The file is not there, is wrong, or names stand-ins that only a run starts.
    """
    environment = load(find(name_or_file, FOLDER), overlay)
    if environment.cloud.resource_manager.rstrip("/").endswith(".invalid"):
        raise EnvironmentFileError(
            f"environment {environment.name!r} rests on stand-ins, which only a run starts; start them with "
            "`python -m sandbox`, and give the environment file that it names"
        )
    return environment


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
        raise EnvironmentFileError(f"{path}: this is not a valid environment file:\n{problems(error)}") from error


def load_packed(path: Path, overlay: Mapping[str, Any] | None = None) -> Environment:
    """Return the environment of a pack that may be somebody else's: as `load` does, but from that one file.

    Raises:
        EnvironmentFileError: As for `load`; or the file names others to be read, which no run writes into its pack.
    """
    document = _toml(path, ())
    tables = {name: document.get(name) for name in ("cloud", "drift")}
    named = {
        "extends": "extends" in document,
        "cloud.ca_bundle": isinstance(tables["cloud"], dict) and "ca_bundle" in tables["cloud"],
        "drift.baseline": isinstance(tables["drift"], dict) and "baseline" in tables["drift"],
    }
    if wrong := [key for key, present in named.items() if present]:
        raise EnvironmentFileError(
            f"{path}: names files outside the pack ({', '.join(wrong)}), which no run writes there; the file was "
            "edited: take the pack as it was sealed, or give an environment file of your own"
        )
    return load(path, overlay)


def load_release(path: Path) -> Document:
    """Return the overlay that a file of a release is: its tables refine those of the environment file.

    Raises:
        EnvironmentFileError: The file cannot be read, is not TOML, or has other tables than a release has.
    """
    document = _toml(path, ())
    unknown = [key for key, value in document.items() if not isinstance(value, RELEASE_TABLES.get(key, ()))]
    if unknown or not document:
        wrong = f"{', '.join(sorted(unknown))} is none of them" if unknown else "it is empty"
        raise EnvironmentFileError(
            f"{path}: a release has the tables [release], [artefacts] and [[announced]]; {wrong}"
        )
    # Anchored in the folder of the file itself, wherever the environment file is.
    return _anchored({"deployment": document}, path.parent.resolve())


def with_release(overlay: Mapping[str, Any], path: Path | None) -> Document:
    """Return an overlay, refined by the file of a release if there is one."""
    return dict(overlay) if path is None else _merge(dict(overlay), load_release(path))


def _read(path: Path, seen: tuple[Path, ...]) -> Document:
    """Read one file and what it extends."""
    if path.resolve() in seen:
        raise EnvironmentFileError(f"{path}: key 'extends' leads back to this file; remove the circle")
    document = _anchored(_toml(path, seen), path.parent)
    base, without = document.pop("extends", None), document.pop("without", None)
    if base is None:
        if without is not None:
            raise EnvironmentFileError(f"{path}: key 'without' takes keys of an extended file away; add 'extends'")
        return document
    if not isinstance(base, str) or not base or "\0" in base:
        raise EnvironmentFileError(f"{path}: key 'extends': the path of another environment file was expected")
    extended = _read(path.parent / base, (*seen, path.resolve()))
    return _merge(_reduced(extended, [] if without is None else without, path), document)


def _reduced(document: Document, without: object, path: Path) -> Document:
    """Return an extended file's document without the keys, such as `services.openai`, that a file takes away."""
    if not isinstance(without, list) or not all(isinstance(key, str) for key in without):
        raise EnvironmentFileError(f"{path}: key 'without': a list of keys such as \"services.openai\" was expected")
    for key in without:
        document = _less(document, key.split("."), f"{path}: key 'without': {key!r}")
    return document


def _less(document: Document, key: list[str], where: str) -> Document:
    first, *rest = key
    if first not in document or (rest and not isinstance(document[first], dict)):
        known = ", ".join(sorted(document)) or "nothing"
        raise EnvironmentFileError(f"{where} is nothing that the extended file has; there it has {known}")
    if rest:
        return {**document, first: _less(document[first], rest, where)}
    return {name: value for name, value in document.items() if name != first}


def _toml(path: Path, seen: tuple[Path, ...]) -> Document:
    """Parse one file; `seen` are the files that led here."""
    try:
        return parsed(read_plain(path, MAX_WRITTEN_BYTES), str(path))
    except OSError as error:
        extended = f" (key 'extends' of {seen[-1]} names it)" if seen else ""
        raise EnvironmentFileError(f"{path}: the file cannot be read: {error.strerror}{extended}") from error
    except UsageError as error:
        raise EnvironmentFileError(str(error)) from error


def _merge(base: Document, refinement: Document) -> Document:
    """Lay tables over tables; any other value replaces the one below it."""
    merged = dict(base)
    for key, value in refinement.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _anchored(document: Document, folder: Path) -> Document:
    """Take relative paths of files as relative to the folder of the file that names them."""
    anchored = _paths_anchored(document, ("cloud",), {"ca_bundle"}, folder)
    documents = {"scope", "engineering", "schedule", "bid"}
    anchored = _paths_anchored(anchored, ("application", "documents"), documents, folder)
    anchored = _paths_anchored(anchored, ("evidence",), {"reports"}, folder)
    return _paths_anchored(anchored, ("deployment", "artefacts"), None, folder)


def _paths_anchored(document: Document, table: tuple[str, ...], keys: set[str] | None, folder: Path) -> Document:
    """Anchor the texts under these keys of a table, or under all of its keys."""
    if not table:
        named = {key for key, value in document.items() if isinstance(value, str) and (keys is None or key in keys)}
        return {key: str(folder / value) if key in named else value for key, value in document.items()}
    inner = document.get(table[0])
    if not isinstance(inner, dict):
        return document
    return {**document, table[0]: _paths_anchored(inner, table[1:], keys, folder)}
