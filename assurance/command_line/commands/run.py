"""Judge an environment: the suite's checks, and checks of your own beside them.

WHAT is one or more of: a family (security, smoke, ...), `gate pre`, `gate post`, `gate closing`, `nightly`, or a path
of your own checks. Without it everything is judged. Exit status: 0 GO, 1 NO-GO, 10 INCONCLUSIVE, 2 to 5 no decision.

  apex-assurance run --env prod
  apex-assurance run --env environments/prod.toml security smoke
  apex-assurance run --env prod gate pre --release release.toml --change CR-2026-0042
  apex-assurance run --env prod security my_checks --pytest="-x -k own"
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from assurance.environment import find
from assurance.environment.values import Vantage
from assurance.errors import UsageError
from assurance.home import make_importable, places, suite_root

FOLDER = Path("environments")
GATES = MappingProxyType({"pre": "pre_deployment", "post": "post_deployment", "closing": "closing"})
# Options of pytest that this command takes under the same name; each needs a value.
PASSED = (
    ("replay", "DIR", "answer only from the tape in DIR"),
    ("reports", "DIR", "where evidence packs go"),
    ("baseline", "FILE|DIR", "the baseline to compare with"),
    ("waivers", "FILE", "the waivers that apply"),
    ("release", "FILE", "what is deployed, and where its pipeline left its reports"),
    ("change", "CR|FILE", "the change that this run belongs to"),
    ("plan", "FILE", "what a deployment would change: it is judged as if it had been made"),
    ("plan-parameters", "FILE", "the parameter file of a planned template"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("what", nargs="*", metavar="WHAT", help="what is judged (everything)")
    parser.add_argument("--env", required=True, metavar="NAME|FILE", help="a name in environments/, or a TOML file")
    parser.add_argument("--vantage", choices=get_args(Vantage), help="where the suite runs from")
    for name, metavar, text in PASSED:
        parser.add_argument(f"--{name}", metavar=metavar, help=text)
    parser.add_argument("--allow-not-live", action="store_true", help="let a gate rest on a tape or on stand-ins")
    parser.add_argument("--pytest", default="", metavar="WORDS", help="further words for pytest")


def run(arguments: argparse.Namespace) -> int:
    """Judge.

    Raises:
        UsageError: There is no such environment, or nothing of a name to judge.
    """
    given = {name: getattr(arguments, name.replace("-", "_")) for name, _, _ in PASSED}
    words = [f"--env={find(arguments.env, FOLDER).absolute()}", *selection(arguments.what)]
    words += [f"--vantage={arguments.vantage}"] if arguments.vantage is not None else []
    words += [f"--{name}={value}" for name, value in given.items() if value is not None]
    words += ["--allow-not-live"] if arguments.allow_not_live else []
    return judge([*words, *shlex.split(arguments.pytest)])


def judge(words: Sequence[str]) -> int:
    """Run pytest on the suite's checks as in a checkout; their names do not depend on where the suite is installed."""
    import pytest

    make_importable()
    return int(pytest.main([*places(), *words]))


def selection(what: Sequence[str]) -> list[str]:
    """Return the words by which pytest judges what was asked for.

    Raises:
        UsageError: A word names nothing that can be judged.
    """
    checks = suite_root() / "checks"
    paths, markers = [], []
    gate = False
    remaining = iter(what)
    for word in remaining:
        if word == "gate":
            gate = True
            markers.append(_gate(remaining))
        elif word == "nightly":
            markers.append("nightly")
        elif (checks / word).is_dir() and word.isidentifier():
            paths.append(str(checks / word))
        elif Path(word.partition("::")[0]).exists():
            paths.append(word)
        else:
            raise UsageError(f"there is nothing to judge by the name {word!r}: {_known(checks)}, or give a path")
    words = ["--gate"] if gate else []
    return [*words, *([f"-m={' or '.join(markers)}"] if markers else []), *(paths or [str(checks)])]


def _gate(words: Iterator[str]) -> str:
    name = next(words, "")
    if name not in GATES:
        raise UsageError(f"`gate` is followed by one of {', '.join(GATES)}; it was followed by {name or 'nothing'!r}")
    return GATES[name]


def _known(checks: Path) -> str:
    families = sorted(path.name for path in checks.iterdir() if path.is_dir() and path.name.isidentifier())
    return f"give {', '.join(name for name in families if not name.startswith('_'))}, gate pre|post|closing, nightly"
