"""The matrix of a pipeline: one line of JSON, each environment a job."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assurance.command_line.fleet.matrix import MAX_JOBS, matrix
from assurance.errors import UsageError

FILES = [Path("environments/prod.toml"), Path("other/prod.toml"), Path("environments/2nd-site.toml")]
NAMES = ["prod", "prod_2", "env_2nd_site"]


def test_github_takes_a_list() -> None:
    """`fromJSON` of it is a matrix with an entry for each environment."""
    text = matrix("github", FILES)
    assert "\n" not in text
    entries = [{"environment": name, "file": str(file)} for name, file in zip(NAMES, FILES, strict=True)]
    assert json.loads(text) == {"include": entries}


def test_azure_takes_jobs_by_name() -> None:
    """Each job has a name that Azure DevOps takes, and variables."""
    document = json.loads(matrix("azure", FILES))
    assert list(document) == NAMES
    assert document["prod_2"]["file"] == "other/prod.toml"


@pytest.mark.parametrize("path", ["a$(touch x).toml", "a b.toml", "a;b.toml", "a`b`.toml", 'a"b.toml', "a\n.toml"])
def test_a_path_that_could_be_a_command_is_refused(path: str) -> None:
    """A pipeline would put it into its script."""
    with pytest.raises(UsageError, match="rename the file"):
        matrix("github", [Path(path)])


def test_more_jobs_than_github_runs_are_refused() -> None:
    """What GitHub would cut off is told before."""
    files = [Path(f"{number}.toml") for number in range(MAX_JOBS + 1)]
    with pytest.raises(UsageError, match="257 environments"):
        matrix("github", files)
    assert len(json.loads(matrix("azure", files))) == len(files)
