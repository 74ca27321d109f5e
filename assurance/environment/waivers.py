"""What an environment says of waivers: which controls nobody may waive."""

from __future__ import annotations

from pydantic import Field

from assurance.environment.base import Declared, Text


class DeclaredWaivers(Declared):
    """The rules for waivers; `unwaivable` names the controls whose failures stay failures, such as `SEC-06`."""

    unwaivable: tuple[Text, ...] = Field(default=(), strict=False)
