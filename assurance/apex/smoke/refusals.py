"""What becomes of a request without a valid token."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from assurance.apex.client import Exchange
from assurance.apex.client.callers import ANONYMOUS
from assurance.verdicts import Fact


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer to a request whose token is missing or must be refused.

    Attributes:
        exchange: The request and its answer.
        description: What is wrong with the token.
    """

    exchange: Exchange
    description: str

    @property
    def is_refused(self) -> Fact:
        """Whether it was refused: without a token by 401 or 403, as frameworks differ, and with a bad one by 401."""
        statuses = (
            (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
            if self.exchange.caller == ANONYMOUS
            else (HTTPStatus.UNAUTHORIZED,)
        )
        return self.exchange.fact(
            self.exchange.status in statuses,
            expected=f"{self.exchange.called} ({self.description}) answers {' or '.join(map(str, statuses))}",
            observed=self.exchange.outcome,
            subject=self.exchange.caller,
            remedy="Let the API verify signature, issuer, audience and validity of each bearer token before all else.",
        )

    @property
    def says_what_is_wanted(self) -> Fact:
        """Whether a 401 names the scheme that is wanted (RFC 9110, section 11.6.1; RFC 6750, section 3)."""
        challenge = self.exchange.headers.get("www-authenticate")
        needed = self.exchange.status == HTTPStatus.UNAUTHORIZED
        return self.exchange.fact(
            not needed or (challenge is not None and challenge.lower().startswith("bearer")),
            expected="a 401 comes with WWW-Authenticate: Bearer",
            observed=f"{self.exchange.status} with WWW-Authenticate {challenge or 'absent'}",
            subject=self.exchange.caller,
            remedy="Send WWW-Authenticate: Bearer with each 401.",
        )
