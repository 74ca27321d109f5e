"""The environment that a pack holds reads back as the one that was judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from assurance.environment import load
from assurance.evidence.sealing import write_environment

ENVIRONMENTS = Path(__file__).parents[3] / "environments"


@pytest.mark.parametrize("name", ["sandbox", "dev", "staging", "prod"])
def test_an_environment_reads_back(name: str, tmp_path: Path) -> None:
    """Every environment of the suite comes back from its pack's file equal, defaults included."""
    environment = load(ENVIRONMENTS / f"{name}.toml")
    write_environment(environment, tmp_path)
    assert load(tmp_path / "environment.toml") == environment
