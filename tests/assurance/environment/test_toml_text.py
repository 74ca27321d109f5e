"""What is written as TOML reads back as it was."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.environment import load
from assurance.environment.toml_text import toml_text
from assurance.evidence.sealing import write_environment

ENVIRONMENTS = Path(__file__).parents[3] / "environments"
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
PLAIN = st.one_of(TEXT, st.integers(-(2**53), 2**53), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))
VALUES = st.recursive(
    PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)), max_leaves=20
)


@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_any_document_reads_back(document: dict[str, Any]) -> None:
    """Texts of any characters, numbers, lists, tables, and lists of tables come back as the same values."""
    assert tomllib.loads(toml_text(document)) == document


def test_what_toml_cannot_hold_is_refused() -> None:
    """There is no null in TOML."""
    with pytest.raises(TypeError, match="no form for None"):
        toml_text({"key": [None]})  # type: ignore[list-item]  # what a caller must not give


@pytest.mark.parametrize("name", ["sandbox", "dev", "staging", "prod"])
def test_an_environment_reads_back(name: str, tmp_path: Path) -> None:
    """Every environment of the suite comes back from its pack's file equal, defaults included."""
    environment = load(ENVIRONMENTS / f"{name}.toml")
    write_environment(environment, tmp_path)
    assert load(tmp_path / "environment.toml") == environment
