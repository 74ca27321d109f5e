"""What an environment says of drift: the baseline that it is compared with, and what is expected to change."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from assurance.environment.base import Declared, Text


class ExpectedChange(Declared):
    """A change that is part of running the deployment, such as a new revision after a release, and why.

    Of what the classification calls operational only: what is security-relevant is never expected. `resource` and
    `path` may hold `*` for any text; `resource` absent means every resource.
    """

    resource: Text | None = None
    path: Text
    reason: Annotated[str, StringConstraints(min_length=10)]


class DeclaredDrift(Declared):
    """Drift: `baseline` is the file to compare with, which a run sets from `--baseline` or its default place."""

    # A path of one machine: left out where the environment is written into an evidence pack.
    baseline: Path | None = Field(default=None, strict=False, exclude=True)
    expected: tuple[ExpectedChange, ...] = Field(default=(), strict=False)
