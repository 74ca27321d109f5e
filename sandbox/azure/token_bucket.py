"""How Azure Resource Manager throttles: a bucket of requests that fills at a constant rate."""

from __future__ import annotations

import math
import threading
import time

from sandbox.azure.errors import ArmError


class TokenBucket:
    """A bucket of requests, full at first.

    Args:
        burst: How many requests it holds.
        refill_per_second: How many are added in a second.

    Attributes:
        admitted: How many requests it has let through.
        refused: How many it has refused.
    """

    def __init__(self, burst: int, refill_per_second: float) -> None:
        self.admitted = 0
        self.refused = 0
        self._burst = burst
        self._refill_per_second = refill_per_second
        self._tokens = float(burst)
        self._at = time.monotonic()
        self._guard = threading.Lock()

    @property
    def remaining(self) -> int:
        """How many requests may follow at once."""
        with self._guard:
            self._fill()
            return int(self._tokens)

    def take(self) -> None:
        """Let one request through.

        Raises:
            ArmError: The bucket is empty: a 429, with the whole seconds until it is not.
        """
        with self._guard:
            self._fill()
            if self._tokens >= 1:
                self._tokens -= 1
                self.admitted += 1
                return
            self.refused += 1
            seconds = max(1, math.ceil((1 - self._tokens) / self._refill_per_second))
        raise ArmError(
            429,
            "SubscriptionRequestsThrottled",
            "Number of requests for subscription exceeded the limit. Please try again after some time.",
            {"Retry-After": str(seconds)},
        )

    def _fill(self) -> None:
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._refill_per_second)
        self._at = now
