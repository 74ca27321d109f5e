"""What stands in the resource group and is judged by no check: why it is there, only people know."""

from __future__ import annotations

from collections.abc import Iterator

from assurance.discovery.draft import QUESTION, Draft
from assurance.discovery.shape import Shape
from assurance.environment import Environment
from assurance.estate.ids import DeclaredIds
from assurance.estate.inventory.accounts import Accounts, kind_of
from assurance.estate.resources.resource import segments

REASON = "Say here why it is there."


def ask_for_strays(draft: Draft, shape: Shape, environment: Environment) -> tuple[str, ...]:
    """Ask, at the end of the file, of each such resource why it is there; return the questions."""
    questions: list[str] = []
    for path in _strays(shape, environment):
        questions.append(f"inventory.known: why {path} is there, which no check judges")
        draft.remarks += [
            f"{QUESTION}why is this there? No check judges it, and SEC-11 fails until it is named with the reason.",
            "[[inventory.known]]",
            f'resource = "{path}"',
            f'reason = "{REASON}"',
        ]
    return tuple(questions)


def _strays(shape: Shape, environment: Environment) -> Iterator[str]:
    ids = DeclaredIds(environment)
    declared = frozenset(map(segments, ids.all_ids()))
    databases = tuple(one.database for one in environment.services.values() if one.database)
    backup = environment.deployment.backup
    copies = (f"{backup.copy_prefix}*",) if backup is not None else ()
    types = frozenset(map(kind_of, ids.service_ids()))
    accounts = Accounts(declared, ids.group_id, types, (*databases, *copies), ())
    for one in shape.found.resources.values():
        # What has no location is a part of something else, and stands in no group's list.
        if shape.found.is_here(one) and one.text("location") and not accounts.judges(one.id):
            yield one.id[one.id.casefold().rindex("/providers/") + len("/providers/") :]
