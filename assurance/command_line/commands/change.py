"""Begin, show or check a change record: what people attest of a deployment, in changes/CR-....toml."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from assurance.change_records.change import FOLDER, ITEMS, Change, Item, find_record, read_record
from assurance.change_records.model import parse
from assurance.change_records.template import new_record
from assurance.command_line.output import add_json, print_json
from assurance.errors import UsageError

NUMBER = re.compile(r"CR-[A-Za-z0-9-]{1,40}")
NOT_YET = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--changes", type=Path, default=Path(FOLDER), metavar="DIR", help="where records are (changes)")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    new = actions.add_parser("new", help="begin a record, to be filled in")
    new.add_argument("number", metavar="CR", help="the change's number, such as CR-2026-0042")
    new.add_argument("--env", required=True, metavar="NAME", help="the environment's name")
    new.add_argument("--title", required=True, help="what the change is")
    new.add_argument("--version", required=True, help="the version that is deployed")
    new.add_argument("--security-related", action="store_true", help="the Security Team approves too")
    show = actions.add_parser("show", help="say what is attested and what is still missing")
    show.add_argument("number", metavar="CR|FILE")
    add_json(show)
    check = actions.add_parser("check", help="the same, with exit status 1 where something demanded by now is missing")
    check.add_argument("number", metavar="CR|FILE")
    check.add_argument("--moment", choices=("pre_deployment", "closing"), default="closing", help="by when (closing)")
    add_json(check)


def run(arguments: argparse.Namespace) -> int:
    """Carry the action out.

    Raises:
        UsageError: The number, the record or its place is wrong.
    """
    actions: Mapping[str, Callable[[argparse.Namespace], int]] = {"new": _new, "show": _show, "check": _check}
    return actions[arguments.action](arguments)


def _new(arguments: argparse.Namespace) -> int:
    if not NUMBER.fullmatch(arguments.number):
        raise UsageError(f"{arguments.number}: a number such as CR-2026-0042 was expected")
    path: Path = arguments.changes / f"{arguments.number}.toml"
    security, now = arguments.security_related, datetime.now(UTC)
    text = new_record(
        arguments.number, arguments.env, arguments.title, arguments.version, security_related=security, now=now
    )
    parse(text.encode(), str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{path}: there is one already; `apex-assurance change show` says what it lacks") from error
    except OSError as error:
        raise UsageError(f"{path}: the record cannot be written: {error.strerror}") from error
    print(f"Begun: {path}. Fill in Step 1, then: apex-assurance change show {arguments.number}")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    _tell(_load(arguments), ITEMS, as_json=arguments.as_json)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    change = _load(arguments)
    demanded = [item for item in ITEMS if arguments.moment == "closing" or item.moment == arguments.moment]
    _tell(change, demanded, as_json=arguments.as_json)
    missing = [item for item in demanded if not item.judge(change).holds]
    if missing and not arguments.as_json:
        print(f"{len(missing)} of {len(demanded)} items are missing or wrong.", file=sys.stderr)
    return NOT_YET if missing else 0


def _load(arguments: argparse.Namespace) -> Change:
    path = find_record(arguments.number, arguments.changes)
    record = parse(read_record(path), str(path))
    return Change(record, record.environment, datetime.now(UTC), (str(path),))


def _tell(change: Change, shown: Sequence[Item], *, as_json: bool) -> None:
    record = change.record
    judged = [(item, item.judge(change)) for item in shown]
    if as_json:
        items = [
            {"step": step.step, "title": step.title, "holds": fact.holds, "observed": fact.observed}
            for step, fact in judged
        ]
        named = {"id": record.id, "title": record.title, "version": record.version, "environment": record.environment}
        print_json({**named, "items": items})
        return
    print(f"{record.id}  {record.title}  {record.version}  {record.environment}\n")
    for item, fact in judged:
        mark = "ok  " if fact.holds else "open"
        print(f"{mark}  Step {item.step:>2}  {item.title:<21} {'' if fact.holds else fact.observed}".rstrip())
