"""Judges a pack again from its own tape and environment, in a process of its own, without network or credential."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import assurance
from assurance.evidence import pack
from assurance.evidence.pack import ENVIRONMENT, RESULTS, PackError

ROOT = Path(assurance.__file__).resolve().parent.parent
WAIVERS = "waivers.toml"
# Only these, since whatever else is installed here is no part of judging: pytest's own autoloading is switched off.
PLUGINS = ("pytest_metadata.plugin", "pytest_html.plugin", "assurance.evidence.rederiving")
# What would change how pytest runs; the credential's variables stay, a replay asks for none.
HIDDEN = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT")
SHOWN_LINES = 6


@dataclass(frozen=True, slots=True)
class Rerun:
    """What a pack came to when it was judged again.

    Attributes:
        verdicts: The verdict records by check, as `results.json` has them.
        questions: What each key is made of that was asked for.
        contents: The text behind digests that questions are made with.
    """

    verdicts: Mapping[str, Mapping[str, Any]]
    questions: Mapping[str, Sequence[str]]
    contents: Mapping[str, str]


def judge_again(directory: Path, results: Mapping[str, Any]) -> Rerun:
    """Judge the cases of a pack again.

    Raises:
        PackError: It cannot be judged again: the message says why.
    """
    cases = [verdict["check"] for verdict in results["verdicts"]]
    with tempfile.TemporaryDirectory(prefix="apex-verify-") as name:
        scratch = Path(name)
        (scratch / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
        (scratch / "none.toml").write_text("", encoding="utf-8")
        waivers = directory / WAIVERS
        command = [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *(word for plugin in PLUGINS for word in ("-p", plugin)),
            *("--rootdir", str(ROOT), "--config-file", str(ROOT / "pytest.ini")),
            *("--only-cases", str(scratch / "cases.json"), "--questions", str(scratch / "questions.json")),
            *("--env", str(directory / ENVIRONMENT), "--replay", str(directory), "--reports", str(scratch)),
            *("--waivers", str(waivers if waivers.is_file() else scratch / "none.toml")),
            *_vantage(results["run"]["vantage"]),
            *_check_files(cases),
        ]
        return _run(command, scratch)


def _run(command: Sequence[str], scratch: Path) -> Rerun:
    variables = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    variables["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    ended = subprocess.run(  # noqa: S603  (our own pytest; of the pack only paths of existing check files are in it)
        command, cwd=ROOT, env=variables, capture_output=True, text=True, errors="replace", check=False
    )
    found = list(scratch.glob(f"*/*/{RESULTS}"))
    questions = scratch / "questions.json"
    if len(found) != 1 or not questions.is_file():
        told = [line for line in (ended.stderr + ended.stdout).splitlines() if line.strip()][-SHOWN_LINES:]
        raise PackError(f"the pack cannot be judged again (pytest ended with {ended.returncode}): {' | '.join(told)}")
    document = pack.read_json(found[0], "the results of judging again")
    asked = json.loads(questions.read_text(encoding="utf-8"))
    verdicts = {verdict["check"]: verdict for verdict in document["verdicts"]}
    return Rerun(verdicts, asked["questions"], asked["contents"])


def _vantage(vantages: Sequence[str]) -> tuple[str, ...]:
    """Return the option of a run that looked from one vantage only, whatever its tape holds."""
    return ("--vantage", vantages[0]) if len(vantages) == 1 and vantages[0] in {"inside", "outside"} else ()


def _check_files(cases: Iterable[str]) -> list[str]:
    """Return the check files of cases, of which each must be one of this suite: a pack must not name code to run.

    Raises:
        PackError: A file is not there, or lies elsewhere.
    """
    files = sorted({case.partition("::")[0] for case in cases if case.partition("::")[0].endswith(".py")})
    for name in files:
        path = PurePosixPath(name)
        inside = not path.is_absolute() and ".." not in path.parts and not name.startswith("-")
        if not inside or not (ROOT / name).is_file() or not (ROOT / name).resolve().is_relative_to(ROOT):
            raise PackError(
                f"the pack cannot be judged again: {name} is no check file of this suite at {ROOT.name}; verify with "
                "the version that made the pack"
            )
    if not files:
        raise PackError("the pack cannot be judged again: it holds no verdict of a check")
    return files
