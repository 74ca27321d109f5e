"""The reference of the environment file is whole, current, and accepts the files that there are."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from assurance.environment.reference import SCHEMA_LINE, markdown, schema, undescribed

ROOT = Path(__file__).parents[3]
MAKE = (
    "make it with: apex-assurance schema > docs/environment.schema.json; "
    "apex-assurance schema --markdown > docs/environment-file.md"
)
FILES = sorted((ROOT / "environments").glob("*.toml"))


def test_the_schema_is_current() -> None:
    """The shipped schema is what the models make."""
    assert (ROOT / "docs" / "environment.schema.json").read_text(encoding="utf-8") == schema(), MAKE


def test_the_reference_is_current() -> None:
    """The shipped reference is what the models make."""
    assert (ROOT / "docs" / "environment-file.md").read_text(encoding="utf-8") == markdown(), MAKE


def test_every_key_has_a_meaning() -> None:
    """A new key is described: in its model's docstring, or in descriptions.toml."""
    assert undescribed() == ()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_shipped_files_name_the_schema_and_satisfy_it(file: Path) -> None:
    """The first line names the schema where it is, and editors find nothing wrong."""
    text = file.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    assert first.startswith(SCHEMA_LINE)
    named = file.parent / first.removeprefix(SCHEMA_LINE)
    errors = Draft202012Validator(json.loads(named.read_text(encoding="utf-8"))).iter_errors(tomllib.loads(text))
    assert [error.message for error in errors] == []


def test_an_unknown_key_does_not_satisfy_the_schema() -> None:
    """An editor marks a key that is spelt wrong."""
    document: dict[str, object] = {"virtual_netwrok": {}}
    assert list(Draft202012Validator(json.loads(schema())).iter_errors(document)) != []


def test_an_item_of_a_list_is_whole() -> None:
    """A list is replaced whole, so that what an item lacks is lacking, also in a file that extends another."""
    document: dict[str, object] = {"extends": "prod.toml", "network_security_groups": [{"name": "nsg"}]}
    assert list(Draft202012Validator(json.loads(schema())).iter_errors(document)) != []
