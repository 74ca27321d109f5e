"""Write an environment file from what is deployed, planned or recorded; what only people know is a marked question."""

from __future__ import annotations

import argparse
import logging
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from assurance.discovery.draft import Value, as_value, gains
from assurance.discovery.found import Found, read_tape
from assurance.discovery.proposal import Circumstances, Proposal, name_from, propose
from assurance.environment import Environment
from assurance.environment.loading import FOLDER, find, load
from assurance.environment.values import Vantage
from assurance.errors import UsageError

WORDS = {"yes": True, "true": True, "no": False, "false": False}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    source = parser.add_mutually_exclusive_group(required=False)
    source.add_argument("--from-tape", metavar="DIR", type=Path, help="a tape, or the evidence pack that holds it")
    source.add_argument("--from-template", metavar="FILE", type=Path, help="a compiled ARM template (bicep build)")
    source.add_argument(
        "--from-what-if", metavar="FILE", type=Path, help="a what-if result, or a Terraform plan, as JSON"
    )
    parser.add_argument("--subscription", metavar="ID", default="", help="the deployment's subscription")
    parser.add_argument("--resource-group", metavar="NAME", default="", help="its resource group")
    parser.add_argument("--parameters", metavar="FILE", type=Path, help="the parameter file of a template")
    parser.add_argument(
        "--access-of",
        metavar="NAME|FILE",
        help="take cloud, sign-in and views from this environment file; else Azure's public cloud and az login",
    )
    parser.add_argument("--name", default="", help="what the environment is called; else after the resource group")
    parser.add_argument("--vantage", choices=("inside", "outside", "both"), help="from where the suite runs")
    parser.add_argument("--output", metavar="FILE", type=Path, help="where the file goes; else environments/NAME.toml")
    parser.add_argument("--interactive", action="store_true", help="ask the questions here, each with its default")
    parser.add_argument("--diff", metavar="NAME|FILE", help="write nothing; show what this file would gain")


def run(arguments: argparse.Namespace) -> int:
    """Find, propose, and write the file whole or not at all; never over one that is there.

    Raises:
        UsageError: Nothing was found, the file is there already, or it cannot be written.
    """
    proposal = _proposed(arguments)
    if arguments.diff is not None:
        return _show_gain(arguments.diff, proposal)
    path = arguments.output or FOLDER / f"{proposal.environment.name}.toml"
    _write_new(path, _with_schema(path, proposal.text))
    count = len(proposal.questions)
    print(f"Written to {path}: {count} question{'' if count == 1 else 's'} to answer, each marked QUESTION.")
    for question in proposal.questions:
        print(f"  {question}")
    print(f"Next: apex-assurance doctor --env {path}")
    return 0


def _proposed(arguments: argparse.Namespace) -> Proposal:
    name: str = arguments.name
    both: tuple[Vantage, ...] = ("inside", "outside")
    looked_from: tuple[Vantage, ...] = ()
    access = load(find(arguments.access_of, FOLDER, "--access-of")) if arguments.access_of else None
    if arguments.from_tape is not None:
        discovered, tape = read_tape(arguments.from_tape)
        name = name or tape.header.environment
        looked_from = tuple(vantage for vantage in both if vantage in tape.header.vantage)
    elif arguments.from_template is not None or arguments.from_what_if is not None:
        from assurance.discovery.found import read_planned

        plan = arguments.from_template or arguments.from_what_if
        discovered = read_planned(plan, arguments.parameters, arguments.subscription, arguments.resource_group)
    else:
        discovered = _from_azure(arguments, access)
    vantage: dict[str, tuple[Vantage, ...]] = {"inside": ("inside",), "outside": ("outside",)}
    looked_from = vantage.get(arguments.vantage, both) if arguments.vantage else looked_from
    return propose(discovered, Circumstances(name, looked_from, access, _ask if arguments.interactive else None))


def _ask(key: str, question: str, default: Value) -> Value:
    """Ask on the terminal; an empty line, or the end of what is typed, is the default."""
    while True:
        try:
            typed = input(f"{key}: {question}\n  [{as_value(default)}] ").strip()
        except EOFError:
            return default
        try:
            return _typed(typed, default) if typed else default
        except (ValueError, KeyError):
            print(f"  {typed} is no such value; one like {as_value(default)} was expected")


def _typed(text: str, default: Value) -> Value:
    """Return what was typed as a value of the default's kind: texts need no quotes, lists no brackets.

    Raises:
        ValueError: It is none.
        KeyError: It is no word for yes or no.
    """
    if isinstance(default, str):
        return text
    if isinstance(default, bool):
        return WORDS[text.casefold()]
    if isinstance(default, (int, float)):
        return type(default)(text)
    if isinstance(default, Mapping):
        answer: Value = tomllib.loads(f"value = {text}")["value"]
        return answer
    return [part.strip(" \"'") for part in text.strip("[]").split(",") if part.strip(" \"'")]


def _from_azure(arguments: argparse.Namespace, access: Environment | None) -> Found:
    from assurance.discovery.from_azure import public_access, read_azure

    if not arguments.subscription or not arguments.resource_group:
        raise UsageError(
            "give --subscription ID and --resource-group NAME, or a source without Azure: --from-tape, --from-template "
            "or --from-what-if"
        )
    # The SDK warns of kinds of resource that its models do not know; what is read is the body.
    logging.getLogger("azure").setLevel(logging.ERROR)
    name = arguments.name or name_from(arguments.resource_group)
    place = {"name": name, "subscription_id": arguments.subscription, "resource_group": arguments.resource_group}
    return read_azure((access or public_access()).model_copy(update=place))


def _with_schema(path: Path, text: str) -> str:
    """Return the file without its first line, which names the schema, where the schema is not at that place."""
    is_there = (path.parent.parent / "docs" / "environment.schema.json").is_file()
    return text if is_there else text.partition("\n")[2]


def _write_new(path: Path, text: str) -> None:
    """Write a file that must not be there; a reader sees all of it or nothing.

    Raises:
        UsageError: It is there, or cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        try:
            os.link(partial, path)  # unlike a rename, this fails where the file exists
        finally:
            partial.unlink()
    except FileExistsError as error:
        raise UsageError(
            f"{path}: is there already, and init overwrites nothing; give --output FILE, or --diff {path} to see what "
            "it would gain"
        ) from error
    except OSError as error:
        raise UsageError(f"{path}: the file cannot be written: {error.strerror}") from error


def _show_gain(name_or_file: str, proposal: Proposal) -> int:
    """Print what a file would gain.

    Raises:
        EnvironmentFileError: There is no such file, or it is wrong.
    """
    sentences = gains(load(find(name_or_file, FOLDER, "--diff")), proposal.environment)
    print("\n".join(sentences) if sentences else "Nothing: the file has all that init would write.")
    return 0
