"""The table `[inventory]`: what else stands in the environment's resource groups, known to its owner, and why."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from assurance.environment.base import Declared, Text


class KnownResource(Declared):
    """Something that no check judges, and that is there for a reason.

    Attributes:
        resource: Its id, or the end of one with its type, such as `Microsoft.Web/sites/apex-frontend`; `*` is any text.
        reason: Why it is there.
        public: Whether it may be reached from public networks; otherwise its public door must be shut.
    """

    resource: Text
    reason: Annotated[str, StringConstraints(min_length=10)]
    public: bool = False


class DeclaredInventory(Declared):
    """What is looked through, and what is known there.

    Attributes:
        resource_groups: The groups that belong to this deployment alone, in which everything must be accounted for;
            where none is given, the environment's own and those that services, Container Apps and identity are in.
        known: What is there beside what the file declares elsewhere.
    """

    resource_groups: tuple[Text, ...] = Field(default=(), strict=False)
    known: tuple[KnownResource, ...] = Field(default=(), strict=False)
