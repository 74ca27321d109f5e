"""A fleet as a matrix of a pipeline, so that each environment is judged on a machine of its own; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from assurance.errors import UsageError

MAX_JOBS = 256
"""GitHub generates no more jobs of a matrix (its documentation, "Running variations of jobs in a workflow")."""
PLAIN = re.compile(r"[\w./\\:@+-]+", re.ASCII)


def matrix(service: str, files: Sequence[Path]) -> str:
    """Return the matrix on one line, as an output of a step must be.

    Args:
        service: `github`, for `strategy.matrix: ${{ fromJSON(...) }}`, or `azure`, for `strategy: matrix: $[ ... ]`.
        files: The environment files.

    Raises:
        UsageError: A pipeline could not run it: too many, or a path that a shell would not take as it is.
    """
    for file in files:
        # A pipeline puts values into its scripts as they are: a file's name must not be able to be a command.
        if not PLAIN.fullmatch(file.as_posix()):
            raise UsageError(
                f"{str(file)!r}: a pipeline's script cannot take this path as it is; letters, digits and . _ / @ + - "
                "were expected: rename the file"
            )
    if service == "github" and len(files) > MAX_JOBS:
        raise UsageError(f"{len(files)} environments: GitHub runs at most {MAX_JOBS} jobs of a matrix; split them")
    names = _names(files)
    entries = [{"environment": name, "file": file.as_posix()} for name, file in zip(names, files, strict=True)]
    document = {"include": entries} if service == "github" else dict(zip(names, entries, strict=True))
    return json.dumps(document)


def _names(files: Sequence[Path]) -> list[str]:
    """Return a name for each job: letters, digits and underscores, none twice, as Azure DevOps demands it."""
    names: list[str] = []
    for file in files:
        plain = re.sub(r"\W", "_", file.stem, flags=re.ASCII)
        name = stem = (plain if plain[0].isalpha() else f"env_{plain}")[:90]
        number = 2
        while name.casefold() in {one.casefold() for one in names}:
            name, number = f"{stem}_{number}", number + 1
        names.append(name)
    return names
