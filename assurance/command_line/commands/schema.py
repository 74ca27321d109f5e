"""Print the JSON Schema of the environment file, for editors; or its reference, for people."""

from __future__ import annotations

import argparse

from assurance.environment.reference import markdown, schema


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--markdown", action="store_true", help="print docs/environment-file.md instead")


def run(arguments: argparse.Namespace) -> int:
    """Print it."""
    print(markdown() if arguments.markdown else schema(), end="")
    return 0
