"""Print the script that completes commands and options in a shell: source <(apex-assurance completion bash)."""

from __future__ import annotations

import argparse

from assurance.command_line.completion import script, words_of
from assurance.command_line.main import all_commands, load_command


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell")


def run(arguments: argparse.Namespace) -> int:
    """Print the script."""
    lines = all_commands()
    words = {}
    for name in sorted(lines):
        parser = argparse.ArgumentParser(prog=name)
        load_command(name).configure(parser)
        words[name] = words_of(parser)
    print(script(arguments.shell, words, lines), end="")
    return 0
