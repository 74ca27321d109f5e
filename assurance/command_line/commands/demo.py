"""Judge the sandbox: stand-ins for Azure, DNS and APEX on this machine. No Azure account, no network, some 20 seconds.

Exit status: that of the run, which is GO unless something here is broken.
"""

from __future__ import annotations

import argparse
import os
import threading
import webbrowser
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from assurance.command_line.commands.run import judge
from assurance.environment.suite_tables import reports_directory
from assurance.errors import UsageError
from assurance.home import suite_root

NAME = "sandbox"
# What the stand-ins need beside the suite; one of each extra that they are installed by.
NEEDED = ("cryptography", "fastapi", "uvicorn")
SLOW = ("fastapi", "uvicorn")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--open", action="store_true", help="open the report in the browser")


def run(arguments: argparse.Namespace) -> int:
    """Judge the sandbox, and tell where the report is.

    Raises:
        UsageError: The stand-ins' packages are not installed.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the stand-ins need {', '.join(missing)}, not installed here: pip install 'apex-assurance[sandbox]'"
        )
    # APEX is called late, and its stand-in would otherwise import these while a first caller waits.
    threading.Thread(target=_import, args=(SLOW,), daemon=True).start()
    root = suite_root()
    reports = reports_directory(None, os.environ, Path.cwd())
    before = set(reports.glob(f"{NAME}/*/report.html"))
    print("Judging all controls against stand-ins on this machine: no Azure account is asked for.", flush=True)
    baseline = root / "baselines" / f"{NAME}.json"
    words = (f"--env={root / 'environments' / NAME}.toml", f"--baseline={baseline}", f"--reports={reports}")
    status = judge([*words, str(root / "checks")])
    for report in sorted(set(reports.glob(f"{NAME}/*/report.html")) - before):
        print(f"The report opens in any browser: {report.as_uri()}")
        if arguments.open:
            webbrowser.open(report.as_uri())
    return status


def _import(names: Iterable[str]) -> None:
    for name in names:
        import_module(name)
