"""What the engine's tests share: a tape being written, and one environment's redactor."""

from pathlib import Path

import pytest

from assurance.tape import Tape, TapeHeader
from assurance.tape.redaction import Redactor

HEADER = TapeHeader(
    environment="prod",
    subscription_id="22222222-2222-4222-8222-222222222222",
    resource_group="apex-rg-prod",
    source="SANDBOX",
    origin="a test",
    vantage=("inside", "outside"),
    started="2026-03-01T10:00:00.000Z",
)


@pytest.fixture
def tape(tmp_path: Path) -> Tape:
    """A tape that is being written."""
    return Tape.create(tmp_path / "tape", HEADER)


@pytest.fixture
def redactor() -> Redactor:
    """The redactor of one environment."""
    return Redactor(salt="22222222-2222-4222-8222-222222222222/prod")
