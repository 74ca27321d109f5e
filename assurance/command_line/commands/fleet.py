"""Judge many environments, each as a run of its own: `fleet environments/*.toml -- checks/security -m nightly`.

What stands behind `--` goes to pytest; the suite's `checks/...` are found from any folder. One environment that cannot
be read never stops the others. The exit status is the worst: 1 NO-GO, 4 not judged, 10 INCONCLUSIVE, 0 GO. With
`--matrix` nothing is judged: a pipeline's matrix is printed, by which each environment has a job of its own.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from assurance.command_line.fleet.outcomes import status_of
from assurance.command_line.fleet.running import Fleet, FleetOptions, matrix
from assurance.command_line.fleet.telling import PAGE, begun, document, lines, page
from assurance.command_line.output import CommandStatus, add_json, print_json, waiting
from assurance.environment.suite_tables import reports_directory
from assurance.errors import UsageError
from assurance.evidence.pack import write_whole
from assurance.home import places, suite_root
from assurance.reporting.wording import counted

OURS = ("--env", "--replay", "--reports", "--run-id")
LONGEST_MINUTES = 60.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="environment files")
    parser.add_argument("--jobs", type=int, metavar="N", help="how many are judged at once (the number of cores)")
    parser.add_argument(
        "--timeout", type=float, default=LONGEST_MINUTES, metavar="MINUTES", help="how long one run may take (60)"
    )
    parser.add_argument("--reports", type=Path, metavar="DIR", help="where packs go (APEX_REPORTS, or reports)")
    parser.add_argument("--matrix", choices=("github", "azure"), help="print the matrix of a pipeline instead")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judge every environment, write the page, and tell of all.

    Raises:
        UsageError: An option is wrong, or the page cannot be written.
    """
    files = list(dict.fromkeys(arguments.files))
    if arguments.matrix is not None:
        print(matrix(arguments.matrix, files))
        return CommandStatus.YES
    reports: Path = arguments.reports or reports_directory(None, os.environ, Path.cwd())
    fleet = Fleet(_options(arguments, reports))
    path = reports / PAGE
    _write(path, begun(len(files)))
    with waiting(f"judging {counted(len(files), 'environment')}"):
        outcomes = fleet.judge(files)
    broken = fleet.was_interrupted
    ended = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    _write(path, page(outcomes, reports, ended=ended, interrupted=broken))
    if arguments.as_json:
        print_json(document(outcomes, path, interrupted=broken))
    else:
        print("\n".join(lines(outcomes, str(path), interrupted=broken)))
    return CommandStatus.INTERRUPTED if broken else status_of(outcomes)


def _options(arguments: argparse.Namespace, reports: Path) -> FleetOptions:
    jobs = arguments.jobs if arguments.jobs is not None else len(os.sched_getaffinity(0))
    if jobs < 1:
        raise UsageError(f"--jobs {jobs}: 1 or more were expected")
    if not 0 < arguments.timeout <= 7 * 24 * 60:
        raise UsageError(f"--timeout {arguments.timeout:g}: more than 0 and at most 10080 minutes were expected")
    for word in arguments.behind:
        if word.partition("=")[0] in OURS:
            raise UsageError(f"{word}: the fleet gives this to each run itself; leave it out behind --")
    return FleetOptions(reports, jobs, arguments.timeout * 60, _with_checks(arguments.behind), places())


def _with_checks(words: Sequence[str]) -> tuple[str, ...]:
    """Return words for pytest with the suite's own checks as paths, all of them where none is named."""
    root = suite_root()
    checks = (root / "checks").resolve()
    rooted = [str(root / word) if _is_ours(word, root) else word for word in words]
    named = [word for word in rooted if not word.startswith("-") and Path(word.partition("::")[0]).exists()]
    return tuple(rooted) if named else (*rooted, str(checks))


def _is_ours(word: str, root: Path) -> bool:
    path = word.partition("::")[0]
    is_named = path == "checks" or path.startswith("checks/")
    return is_named and not Path(path).exists() and (root / path).exists()


def _write(path: Path, content: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content.encode("utf-8", "replace"))
    except OSError as error:
        raise UsageError(
            f"{path}: the page cannot be written: {error.strerror or error}; give another --reports"
        ) from error
