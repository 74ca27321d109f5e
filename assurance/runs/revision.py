"""Which commit of the suite is running."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from assurance.home import REVISION, suite_root

LONGEST_SECONDS = 5.0


def revision(root: Path | None = None) -> str:
    """Return the commit of the suite, with a word if a checkout's files differ from it; empty if it is not known."""
    root = suite_root() if root is None else root
    built_from = root / REVISION
    if built_from.is_file():
        return built_from.read_text(encoding="utf-8").strip()
    git = shutil.which("git")
    # Only the suite's own repository counts, not one that an installed package happens to lie in.
    if git is None or not (root / ".git").exists():
        return ""
    commit = _output(git, root, "rev-parse", "--verify", "HEAD")
    if not commit:
        return ""
    # `status` may not write: several runs may ask at once.
    changed = _output(git, root, "--no-optional-locks", "status", "--porcelain", "--untracked-files=no")
    return f"{commit} with local changes" if changed else commit


def _output(git: str, root: Path, *arguments: str) -> str:
    """Return what git says; empty where it cannot, such as in a checkout of another owner."""
    try:
        ended = subprocess.run(  # noqa: S603  (fixed arguments; git's path is the user's own)
            [git, "-C", str(root), *arguments], capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ended.stdout.strip() if ended.returncode == 0 else ""
