"""`apex-assurance falsify`: prove that the checks can fail; exit status 0 if our bar is met, 1 if not."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from assurance.command_line.output import add_json, print_json
from assurance.home import suite_root
from assurance.judging.controls import CONTROLS
from falsification import report
from falsification.judge import Kind, Score
from falsification.report import page
from falsification.score import compute, tasks

DOCUMENT = suite_root() / "docs" / "falsifiability.md"
PROCESSES = 2


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--control", choices=tuple(CONTROLS), metavar="ID", help="try one control, such as SEC-06")
    parser.add_argument("--processes", type=_positive, default=PROCESSES, metavar="N", help="how many share the work")
    parser.add_argument("--write", action="store_true", help="write the score down")
    parser.add_argument("--document", type=Path, default=DOCUMENT, metavar="FILE", help="where")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compute the score, print it and, if asked to, write it down."""
    started = time.monotonic()
    score = compute(tasks(arguments.control), arguments.processes, _progress)
    if arguments.as_json:
        print_json(told(score))
    else:
        print(f"\n{report.table(score)}\n\n{_verdict(score)} {time.monotonic() - started:.0f} s.")
    if arguments.write:
        _write(score, arguments.document)
    return 0 if score.is_met else 1


def told(score: Score) -> dict[str, object]:
    """Return the score for a program: of each control how much was judged, and how much of it wrongly."""
    kinds: tuple[Kind, ...] = ("violation", "harmless", "inability")
    controls = [control for control in CONTROLS if any(result.control == control for result in score.results)]
    return {
        "is_met": score.is_met,
        "controls": {
            control: {kind: dict(zip(("wrong", "judged"), score.counts(kind, control), strict=True)) for kind in kinds}
            for control in controls
        },
        "survivors": score.survivors,
    }


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a whole number of at least 1 was expected")
    return number


def _progress(done: int, total: int) -> None:
    end = "" if sys.stderr.isatty() else "\n"
    if sys.stderr.isatty() or done == total or done % 240 == 0:
        print(f"\r{done} of {total} worlds judged", end=end, file=sys.stderr, flush=True)


def _verdict(score: Score) -> str:
    if score.is_met:
        return "No survivors."
    return "\n".join(("Survivors:", *(f"  {survivor}" for survivor in score.survivors), ""))


def _write(score: Score, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    document = report.document(score)
    path.write_text(document, encoding="utf-8")
    as_page = path.with_suffix(".html")
    as_page.write_text(page(document), encoding="utf-8")
    print(f"Written to {path}, and as a page to {as_page}.", file=sys.stderr)
