"""The table `[application]`: where APEX answers, as whom the suite calls it, and what it may do there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from assurance.environment.application_tables import Access, Classification, DocumentType
from assurance.environment.values import Declared, Guid, HttpsUrl, Seconds, Text, VariableName

IdentityKind = Literal["token", "client_secret", "certificate", "federated", "managed_identity", "default"]
Role = Literal["estimator", "manager", "auditor", "outsider", "other_estimator"]
ROLES: tuple[Role, ...] = ("estimator", "manager", "auditor", "outsider", "other_estimator")

# The variable that each kind of identity needs, by the name of the key that names it.
_NEEDED = {"token": "token_variable", "client_secret": "secret_variable", "certificate": "certificate_variable"}
_WITH_CLIENT = frozenset({"client_secret", "certificate", "federated"})


def _absolute(value: str) -> str:
    if not value.startswith("/") or any(character in value for character in " ?#") or value.startswith("//"):
        raise ValueError("a path such as /health/live was expected")
    return value


UrlPath = Annotated[str, AfterValidator(_absolute)]
Fraction = Annotated[float, Field(gt=0, lt=1)]


class Identity(Declared):
    """Who calls the API in one role; a secret is never here, only the name of the variable that holds it.

    Attributes:
        kind: How it signs in.
        client_id: The application's (client's) id in Microsoft Entra.
        tenant_id: Its tenant; the environment's own where absent.
        token_variable: Holds a bearer token (`token`).
        secret_variable: Holds a client secret (`client_secret`).
        certificate_variable: Holds the path of a PEM or PKCS#12 file with certificate and key (`certificate`).
        assertion_variable: Holds the path of a file with a federated token (`federated`).
        object_id: Its object id in the directory.
        user_id: Its id within APEX, to which roles are granted, where that is another than its object id. Left out, it
            is found out: APEX tells it of whoever creates a project (`created_by_id`).
    """

    kind: IdentityKind
    client_id: Guid | None = None
    tenant_id: Guid | None = None
    token_variable: VariableName | None = None
    secret_variable: VariableName | None = None
    certificate_variable: VariableName | None = None
    assertion_variable: VariableName = "AZURE_FEDERATED_TOKEN_FILE"
    object_id: Guid | None = None
    user_id: Guid | None = None

    @model_validator(mode="after")
    def _the_kind_has_what_it_needs(self) -> Self:
        named = {
            "token_variable": self.token_variable,
            "secret_variable": self.secret_variable,
            "certificate_variable": self.certificate_variable,
        }
        needed = _NEEDED.get(self.kind)
        if needed is not None and named[needed] is None:
            raise ValueError(f'kind = "{self.kind}" needs {needed}, the name of an environment variable')
        if self.kind in _WITH_CLIENT and self.client_id is None:
            raise ValueError(f'kind = "{self.kind}" needs client_id')
        return self


class Identities(Declared):
    """Who calls the API, by role; what needs a role that is not declared is "not evaluated"."""

    estimator: Identity
    manager: Identity | None = None
    auditor: Identity | None = None
    outsider: Identity | None = None
    other_estimator: Identity | None = None

    def of(self, role: Role) -> Identity | None:
        """Return who calls in a role."""
        by_role = {
            "estimator": self.estimator,
            "manager": self.manager,
            "auditor": self.auditor,
            "outsider": self.outsider,
            "other_estimator": self.other_estimator,
        }
        return by_role[role]


class RiskFactor(Declared):
    """One risk factor of an estimate, in the API's own terms; a distribution takes those values that it needs."""

    name: Text
    distribution: Literal["triangular", "normal", "uniform", "lognormal", "pert"]
    min_value: float | None = None
    most_likely: float | None = None
    max_value: float | None = None
    mean: float | None = None
    std_dev: float | None = None


_RISKS = (
    RiskFactor(name="Terrain", distribution="triangular", min_value=-0.05, most_likely=0.05, max_value=0.30),
    RiskFactor(name="Material prices", distribution="uniform", min_value=-0.05, max_value=0.20),
    RiskFactor(name="Labour", distribution="normal", mean=0.05, std_dev=0.05),
)
# Between .50 and .95 a P80 that follows the level of confidence cannot be told from one that is P80.
_LEVELS = (0.80, 0.30, 0.50, 0.95, 0.99)


class Estimates(Declared):
    """What estimates are asked for; the guide's Step 16 asks for the first confidence level.

    Attributes:
        risk_factors: What is sent. APEX adds them to the cost as fractions of it: 0.10 is ten percent more.
        confidence_levels: The levels asked for, fractions of 1; the first is that of the workflow.
        iterations: Of the simulation.
        least_contingency_percent: The least contingency that is plausible with these risk factors, in percent of the
            base cost.
        most_contingency_percent: The most that is plausible: a build that multiplies by what is meant to be added, or
            the other way round, is far outside.
    """

    risk_factors: Annotated[tuple[RiskFactor, ...], Field(min_length=1, strict=False)] = _RISKS
    confidence_levels: Annotated[tuple[Fraction, ...], Field(min_length=1, strict=False)] = _LEVELS
    iterations: Annotated[int, Field(ge=1000, le=100_000)] = 10_000
    least_contingency_percent: float = -25.0
    most_contingency_percent: float = 100.0

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.least_contingency_percent >= self.most_contingency_percent:
            raise ValueError("least_contingency_percent must be below most_contingency_percent")
        return self


