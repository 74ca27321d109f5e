"""Runs pytest where nothing but this suite and what is installed can be imported.

Started as `python -I isolated.py ROOT LIBRARIES WORD...`: by its path, so that no search decides which code this is.
`-I` keeps the current folder, `PYTHONPATH` and the user's own site off the path; the suite's packages are then found in
ROOT alone, and of ROOT only they.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

PACKAGES = frozenset({"assurance", "checks", "falsification", "fixtures", "sandbox"})
# Of a checkout the same as ROOT; a wheel has the other packages inside this one.
HOLDS_ENGINE = str(Path(__file__).resolve().parents[2])


class SuiteFinder:
    """Finds the suite's own packages where the suite is, before anything else is searched."""

    def __init__(self, root: str) -> None:
        self._root = root

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a package of the suite is; None for any other module, which others find."""
        if path is not None or fullname not in PACKAGES:
            return None
        return PathFinder.find_spec(fullname, [HOLDS_ENGINE if fullname == "assurance" else self._root], target)


def main(root: str, libraries: str, words: Sequence[str]) -> int:
    """Run pytest, of which the libraries are on the path if they are not already."""
    if libraries not in sys.path:
        sys.path.append(libraries)
    sys.meta_path.insert(0, SuiteFinder(root))
    import pytest

    return int(pytest.main(list(words)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
