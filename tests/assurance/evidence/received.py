"""Packs as a stranger would send them: whole and unsigned, with code in them wherever something may run it."""

from __future__ import annotations

import textwrap
from pathlib import Path

from tests.assurance.evidence.packs import list_anew

# Names that something imports, collects or obeys: pytest, Python's start, the suite itself.
CODE = (
    "conftest.py",
    "evil.py",
    "test_evil.py",
    "setup.py",
    "sitecustomize.py",
    "usercustomize.py",
    "__init__.py",
    "json.py",
    "tomllib.py",
    "pytest.py",
    "pytest_html.py",
    "assurance/__init__.py",
    "assurance/suite/plugin.py",
    "checks/__init__.py",
    "checks/conftest.py",
    "fixtures/__init__.py",
    "tests/conftest.py",
    "tests/test_evil.py",
)
SETTINGS = {
    "pytest.ini": "[pytest]\npythonpath = .\naddopts = -p evil\n",
    "tox.ini": "[pytest]\npythonpath = .\naddopts = -p evil\n",
    "setup.cfg": "[tool:pytest]\npythonpath = .\naddopts = -p evil\n",
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = "."\naddopts = "-p evil"\n',
    "evil.pth": "import evil\n",
}


def plant(folder: Path, marks: Path, settings: bool = True) -> None:
    """Put code into a folder that leaves a file in `marks`, named for the file that was run."""
    marks.mkdir(exist_ok=True)
    for name in CODE:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        code = f"""
            from pathlib import Path
            Path({str(marks)!r}, {name.replace("/", "-")!r}).touch()
            def test_evil():
                pass
        """
        path.write_text(textwrap.dedent(code), encoding="utf-8")
    for name, text in SETTINGS.items() if settings else ():
        (folder / name).write_text(text, encoding="utf-8")


def plant_in_pack(directory: Path, marks: Path, settings: bool = True) -> None:
    """Put code into a pack, and list it in the manifest as a forger would."""
    plant(directory, marks, settings)
    list_anew(directory)


def run_from(marks: Path) -> list[str]:
    """Return the names of the planted files that were run."""
    return sorted(path.name for path in marks.iterdir())
