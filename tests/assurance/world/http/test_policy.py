"""How long a service asks to wait, in each form, and what the bounds make of it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from assurance.world.http.policy import FIRST_PAUSE_SECONDS, JITTER, RetryPolicy, asked_pause_seconds

POLICY = RetryPolicy(attempts=3, budget_seconds=10.0)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"x-ms-retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after-ms": "soon", "retry-after": "2"}, 2.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after": "-5"}, None),
        ({}, None),
    ],
)
def test_what_a_service_asks(headers: dict[str, str], seconds: float | None) -> None:
    """Milliseconds come before seconds; what says nothing is passed over."""
    assert asked_pause_seconds(headers) == seconds


def test_a_date_is_so_many_seconds_ahead() -> None:
    """A date of whole seconds."""
    asked = asked_pause_seconds({"retry-after": format_datetime(datetime.now(UTC) + timedelta(minutes=1), usegmt=True)})
    assert asked is not None
    assert 58.0 <= asked <= 60.0


def test_pauses_of_our_own_double_and_are_spread() -> None:
    """Each is twice the last, within a share of it."""
    for sent in (1, 2):
        pause = POLICY.pause_seconds({}, sent, 0.0)
        assert pause is not None
        assert abs(pause / (FIRST_PAUSE_SECONDS * 2 ** (sent - 1)) - 1) <= JITTER
    pauses = {POLICY.pause_seconds({}, 1, 0.0) for _ in range(20)}
    assert len(pauses) > 1


@pytest.mark.parametrize(
    ("asked", "sent", "spent"),
    [("1", 3, 0.0), ("11", 1, 0.0), ("5", 1, 6.0)],
    ids=["attempts", "a pause beyond the budget", "a budget that is used up"],
)
def test_a_bound_ends_it(asked: str, sent: int, spent: float) -> None:
    """No attempt is begun that the bounds do not allow."""
    assert POLICY.pause_seconds({"retry-after": asked}, sent, spent) is None
