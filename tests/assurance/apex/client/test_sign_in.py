"""What a token says of itself, where APEX refuses it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from assurance.apex.client.sign_in import fault_of

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
AUDIENCE = "api://apex-test"
GOOD: dict[str, Any] = {"aud": AUDIENCE, "exp": NOW.timestamp() + 60, "nbf": NOW.timestamp() - 60}


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        (GOOD, ""),
        ({**GOOD, "aud": "apex-test"}, ""),
        ({**GOOD, "aud": ["api://other", AUDIENCE]}, ""),
        ({}, "is no JSON Web Token"),
        ({**GOOD, "exp": NOW.timestamp()}, "has expired at 2026-03-01T10:00:00Z"),
        ({**GOOD, "nbf": NOW.timestamp() + 3600}, "is not valid before 2026-03-01T11:00:00Z"),
        ({**GOOD, "aud": "https://graph.microsoft.com"}, "its audience is https://graph.microsoft.com, not"),
    ],
)
def test_a_token_tells_why_it_is_refused(claims: dict[str, Any], told: str) -> None:
    """Expired, not valid yet, for another application, or no token at all; one that could be accepted has no fault."""
    found = fault_of(claims, AUDIENCE, NOW)
    assert (told in found) if told else found == ""
