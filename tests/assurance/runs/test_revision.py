"""The commit of the suite that is running."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from assurance.runs.revision import revision

GIT = shutil.which("git")


def git(directory: Path, *arguments: str) -> None:
    """Run git in a directory, as nobody in particular."""
    assert GIT is not None
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.invalid", "-c", "commit.gpgsign=false")
    subprocess.run([GIT, *who, "-C", str(directory), *arguments], check=True, capture_output=True)


@pytest.mark.skipif(GIT is None, reason="git is not installed")
def test_checkout_tells_its_commit_and_its_changes(tmp_path: Path) -> None:
    """A checkout is told by its commit, and by a word more once a file of it differs."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "--quiet", "--message", "One")
    commit = revision(tmp_path)
    assert re.fullmatch("[0-9a-f]{40}", commit)
    (tmp_path / "file").write_text("two")
    assert revision(tmp_path) == f"{commit} with local changes"


def test_what_is_no_checkout_has_no_commit(tmp_path: Path) -> None:
    """An installed package has no commit, not even within a repository of something else."""
    assert revision(tmp_path) == ""
    (tmp_path / ".git").mkdir()
    assert revision(tmp_path) == ""