class ApplicationLimits(Declared):
    """Bounds on how the API is called.

    Attributes:
        timeout_seconds: For one answer; half of it for a connection.
        attempts: How often a request that may be repeated is sent at most.
        retry_budget_seconds: How long retries of one request may go on.
        settle_seconds: How long what an answer has announced may take to be visible.
        effect_seconds: How long after a refusal one waits before its effect, which must not come, is looked for.
        job_seconds: How long a job may take.
        stalled_seconds: How long a job may stand still, its status, step and progress all unchanged.
        poll_seconds: How long to wait between two looks at a job.
        body_bytes: The longest answer that is read.
    """

    timeout_seconds: Annotated[Seconds, Field(gt=0)] = 30.0
    attempts: Annotated[int, Field(ge=1, le=10)] = 4
    retry_budget_seconds: Annotated[Seconds, Field(ge=0)] = 15.0
    settle_seconds: Annotated[Seconds, Field(ge=0)] = 10.0
    effect_seconds: Annotated[Seconds, Field(ge=0)] = 1.0
    job_seconds: Annotated[Seconds, Field(gt=0)] = 600.0
    stalled_seconds: Annotated[Seconds, Field(gt=0)] = 180.0
    poll_seconds: Annotated[Seconds, Field(gt=0)] = 2.0
    body_bytes: Annotated[int, Field(ge=1024)] = 16 * 1024 * 1024


class DocumentsTable(Declared):
    """The table `[application.documents]`: what is uploaded, and how its validation is judged.

    Attributes:
        scope: A PDF to upload as scope, beside the environment file; one that the suite makes where it is left out.
        engineering: The same for drawings.
        schedule: The same for a schedule.
        bid: The same for a bid.
        manual_review: What it means that APEX leaves a document `manual_review`: `undecided`, its validation is not
            evaluated; `accepted`, it counts as passed; `refused`, it is a failure. Estimates are made in any case.
    """

    scope: Path | None = Field(default=None, strict=False)
    engineering: Path | None = Field(default=None, strict=False)
    schedule: Path | None = Field(default=None, strict=False)
    bid: Path | None = Field(default=None, strict=False)
    manual_review: Literal["undecided", "accepted", "refused"] = "undecided"

    def of(self, document_type: DocumentType) -> Path | None:
        """Return the file that is uploaded as a type; None for one that the suite makes."""
        files = {"scope": self.scope, "engineering": self.engineering, "schedule": self.schedule, "bid": self.bid}
        return files[document_type]


class OfferedElsewhere(Declared):
    """A demanded operation that this deployment offers otherwise than by the API, and how.

    Attributes:
        operation: A row of the role matrix; the guide demands that managers approve estimates, and the API may lack it.
        how: How it is done here.
    """

    operation: Literal["approves-estimate"]
    how: Annotated[str, StringConstraints(min_length=10)]


class DeclaredApplication(Declared):
    """The application's API, and how the suite may call it.

    Attributes:
        base_url: Scheme and host, as `https://apex.example.com`.
        api_prefix: What stands before the paths of the API.
        live_path: The liveness endpoint, from the root.
        ready_path: The readiness endpoint, from the root.
        audience: For which tokens are asked: the application's id URI or client id.
        read_only: Whether everything that writes is left out; what only reads is judged all the same.
        allow_writes: Whether runs may write without being told so each time (`--allow-writes`).
        deep: Whether requests made up from the API's own description may be sent; never to production.
        dependencies: What readiness must name, each healthy.
        healthy_values: How readiness says that a dependency is healthy.
        integrations: Of the guide's five Azure services, those whose use must show in telemetry, by their key in
            `[services]`.
        refused_tokens: Genuine tokens that the API must refuse, such as an expired one: a name for each, and the
            variable that holds it.
        offered_elsewhere: Demanded operations that the API lacks, and how they are done here.
    """

    base_url: HttpsUrl
    api_prefix: UrlPath = "/api/v1"
    live_path: UrlPath = "/health/live"
    ready_path: UrlPath = "/health/ready"
    openapi_path: UrlPath = "/openapi.json"
    audience: Text
    read_only: bool = False
    allow_writes: bool = False
    deep: bool = False
    dependencies: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)] = ("database", "blob_storage")
    healthy_values: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)] = ("healthy", "ok")
    integrations: tuple[Text, ...] = Field(
        default=("storage", "sql", "openai", "document_intelligence", "key_vault"), strict=False
    )
    identities: Identities
    refused_tokens: dict[Text, VariableName] = Field(default_factory=dict)
    access: Access = Access()
    documents: DocumentsTable = DocumentsTable()
    estimates: Estimates = Estimates()
    classification: Classification = Classification()
    limits: ApplicationLimits = ApplicationLimits()
    offered_elsewhere: tuple[OfferedElsewhere, ...] = Field(default=(), strict=False)

    @property
    def scope(self) -> str:
        """The scope for which tokens are asked (Microsoft identity platform, "the .default scope")."""
        return f"{self.audience.rstrip('/')}/.default"
