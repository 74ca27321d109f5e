"""Judges a pack again from its own tape and environment, in a process of its own, without network or credential."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assurance.evidence import isolated, pack
from assurance.evidence.pack import ENVIRONMENT, RESULTS, PackError
from assurance.home import suite_root

ROOT = suite_root()
CHECKS = "checks"
WAIVERS = "waivers.toml"
# Only these: no conftest.py is loaded, and whatever else is installed here is no part of judging.
PLUGINS = ("assurance.suite.plugin", "assurance.evidence.rederiving")
# pytest's own, for what is of no use here: each costs a little in every case, or at the end.
NOT_NEEDED = ("cacheprovider", "faulthandler", "logging", "threadexception", "unraisableexception")
SETTINGS = "[pytest]\naddopts = --import-mode=importlib --strict-markers --strict-config\n"
# What a process needs to run at all. Everything else stays behind: what changes how Python or pytest runs, and secrets,
# which judging a tape does not need.
KEPT = frozenset(
    {"PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH", "SYSTEMROOT", "USERPROFILE"}
)
QUESTIONS, REPORTS = "questions.json", "reports"
SHOWN_LINES = 6
LONGEST_SECONDS = 900.0
"""Longer than any tape takes: a pack may be made to keep its judge busy."""


@dataclass(frozen=True, slots=True)
class Rerun:
    """What a pack came to when it was judged again.

    Attributes:
        verdicts: The verdict records by check, as `results.json` has them.
        questions: What each key is made of that was asked for.
        contents: The text behind digests that questions are made with.
        collected: The ids of the cases that the run's own selection collects.
        selected: Which controls that selects, as `results.json` has it.
        left_out: What the environment file leaves out against the guide.
    """

    verdicts: Mapping[str, Mapping[str, Any]]
    questions: Mapping[str, Sequence[str]]
    contents: Mapping[str, str]
    collected: Sequence[str]
    selected: Mapping[str, Any]
    left_out: tuple[str, ...]


def judge_again(directory: Path, results: Mapping[str, Any], *, by_id: bool = False) -> Rerun:
    """Judge again what the run of a pack selected: not the cases that the pack holds, of which some may be missing.

    Args:
        directory: The pack.
        results: Its results.
        by_id: Whether only the ids of its cases tell what was selected: under pseudonyms, expressions do not.

    Raises:
        PackError: It cannot be judged again: the message says why.
    """
    cases = sorted({verdict["check"] for verdict in results["verdicts"]}.union(results.get("collected", ())))
    given = _given(results, cases, by_id=by_id)
    paths = _check_paths(given["paths"])
    with tempfile.TemporaryDirectory(prefix="apex-verify-") as name:
        scratch = Path(name).resolve()
        (scratch / "selected.json").write_text(json.dumps({"given": given, "collected": cases}), encoding="utf-8")
        (scratch / "none.toml").write_text("", encoding="utf-8")
        (scratch / "pytest.ini").write_text(SETTINGS, encoding="utf-8")
        return _run([*_isolated_pytest(), *_words(directory.resolve(), scratch), *_vantage(results), *paths], scratch)


def _given(results: Mapping[str, Any], cases: Sequence[str], *, by_id: bool) -> dict[str, Any]:
    """Return by what the cases are to be collected; results of schema 1.1 do not tell, and are taken by their ids."""
    given: Mapping[str, Any] | None = results["run"].get("selected", {}).get("given")
    files = sorted({file for case in cases if (file := case.partition("::")[0]).endswith(".py")})
    if given is None:
        return {"paths": files, "keyword": "", "expression": "", "deselected": [], "by_id": True}
    return {**given, "keyword": "", "deselected": [], "by_id": True} if by_id else dict(given)


def _isolated_pytest() -> tuple[str, ...]:
    """Return the command that runs pytest apart from the current folder and from what variables add to the path."""
    specification = importlib.util.find_spec("pytest")
    if specification is None or specification.origin is None:
        raise PackError("the pack cannot be judged again: pytest is not installed beside the suite")
    libraries = Path(specification.origin).parent.parent
    return (sys.executable, "-I", str(Path(isolated.__file__).resolve()), str(ROOT), str(libraries))


def _words(directory: Path, scratch: Path) -> Iterator[str]:
    """Return pytest's options; each is one word with its value, since pytest takes lone values for test paths."""
    without = (f"-pno:{plugin}" for plugin in NOT_NEEDED)
    yield from ("-q", "--noconftest", *without, *(f"-p{plugin}" for plugin in PLUGINS))
    yield from (f"--rootdir={ROOT}", f"--config-file={scratch / 'pytest.ini'}")
    yield from (f"--selected={scratch / 'selected.json'}", f"--questions={scratch / QUESTIONS}", "--allow-not-live")
    yield from (f"--env={directory / ENVIRONMENT}", f"--replay={directory}", f"--reports={scratch / REPORTS}")
    waivers = directory / WAIVERS
    yield f"--waivers={waivers if waivers.is_file() else scratch / 'none.toml'}"


def _run(command: Sequence[str], scratch: Path) -> Rerun:
    variables = {name: value for name, value in os.environ.items() if name in KEPT or name.startswith("LC_")}
    variables["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    current = scratch / "empty"
    current.mkdir()
    try:
        ended = subprocess.run(  # noqa: S603  (our own pytest; of the pack nothing but its directory is in it)
            command, cwd=current, env=variables, capture_output=True, text=True, errors="replace", check=False,
            timeout=LONGEST_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise PackError(f"the pack cannot be judged again within {LONGEST_SECONDS:g} seconds") from error
    results = list((scratch / REPORTS).glob(f"*/*/{RESULTS}"))
    questions = scratch / QUESTIONS
    if len(results) != 1 or not questions.is_file():
        lines = [line for line in (ended.stderr + ended.stdout).splitlines() if line.strip()][-SHOWN_LINES:]
        raise PackError(f"the pack cannot be judged again (pytest ended with {ended.returncode}): {' | '.join(lines)}")
    document = pack.read_json(results[0], "the results of judging again")
    asked = json.loads(questions.read_text(encoding="utf-8"))
    verdicts = {verdict["check"]: verdict for verdict in document["verdicts"]}
    collected, selected = document["collected"], document["run"]["selected"]
    return Rerun(
        verdicts, asked["questions"], asked["contents"], collected, selected, tuple(document["run"]["left_out"])
    )


def _vantage(results: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the option of a run that looked from one vantage only, whatever its tape holds."""
    vantages = results["run"]["vantage"]
    return (f"--vantage={vantages[0]}",) if len(vantages) == 1 and vantages[0] in {"inside", "outside"} else ()


def _check_paths(given: Iterable[str]) -> list[str]:
    """Return the test paths of a selection, as the suite lists its own: a pack must not name code to run.

    Raises:
        PackError: One of them is no folder or file of the suite's checks.
    """
    files = ((ROOT / CHECKS).rglob(pattern) for pattern in ("test_*.py", "*/"))
    own = {path.relative_to(ROOT).as_posix(): str(path) for paths in files for path in paths}
    own |= dict.fromkeys((CHECKS, "."), str(ROOT / CHECKS))
    names = list(dict.fromkeys(path.partition("::")[0] for path in given))
    for name in names:
        if name not in own:
            raise PackError(
                f"the pack cannot be judged again: {name} is no check file of this suite at {ROOT.name}; verify with "
                "the version that made the pack"
            )
    if not names:
        raise PackError("the pack cannot be judged again: it names no check file that its run collected")
    return [own[name] for name in names]
