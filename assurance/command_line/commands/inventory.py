"""Write the production inventory of what is deployed now: revision, image, digest, schema and date (guide, Step 20)."""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from pathlib import Path

from assurance.environment import load_running, with_release
from assurance.errors import NotEvaluated, UsageError
from assurance.estate import Estate
from assurance.estate.deployment.quality import declared_release, declared_repository
from assurance.estate.deployment.revisions import of_repository, read_revisions
from assurance.runs.basis import RunOptions, new_run_id
from assurance.runs.run import Run
from assurance.tape.moments import told


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--env", required=True, metavar="NAME|FILE", help="a name in environments/, or a TOML file")
    parser.add_argument("--release", metavar="FILE", type=Path, help="what is deployed, as for a run")
    parser.add_argument("--output", metavar="FILE", type=Path, required=True, help="where the inventory goes")


def run(arguments: argparse.Namespace) -> int:
    """Read what is deployed and write it down, whole or not at all.

    Raises:
        UsageError: The environment or the release is wrong, or Azure did not say what is deployed.
    """
    logging.getLogger("azure").setLevel(logging.ERROR)
    environment = load_running(arguments.env, with_release({}, arguments.release))
    with tempfile.TemporaryDirectory(prefix="apex-inventory-") as directory:
        options = RunOptions(None, None, Path(directory), new_run_id(), "inventory")
        try:
            inventory = deployed(Run(environment, options).estate)
        except NotEvaluated as error:
            raise UsageError(f"the inventory of {environment.name!r} cannot be written: {error}") from error
    partial = arguments.output.with_name(f"{arguments.output.name}.partial")
    try:
        partial.write_text(json.dumps(inventory, indent=2) + "\n", encoding="utf-8")
        partial.replace(arguments.output)
    except OSError as error:
        raise UsageError(f"{arguments.output}: the inventory cannot be written: {error.strerror}") from error
    print(f"Written to {arguments.output}: {inventory['revision']} runs {inventory['image']}.")
    return 0


def deployed(estate: Estate) -> dict[str, str]:
    """Return what is deployed, as the inventory tells it.

    Digest and schema are the release's, which Azure does not tell of a revision: DEP-13 and DEP-05 prove them.

    Raises:
        NotEvaluated: Azure or the environment does not say.
    """
    release, repository = declared_release(estate), declared_repository(estate)
    revisions = read_revisions(estate)
    images = of_repository(repository, revisions.app.images())
    if not images:
        raise NotEvaluated(f"No container of {revisions.app.name} runs {repository}.", "Deploy the application.")
    return {
        "revision": revisions.new.name,
        "image": images[0],
        "digest": release.image_digest,
        "schema_revision": release.schema_revision,
        "deployed": told(revisions.created),
    }
