"""The suite's packages are found by their names, and no other package is taken for one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from assurance.home import as_asked, places, suite_root

IMPORTED = "import sys, types; sys.modules['checks'] = types.ModuleType('checks'); "
CALL = "from assurance.home import make_importable, suite_root; make_importable(); "


@pytest.mark.parametrize("path_of_package", ["[]", "None", "[str(suite_root() / 'checks')]"])
def test_a_package_without_specification_is_no_other_package(path_of_package: str) -> None:
    """What pytest has imported as a plain folder stands in nobody's way."""
    path = f"from assurance.home import suite_root; sys.modules['checks'].__path__ = {path_of_package}; "
    ended = _run(IMPORTED + ("" if path_of_package == "None" else path) + CALL + "import falsification; print('found')")
    assert ended.stdout == "found\n", ended.stderr


def test_another_package_of_the_name_is_told() -> None:
    """A package from elsewhere that is imported already is an error that says from where."""
    ended = _run(IMPORTED + "sys.modules['checks'].__path__ = ['/elsewhere/checks']; " + CALL)
    assert "a package named 'checks' is imported already, from /elsewhere/checks" in ended.stderr


def _run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)


def test_a_command_beside_another_package_of_the_name_is_refused() -> None:
    """A command of a room that cannot be taken is a usage error, without a traceback."""
    path = "sys.modules['checks'].__path__ = ['/elsewhere/checks']; "
    ended = _run(IMPORTED + path + "from assurance.command_line.main import main; sys.exit(main(['falsify']))")
    assert (ended.returncode, "Traceback" in ended.stderr) == (2, False)
    assert "from /elsewhere/checks" in ended.stderr


def test_what_was_asked_is_recorded_without_our_own_words() -> None:
    """The record has the words of whoever asked, and says nothing of where their folders are."""
    asked = [
        f"--env={suite_root()}/environments/sandbox.toml",
        "-m=nightly",
        f"{Path.cwd()}/checks/security",
        "-k",
        "a b",
    ]
    assert as_asked([*places(), *asked]) == "--env=environments/sandbox.toml -m=nightly checks/security -k a b"
