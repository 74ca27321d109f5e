"""Where the suite's own files are: checks, nouns, sandbox, environments, recordings.

A checkout has them at its top. A wheel carries the same tree inside this package, so that only `assurance` is a
top-level name of the installation (setup.py lays it there).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from assurance.errors import UsageError

LAID = Path(__file__).parent.resolve() / "_suite"
PACKAGES = ("checks", "falsification", "fixtures", "sandbox")
REVISION = "revision.txt"
"""Of an installed suite, in its root: the commit that it was built from."""


def is_installed() -> bool:
    """Tell whether this suite came from a wheel."""
    return LAID.is_dir()


def suite_root() -> Path:
    """Return the directory that holds `checks/`, `environments/` and the rest."""
    return LAID if is_installed() else LAID.parents[1]


def places() -> tuple[str, ...]:
    """Return the words by which pytest judges as in a checkout, wherever the suite is installed."""
    root = suite_root()
    # Folders of the user above this one would load no conftest.py of theirs otherwise.
    options = (f"--rootdir={root}", f"--config-file={root / 'pytest.ini'}", f"--confcutdir={Path.cwd()}")
    # The command itself has imported the package, whose own assertions nobody wants explained.
    rewritten = "-Wignore::pytest.PytestAssertRewriteWarning"
    return (*options, "-passurance.suite.plugin", "-pno:cacheprovider", rewritten)


def as_asked(words: Sequence[str]) -> str:
    """Return a command line for the record: without `places`, and with paths below here, or the suite, from there on.

    Where a user's folders are is nobody's business who reads the evidence.
    """
    ours = places()
    words_told = " ".join(word for word in words if word not in ours)
    for folder in sorted({str(suite_root()), str(Path.cwd())}, key=len, reverse=True):
        words_told = words_told.replace(f"{folder}/", "")
    return words_told


def make_importable() -> None:
    """Let the suite's packages be imported by the names that they have in a checkout.

    Raises:
        UsageError: Another package of such a name is imported already, and would be taken for ours.
    """
    root = suite_root()
    for name in PACKAGES:
        places = _places(name) if name in sys.modules else []
        if places and root / name not in places:
            raise UsageError(
                f"a package named {name!r} is imported already, from {places[0]}; the suite has one of that name: "
                "give yours another name"
            )
    if any(root / name not in _places(name) for name in PACKAGES):
        sys.path.insert(0, str(root))


def _places(name: str) -> list[Path]:
    """Return the directories of a package as an import would find it."""
    try:
        specification = find_spec(name)
    except ValueError:  # imported without a specification, as pytest does with folders that are no packages
        places = getattr(sys.modules[name], "__path__", ())
    else:
        places = specification.submodule_search_locations or () if specification is not None else ()
    return [Path(place).resolve() for place in places]
