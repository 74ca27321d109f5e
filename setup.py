"""Lays the suite's files inside the package, so that a wheel has one top-level name; the rest is in pyproject.toml."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
# What the commands need of a checkout; `assurance.home` finds it in either place.
LAID = ("checks", "falsification", "fixtures", "sandbox", "environments", "baselines")
FILES = ("conftest.py", "pytest.ini")
REVISION = "revision.txt"
LITTER = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


def source_revision() -> str:
    """Return the commit that is built: told by the builder, kept in a source distribution, or git's."""
    told = os.environ.get("SOURCE_REVISION", "")
    kept = ROOT / REVISION
    if told or kept.is_file():
        return told or kept.read_text(encoding="utf-8").strip()
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        return ""
    command = ["git", "rev-parse", "--verify", "HEAD"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


class LayOut(build_py):
    """Builds the package with the suite's files in it; an editable installation uses those of the checkout."""

    def run(self) -> None:
        """Build."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "assurance" / "_suite"
        shutil.rmtree(target, ignore_errors=True)
        for name in LAID:
            shutil.copytree(ROOT / name, target / name, ignore=LITTER)
        for name in FILES:
            shutil.copyfile(ROOT / name, target / name)
        (target / REVISION).write_text(f"{source_revision()}\n", encoding="utf-8")

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Return every file that was built."""
        laid = (Path(self.build_lib) / "assurance" / "_suite").rglob("*")
        return [*super().get_outputs(include_bytecode), *(str(path) for path in sorted(laid) if path.is_file())]


setup(cmdclass={"build_py": LayOut})
