"""Makes the bundled tapes again: `python -m sandbox.record` runs all checks of an environment against the sandbox.

The tape says of itself that it was made from the sandbox.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sandbox import Sandbox
from sandbox.declared_estate import declared_estate
from sandbox.toml_text import toml_text

ROOT = Path(__file__).parent.parent


def record(environment: str, destination: Path) -> None:
    """Run all checks of `environment` against the sandbox and keep the tape in `destination`.

    Raises:
        subprocess.CalledProcessError: The run was not GO; its output is on the terminal, and the old tape is kept.
    """
    base = ROOT / "environments" / f"{environment}.toml"
    estate = declared_estate(environment, base)
    with Sandbox(environment, estate) as sandbox, tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "environment.toml"
        file.write_text(toml_text({"extends": str(base), **sandbox.overlay()}), encoding="utf-8")
        reports = Path(directory) / "reports"
        command = [sys.executable, "-m", "pytest", "checks", "--env", str(file), "--reports", str(reports)]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **sandbox.environment_variables()}, check=True)  # noqa: S603
        [tape] = reports.glob(f"{environment}/*/tape")
        shutil.rmtree(destination, ignore_errors=True)
        shutil.copytree(tape, destination)


def main() -> None:
    """Record the environment that the command line names, production by default."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.record", description=__doc__)
    parser.add_argument("environment", nargs="?", default="prod")
    environment = parser.parse_args().environment
    record(environment, ROOT / "fixtures" / "recordings" / environment)


if __name__ == "__main__":
    main()
