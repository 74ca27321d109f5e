"""Reads a change record: TOML, judged strictly, with one message that names each key that is wrong."""

from __future__ import annotations

from pydantic import ValidationError

from assurance.change_records.model import ChangeRecord
from assurance.environment.problems import problems
from assurance.environment.toml_files import parsed
from assurance.errors import UsageError


def parse(content: bytes, where: str) -> ChangeRecord:
    """Return the change record that `content` is.

    Args:
        content: The bytes of a TOML file.
        where: The file's name, for messages.

    Raises:
        UsageError: It is no TOML, or not a change record; the message names each key and what was expected.
    """
    document = parsed(content, where)
    try:
        return ChangeRecord.model_validate(document)
    except ValidationError as error:
        raise UsageError(f"{where}: this is not a valid change record:\n{problems(error)}") from error
