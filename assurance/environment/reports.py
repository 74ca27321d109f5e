"""Where the evidence packs of an environment go."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

VARIABLE = "APEX_REPORTS"
FOLDER = "reports"


def reports_directory(declared: Path | None, variables: Mapping[str, str], folder: Path) -> Path:
    """Return the directory that holds ENVIRONMENT/RUN: the variable's, else the environment file's, else `reports`.

    Args:
        declared: `evidence.reports` of the environment file, if it was given.
        variables: The environment variables.
        folder: Where the user works: `reports` is below it.
    """
    told = variables.get(VARIABLE, "")
    return (Path(told) if told else declared or folder / FOLDER).absolute()
