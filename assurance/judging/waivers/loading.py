"""Reads the waivers of an environment, and refuses those that nobody could answer for."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from assurance.environment import Environment
from assurance.environment.base import Declared
from assurance.environment.problems import problems
from assurance.errors import EnvironmentFileError, WaiversRefused
from assurance.judging.controls import CONTROLS
from assurance.judging.waivers.model import Waiver, Waivers
from assurance.tape.plain_files import MAX_WRITTEN_BYTES, read_plain

# ISO/IEC 27001:2022, 6.1.3 f: a risk owner accepts what remains of a risk; half a year later somebody looks again.
MAX_DAYS = 180
# The control under which waivers themselves are judged: a waiver of it would excuse itself.
WAIVERS = "WVR-01"

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]


class WaiversFile(Declared):
    """A file of waivers: a table `[waivers.NAME]` for each."""

    waivers: dict[Name, Waiver] = Field(default_factory=dict)


def load(path: Path, environment: Environment, *, shown: str = "", needed: bool = False) -> Waivers:
    """Return the waivers that `path` holds for an environment, as of today (UTC).

    Args:
        path: The file.
        environment: Whose controls may be marked as unwaivable.
        shown: What reports call the file; its path by default.
        needed: Whether the file was asked for by name, so that it must be there.

    Raises:
        WaiversRefused: The file cannot be read, is not valid, waives what must not be waived, or for too long.
        EnvironmentFileError: The environment file marks a control as unwaivable that there is not.
    """
    for control in environment.waivers.unwaivable:
        if control not in CONTROLS:
            raise EnvironmentFileError(
                f"environment {environment.name!r}: key 'waivers.unwaivable': there is no control {control!r}; "
                f"known are {', '.join(CONTROLS)}"
            )
    today = datetime.now(UTC).date()
    if not needed and not path.exists():
        return Waivers(shown or str(path), "", {}, today)
    text = _read(path)
    try:
        named = WaiversFile.model_validate(_parse(path, text)).waivers
    except ValidationError as error:
        raise WaiversRefused(f"{path}: this is not a valid file of waivers:\n{problems(error)}") from error
    wrong = [told for name, one in named.items() for told in _wrong(name, one, environment, today)]
    if wrong:
        raise WaiversRefused(f"{path}: these waivers cannot be granted:\n" + "\n".join(wrong))
    return Waivers(shown or str(path), text, named, today)


def _read(path: Path) -> str:
    try:
        return read_plain(path, MAX_WRITTEN_BYTES).decode("utf-8")
    except OSError as error:
        raise WaiversRefused(f"{path}: the file of waivers cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise WaiversRefused(f"{path}: UTF-8 text was expected; byte {error.start} is none") from error


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise WaiversRefused(f"{path}: the file of waivers is not valid TOML: {error}") from error


def _wrong(name: str, waiver: Waiver, environment: Environment, today: date) -> list[str]:
    """Say what forbids a waiver, one line for each reason."""
    here = f"  waivers.{name}"
    last = today + timedelta(days=MAX_DAYS)
    wrong = []
    if waiver.control not in CONTROLS:
        wrong.append(f"{here}.control: there is no control {waiver.control!r}; known are {', '.join(CONTROLS)}")
    if waiver.control in {*environment.waivers.unwaivable, WAIVERS}:
        wrong.append(f"{here}.control: {waiver.control} must not be waived in {environment.name}; mend what fails")
    if waiver.expires > last:
        wrong.append(
            f"{here}.expires: at most {MAX_DAYS} days ahead, {last} today, was expected (found {waiver.expires})"
        )
    return wrong
