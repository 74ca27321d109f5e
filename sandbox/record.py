"""Makes what is bundled again: `python -m sandbox.record` runs all checks of an environment against the sandbox.

The tape says of itself that it was made from the sandbox; beside it stands the baseline that its drift is told from.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import tomli_w

from sandbox import Sandbox
from sandbox.azure.azure_estate import declared_estate, declared_object_ids

ROOT = Path(__file__).parent.parent


def record(environment: str, destination: Path) -> None:
    """Run all checks of `environment` against the sandbox and keep the tape in `destination`.

    Raises:
        subprocess.CalledProcessError: The run was not GO; its output is on the terminal, and the old tape is kept.
    """
    base = ROOT / "environments" / f"{environment}.toml"
    estate = declared_estate(environment, base)
    people = declared_object_ids(base)
    with Sandbox(environment, estate, object_ids=people) as sandbox, tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "environment.toml"
        file.write_text(tomli_w.dumps({"extends": str(base), **sandbox.overlay()}), encoding="utf-8")
        reports = Path(directory) / "reports"
        variables = {**os.environ, **sandbox.environment_variables()}
        command = [sys.executable, "-m", "pytest", "checks", "--env", str(file), "--reports", str(reports)]
        baselines = _approve(command, variables, reports, Path(directory))
        shutil.rmtree(reports)
        subprocess.run([*command, "--baseline", str(baselines)], cwd=ROOT, env=variables, check=True)  # noqa: S603  (our own command, with arguments of our own)
        [tape] = reports.glob(f"{environment}/*/tape")
        shutil.rmtree(destination, ignore_errors=True)
        # The sandbox knows nothing of the engine, which writes a tape in one file.
        bundle = [sys.executable, "-m", "assurance.tape.bundle", str(tape), str(destination)]
        subprocess.run(bundle, cwd=ROOT, check=True)  # noqa: S603  (our own module, on directories of our own)
        shutil.copyfile(baselines / f"{environment}.json", destination / "baseline.json")


def make_baseline(environment: str, destination: Path) -> None:
    """Make what an environment's stand-ins are the baseline of that environment.

    Raises:
        subprocess.CalledProcessError: It could not be made, or not everything holds when judged with it.
    """
    with tempfile.TemporaryDirectory() as directory:
        reports = Path(directory) / "reports"
        command = [sys.executable, "-m", "pytest", "checks", "--env", environment, "--reports", str(reports)]
        baselines = _approve(command, dict(os.environ), reports, Path(directory))
        subprocess.run([*command, "--baseline", str(baselines)], cwd=ROOT, check=True)  # noqa: S603  (our own command, with arguments of our own)
        destination.parent.mkdir(exist_ok=True)
        shutil.copyfile(baselines / f"{environment}.json", destination)


def _approve(command: list[str], variables: dict[str, str], reports: Path, directory: Path) -> Path:
    """Judge everything, and make that the baseline, whatever it differs in from an older one; return where it is."""
    subprocess.run(command, cwd=ROOT, env=variables, check=False)  # noqa: S603  (our own command, with arguments of our own)
    [pack] = (path.parent for path in reports.glob("*/*/results.json"))
    words = ["--approver", "the sandbox", "--change", "sandbox", "--into", str(directory / "baselines")]
    words += ["--accept-findings", "The stand-ins themselves were changed."]
    approve = [str(Path(sys.executable).with_name("apex-assurance")), "baseline", "approve", str(pack), *words]
    subprocess.run(approve, cwd=ROOT, env=variables, check=True)  # noqa: S603  (our own command, with arguments of our own)
    return directory / "baselines"


def main() -> None:
    """Record the environment that the command line names, production by default, and the sandbox's baseline."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.record", description=__doc__)
    parser.add_argument("environment", nargs="?", default="prod")
    environment = parser.parse_args().environment
    record(environment, ROOT / "fixtures" / "recordings" / environment)
    make_baseline("sandbox", ROOT / "baselines" / "sandbox.json")


if __name__ == "__main__":
    main()
