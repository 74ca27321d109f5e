"""Values on one line of TOML: what is read back is what was written."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.discovery.toml_values import as_key, as_value

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.one_of(TEXT, st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=12)


@given(TEXT, VALUES)
def test_what_is_written_is_read_back(key: str, value: object) -> None:
    """Any key and value stands on one line, and TOML's own reader finds them again."""
    line = f"{as_key(key)} = {as_value(value)}"
    assert "\n" not in line
    assert tomllib.loads(line) == {key: value}


def test_what_is_no_value_of_toml_is_refused() -> None:
    """TOML has no null."""
    with pytest.raises(TypeError):
        as_value(None)
