"""Scripts that complete `apex-assurance` in bash, zsh and fish: made from the commands' own parsers, static.

A static script answers at once; one that asks Python at each press of the key takes a third of a second. Names of
environments are looked up by the shell, in `environments/`.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

ENVIRONMENTS = 'for one in environments/*.toml; do test -e "$one" && basename "$one" .toml; done'


@dataclass(frozen=True, slots=True)
class Words:
    """What can follow a command: its options, the choices of those that have any, and its subcommands."""

    options: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]
    subcommands: tuple[str, ...]


def words_of(parser: argparse.ArgumentParser) -> Words:
    """Return what a parser takes; of its subcommands, the options too."""
    options: list[str] = []
    choices: dict[str, tuple[str, ...]] = {}
    subcommands: list[str] = []
    for subparser in _parsers(parser):
        for action in subparser._actions:
            if isinstance(action, argparse._SubParsersAction):
                subcommands += [str(name) for name in action.choices]
            elif action.help != argparse.SUPPRESS:
                options += action.option_strings
                for option in action.option_strings:
                    if action.choices is not None:
                        choices[option] = tuple(str(choice) for choice in action.choices)
    return Words(tuple(dict.fromkeys(options)), choices, tuple(subcommands))


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for choice in action.choices.values():
                yield from _parsers(choice)


def script(shell: str, commands: Mapping[str, Words], lines: Mapping[str, str]) -> str:
    """Return the script of a shell.

    Args:
        shell: `bash`, `zsh` or `fish`.
        commands: What can follow each command.
        lines: What each command does, in one line.
    """
    return _fish(commands, lines) if shell == "fish" else _bash(commands, zsh=shell == "zsh")


def _bash(commands: Mapping[str, Words], *, zsh: bool) -> str:
    cases = []
    for name, words in commands.items():
        values = "".join(
            f'        {option}) COMPREPLY=($(compgen -W {shlex.quote(" ".join(chosen))} -- "$word")); return;;\n'
            for option, chosen in words.choices.items()
        )
        known = shlex.quote(" ".join([*words.subcommands, *words.options]))
        cases.append(f'    {name})\n      case "$before" in\n{values}      esac\n      known={known};;\n')
    head = "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n" if zsh else ""
    names = shlex.quote(" ".join(commands))
    return (
        f"# Completion of apex-assurance. In {'zsh' if zsh else 'bash'}: "
        f"source <(apex-assurance completion {'zsh' if zsh else 'bash'})\n{head}"
        "_apex_assurance() {\n"
        '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" known=""\n'
        f'  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W {names} -- "$word")); return; fi\n'
        f'  if [ "$before" = --env ]; then COMPREPLY=($(compgen -W "$({ENVIRONMENTS})" -- "$word")); return; fi\n'
        '  case "${COMP_WORDS[1]}" in\n' + "".join(cases) + "  esac\n"
        '  COMPREPLY=($(compgen -W "$known" -- "$word"))\n'
        "}\n"
        "complete -o default -F _apex_assurance apex-assurance\n"
    )


def _fish(commands: Mapping[str, Words], lines: Mapping[str, str]) -> str:
    script = ["# Completion of apex-assurance. In fish: apex-assurance completion fish | source"]
    begin = "complete -c apex-assurance"
    for name, words in commands.items():
        script.append(f"{begin} -n __fish_use_subcommand -f -a {name} -d {shlex.quote(lines[name])}")
        seen = f"{begin} -n '__fish_seen_subcommand_from {name}'"
        script += [f"{seen} -f -a {subcommand}" for subcommand in words.subcommands]
        for option in words.options:
            if option == "--env":
                script.append(f'{seen} -l env -r -a "(path basename -E environments/*.toml)"')
            elif option.startswith("--"):
                chosen = f" -r -f -a {shlex.quote(' '.join(words.choices[option]))}" if option in words.choices else ""
                script.append(f"{seen} -l {option[2:]}{chosen}")
    return "\n".join(script) + "\n"
