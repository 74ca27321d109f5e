"""`apex-assurance`: what is asked of the suite beside judging, such as verifying an evidence pack.

Each command is a module with a docstring, `configure(parser)` and `run(arguments)`, imported only when it is asked for.
Distributions add commands by entry points of the group `apex_assurance.commands`; so `falsify` comes from a room above
the engine without the engine knowing of it.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import NoReturn, Protocol, cast

import assurance
from assurance.command_line.output import CommandStatus
from assurance.errors import AssuranceError
from assurance.home import make_importable

GROUP = "apex_assurance.commands"

# What each command does, in one line, by its name; its module is `assurance.command_line.commands.NAME`, with _ for -.
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "init": "write an environment file from what is deployed, planned or recorded",
        "schema": "print the JSON Schema of the environment file, or its reference",
        "demo": "judge stand-ins on this machine: no Azure account is needed",
        "run": "judge an environment",
        "inside": "run the suite inside the virtual network, and fetch what it came to",
        "doctor": "say whether this machine and identity can judge an environment",
        "change": "begin, show or check a change record",
        "verify": "verify an evidence pack, offline: files, signature, ledger, and every verdict again",
        "diff": "hold two runs together, of one environment or of two: verdicts, then resources",
        "history": "tell an environment's history: verdicts over time, failures, missing nights, broken chains",
        "baseline": "make what a run has found the baseline that drift is told from",
        "explain": "show the chain from a verdict to the bytes that it rests on",
        "pseudonymise": "copy an evidence pack with pseudonyms for ids, hosts and names, to share it outside",
        "key": "make a key that signs evidence packs",
        "sweep": "archive what earlier runs left in APEX",
        "load-config": "print the configuration by which Azure Load Testing runs the load test",
        "watch": "watch a deployment after a shift of traffic, and end early where it must be rolled back",
        "writes": "list what a run would write in APEX, without sending anything",
        "inventory": "write the production inventory of what is deployed now",
        "annotate": "print the worst of an evidence pack as annotations of a pipeline's run",
        "comment": "put what a run came to as a comment on a pull request, updated in place",
        "notify": "tell a webhook what a run came to: Teams, Slack or plain JSON",
        "fleet": "judge many environments, each as a run of its own, and tell of all on one page",
        "completion": "print the script that completes commands and options in a shell",
        "export": "write an evidence pack in another form: SARIF, OCSF, Markdown, JUnit or CSV",
    }
)

# Commands that hand on to pytest what stands behind `--`; in `arguments.behind`.
HANDING_ON = frozenset({"fleet"})


class Command(Protocol):
    """What the module of a command offers."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Carry the command out and return the exit status."""


class Parser(argparse.ArgumentParser):
    """A parser that suggests the name that was probably meant."""

    def error(self, message: str) -> NoReturn:
        """End with one line: what is wrong, and a suggestion where a name looks mistyped, else where help is."""
        meant = _meant(message, self.known_words)
        self.exit(2, f"{self.prog}: error: {message}; " + (f"did you mean {meant}?\n" if meant else "see --help\n"))

    known_words: tuple[str, ...] = ()


def main(words: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The command's exit status (see `assurance.command_line.output`); wrong usage or bad input is told in one
        message on standard error.
    """
    words = sys.argv[1:] if words is None else list(words)
    commands = all_commands()
    name = next((word for word in words if not word.startswith("-")), None)
    behind: list[str] = []
    if name in HANDING_ON and "--" in words:
        words, behind = words[: words.index("--")], words[words.index("--") + 1 :]
    parser = Parser(prog="apex-assurance", description="Proves what a deployment of APEX is.")
    parser.known_words = tuple(commands)
    parser.add_argument("--version", action="version", version=f"apex-assurance {assurance.__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    command: Command | None = None
    for known, line in sorted(commands.items()):
        subparser = subparsers.add_parser(known, help=line)
        if known == name:
            try:
                command = load_command(known)
            except AssuranceError as error:
                return _told(known, error)
            subparser.description = command.__doc__
            command.configure(subparser)
            parser.known_words += tuple(subparser.format_usage().replace("[", " ").replace("]", " ").split())
    if not words:
        parser.print_help(sys.stderr)
    arguments = parser.parse_args(words, argparse.Namespace(behind=behind))
    if command is None or name is None:
        parser.error("a command was expected")
    return _carried_out(command, name, arguments)


def _told(name: str, error: AssuranceError) -> int:
    from assurance.command_line.output import print_error

    print_error(name, error)
    return CommandStatus.WRONG_USAGE


def _carried_out(command: Command, name: str, arguments: argparse.Namespace) -> int:
    try:
        return command.run(arguments)
    except AssuranceError as error:
        return _told(name, error)
    except KeyboardInterrupt:
        print(f"apex-assurance {name}: interrupted", file=sys.stderr)
        return CommandStatus.INTERRUPTED
    except BrokenPipeError:
        # Python would complain again at exit when it flushes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CommandStatus.BROKEN_PIPE


def _meant(message: str, known: Sequence[str]) -> str:
    """Return the known word that looks most like the one that a message of argparse quotes; empty if none does."""
    match = re.search(r"invalid choice: '([^']*)'|unrecognized arguments: (\S+)", message)
    typed = (match[1] or match[2]) if match is not None else ""
    listed = re.findall(r"'([^']*)'", message.partition("choose from")[2])
    close = get_close_matches(typed.partition("=")[0], [*known, *listed], n=1, cutoff=0.6) if typed else []
    return close[0] if close else ""


def all_commands() -> dict[str, str]:
    """Return every command's line by its name, also those that distributions add."""
    return {**COMMANDS, **_added()}


def _added() -> dict[str, str]:
    """Return the commands that distributions add: an entry point's extras are not used, its module's docstring is."""
    return {entry.name: f"see `apex-assurance {entry.name} --help`" for entry in entry_points(group=GROUP)}


def load_command(name: str) -> Command:
    """Return the module of a command, by its name."""
    added = {entry.name: entry.value for entry in entry_points(group=GROUP)}
    make_importable()  # a command of the suite's other rooms, such as `falsify`, lies beside this package or in it
    # A module is what it offers; mypy cannot see that of one imported by name.
    ours = f"assurance.command_line.commands.{name.replace('-', '_')}"
    return cast("Command", importlib.import_module(added.get(name, ours)))
