"""`without` takes keys of an extended file away; what it names must be there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assurance.environment import load
from assurance.errors import EnvironmentFileError

PROD = Path(__file__).parents[3] / "environments" / "prod.toml"


def _file(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_tables_and_keys_are_taken_away(tmp_path: Path) -> None:
    """A deployment without an API and without telemetry refines production's file."""
    text = f'extends = "{PROD}"\nwithout = ["application", "telemetry", "deployment.backup.long_term"]\n'
    environment = load(_file(tmp_path, text))
    assert environment.application is None
    assert environment.telemetry is None
    assert environment.deployment.backup is not None
    assert environment.deployment.backup.long_term is None
    assert load(PROD).application is not None


def test_what_is_taken_away_can_be_declared_anew(tmp_path: Path) -> None:
    """A table is then this file's alone: nothing of the extended one is under it."""
    text = f'extends = "{PROD}"\nwithout = ["deployment.skus"]\n[deployment.skus]\nsql = "S3"\n'
    assert load(_file(tmp_path, text)).deployment.skus == {"sql": "S3"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f'extends = "{PROD}"\nwithout = ["aplication"]', "'aplication' is nothing that the extended file has"),
        (f'extends = "{PROD}"\nwithout = ["services.postgres"]', "there it has document_intelligence"),
        (f'extends = "{PROD}"\nwithout = ["name.x"]', "'name.x' is nothing"),
        (f'extends = "{PROD}"\nwithout = "application"', "a list of keys"),
        ('without = ["application"]', "add 'extends'"),
    ],
)
def test_what_cannot_be_taken_away_is_refused(text: str, told: str, tmp_path: Path) -> None:
    """A key that is spelt wrong would leave in place what somebody believes gone."""
    with pytest.raises(EnvironmentFileError, match=r"mine\.toml") as refusal:
        load(_file(tmp_path, text))
    assert told in str(refusal.value)


@pytest.mark.parametrize("name", ["dev", "staging"])
def test_a_file_that_refines_production_names_nothing_of_it(name: str) -> None:
    """What such a file forgot to refine would be judged at production: no value of it may name that."""
    values = load(PROD.parent / f"{name}.toml").model_dump_json()
    assert name in values
    assert re.findall(r"\"[^\"]*prod[^\"]*\"", values, re.IGNORECASE) == []
