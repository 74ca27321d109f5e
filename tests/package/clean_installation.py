"""An installation of the wheel in an environment that holds the locked packages of a run, and nothing else."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements-sandbox.lock"
SOURCES = ("assurance", "baselines", "checks", "environments", "falsification", "fixtures", "sandbox")
FILES = ("MANIFEST.in", "LICENSE", "README.md", "conftest.py", "pyproject.toml", "pytest.ini", "setup.py")
BUILD = "import sys; from setuptools.build_meta import build_wheel; print(build_wheel(sys.argv[1]))"
NO_VARIABLES: Mapping[str, str] = MappingProxyType({})
SCRIPT = "import sys; from assurance.command_line.main import main; sys.exit(main())"


def build(directory: Path, revision: str = "0" * 40) -> Path:
    """Build the wheel from a copy of the sources in `directory`, and return its path."""
    source = directory / "source"
    for name in SOURCES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, source / name)
    variables = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "SOURCE_REVISION": revision}
    command = [sys.executable, "-c", BUILD, str(directory)]
    ended = subprocess.run(command, cwd=source, env=variables, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return directory / ended.stdout.splitlines()[-1]


@dataclass(frozen=True, slots=True)
class Installation:
    """The wheel, installed.

    Attributes:
        python: Its interpreter.
        suite: Where the suite's files are.
    """

    python: Path
    suite: Path

    def run(self, *words: object, cwd: Path, status: int = 0, variables: Mapping[str, str] = NO_VARIABLES) -> str:
        """Run `apex-assurance` in a folder, and return all that it says."""
        return self._run(["-c", SCRIPT, *map(str, words)], cwd, status, variables)

    def pytest(self, *words: object, cwd: Path, status: int = 0) -> str:
        """Run pytest as a user does, and return all that it says."""
        return self._run(["-c", "import sys, pytest; sys.exit(pytest.main())", *map(str, words)], cwd, status)

    def _run(self, words: list[str], cwd: Path, status: int, more: Mapping[str, str] = NO_VARIABLES) -> str:
        hidden = ("PYTEST_", "PYTHON", "APEX_", "AZURE_", "COV_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        command, variables = [str(self.python), *words], {**kept, **more}
        ended = subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, check=False)
        said = ended.stdout + ended.stderr
        assert ended.returncode == status, said[-6000:]
        return said


def install(wheel: Path, directory: Path) -> Installation:
    """Install the wheel, beside the packages of the lock that this environment has."""
    venv.create(directory, with_pip=False, symlinks=True)
    [packages] = directory.glob("lib/python3*/site-packages")
    for name in re.findall(r"^([\w.-]+)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE):
        _link(name, packages)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    return Installation(directory / "bin" / "python", packages / "assurance" / "_suite")


def _link(name: str, packages: Path) -> None:
    """Link the files of a distribution; one that this platform does not need is not here."""
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return
    for file in distribution.files or ():
        if ".." in file.parts or "__pycache__" in file.parts:
            continue
        target = packages / file
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.symlink_to(Path(str(file.locate())).resolve())
