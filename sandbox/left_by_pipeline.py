"""The files that the pipeline of a release leaves, for any environment: copies of those in `sandbox/release`."""

from __future__ import annotations

from pathlib import Path

RELEASE = Path(__file__).parent / "release"


def leave_files(environment: str, directory: Path) -> dict[str, str]:
    """Write the files of an environment's release into a directory.

    Returns:
        Where each is, by the name that environment files give it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    paths: dict[str, str] = {}
    for file in sorted(RELEASE.iterdir()):
        target = directory / file.name
        text = file.read_text(encoding="utf-8").replace("ca-apex-sandbox", f"ca-apex-{environment}")
        target.write_text(text, encoding="utf-8")
        paths[file.stem.replace("-", "_")] = str(target)
    return paths
