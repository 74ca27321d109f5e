"""Where the baseline of a run is."""

from __future__ import annotations

from pathlib import Path

from assurance.errors import BaselineRefused

FOLDER = "baselines"
PACKED = "baseline.json"
"""The baseline of a run, in its evidence pack."""


def locate(environment: str, given: Path | None, replay: Path | None, root: Path) -> Path | None:
    """Return the file of the baseline, or None if there is none.

    Args:
        environment: The environment's name.
        given: What `--baseline` names: a file, or a directory with `ENVIRONMENT.json`; None if it was not given.
        replay: The pack or tape that is replayed, which may hold its own; None for a live run.
        root: The directory in which `baselines/` stands.

    Raises:
        BaselineRefused: What was given is not there.
    """
    if given is not None:
        path = given / f"{environment}.json" if given.is_dir() else given
        if not path.is_file():
            raise BaselineRefused(
                f"--baseline {given}: there is no file {path}; give a baseline, or a directory with {environment}.json"
            )
        return path.absolute()
    path = root / FOLDER / f"{environment}.json"
    if replay is not None and ((replay / PACKED).is_file() or (replay / "tape").is_dir()):
        # A pack is judged again by what it was judged by, or by none.
        path = replay / PACKED
    return path.absolute() if path.is_file() else None
