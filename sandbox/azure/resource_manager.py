"""The stand-in for Azure Resource Manager: the estate over HTTPS, throttled as Azure throttles."""

from __future__ import annotations

import math
import ssl
import threading
import time
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import uuid4

from sandbox.azure import errors as arm_errors
from sandbox.azure.answers import document, require_api_version
from sandbox.azure.azure_estate import AzureEstate
from sandbox.azure.errors import ArmError
from sandbox.azure.jobs import ContainerAppsJobs
from sandbox.azure.what_if import WhatIf
from sandbox.log_analytics.metrics import ComponentMetrics
from sandbox.network.http_server import Answer, Request
from sandbox.network.http_stand_in import ServedStandIn


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


# What Azure allows a subscription before it throttles; each answer tells how many reads remain.
SUBSCRIPTION_READS = 12000
REMAINING = "x-ms-ratelimit-remaining-subscription-reads"


class AzureResourceManager(ServedStandIn):
    """Serves an estate as Azure Resource Manager does: by id, by collection, page by page, for one token.

    Attributes:
        estate: What it serves; a change shows in the next answer.
        token: The only bearer token it accepts.
        page_size: How many items a page of a list holds.
        metrics: What answers for the metrics of Application Insights; None where there is no telemetry.
        jobs: What starts the estate's jobs; None where nothing can be started.
        what_if: What says what deployments would change; None where nobody asks.
        bucket: What throttles; None where it never does.
        known: What was answered with 200, by who asked what, to be answered again; None to look each time.
    """

    def __init__(
        self, estate: AzureEstate, token: str, context: ssl.SSLContext, *, latency_seconds: float = 0.0
    ) -> None:
        super().__init__(context, "sandbox-resource-manager", latency_seconds=latency_seconds)
        self.estate = estate
        self.token = token
        self.page_size = 50
        self.metrics: ComponentMetrics | None = None
        self.jobs: ContainerAppsJobs | None = None
        self.what_if: WhatIf | None = None
        self.bucket: TokenBucket | None = None
        self.known: dict[tuple[str, str], Answer] | None = None

    def answer(self, request: Request) -> Answer:
        """The true answer to one request."""
        if self.known is None:
            return self._looked_up(request)
        key = f"{request.method} {request.target}", request.headers.get("Authorization", "")
        if key not in self.known:
            answer = self._looked_up(request)
            if answer.status != HTTPStatus.OK:
                return answer
            self.known[key] = answer
        return self.known[key]

    def _looked_up(self, request: Request) -> Answer:
        headers = self._headers(request)
        try:
            self._admit(request)
            if self.bucket is not None:
                try:
                    self.bucket.take()
                finally:
                    headers[REMAINING] = str(self.bucket.remaining)
            if self.metrics is not None and self.metrics.serves(request.path):
                answer = self.metrics.answer(request)
                return Answer(answer.status, answer.body, headers)
            if self.jobs is not None and self.jobs.serves(request.path):
                answer = self.jobs.answer(request)
                return Answer(answer.status, answer.body, {**headers, **answer.headers})
            if self.what_if is not None and self.what_if.serves(request):
                answer = self.what_if.answer(request)
                return Answer(answer.status, answer.body, {**headers, **answer.headers})
            body = document(self.estate, request, page_size=self.page_size)
        except arm_errors.ArmError as error:
            refused = error.answer
            return Answer(refused.status, refused.body, {**headers, **refused.headers})
        return Answer.of_json(HTTPStatus.OK, body, headers)

    def _admit(self, request: Request) -> None:
        """Check what Azure checks before it looks at the path; the api-version comes before the token."""
        require_api_version(request.query)
        given = request.headers.get("Authorization", "")
        tenant_id = self.estate.parameters["tenant_id"]
        if not given:
            raise arm_errors.missing_token(tenant_id)
        if given != f"Bearer {self.token}":
            raise arm_errors.invalid_token(tenant_id)
        starts = self.jobs is not None and self.jobs.starts(request)
        starts = starts or (self.what_if is not None and self.what_if.starts(request))
        if request.method not in ("GET", "HEAD") and not starts:
            raise arm_errors.method_not_allowed(request.method)

    def _headers(self, request: Request) -> dict[str, str]:
        correlation = str(uuid4())
        region = self.estate.parameters["location"].upper()
        headers = {
            "Cache-Control": "no-cache",
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
            "X-Content-Type-Options": "nosniff",
            REMAINING: str(max(0, SUBSCRIPTION_READS - len(self.requests_served))),
            "x-ms-request-id": str(uuid4()),
            "x-ms-correlation-request-id": correlation,
            "x-ms-routing-request-id": f"{region}:{datetime.now(UTC):%Y%m%dT%H%M%SZ}:{correlation}",
        }
        if "/microsoft.network/" in request.path.lower():
            headers["x-ms-arm-service-request-id"] = str(uuid4())
        return headers
