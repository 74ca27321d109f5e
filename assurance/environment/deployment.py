"""The tables `[defender]` and `[deployment]`: registry, monitoring, secrets, revisions, backup, sizes, release."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from assurance.environment.values import Declared, Guid, HostName, ResourceId, Text
from assurance.tape.secret_forms import secret_kind


def _form(pattern: str, expected: str) -> AfterValidator:
    """Return the validator of texts of that form; `expected` says in words what they are."""
    compiled = re.compile(pattern)

    def validate(value: str) -> str:
        if compiled.fullmatch(value) is None:
            raise ValueError(f"{expected} was expected")
        return value

    return AfterValidator(validate)


Digest = Annotated[str, _form(r"sha256:[0-9a-f]{64}", "a digest such as sha256: and 64 hexadecimal digits")]
Commit = Annotated[str, _form(r"[0-9a-f]{40}", "a commit's 40 hexadecimal digits")]
Origin = Annotated[str, _form(r"https://[^/\s*@?#]+", "an origin such as https://apex-frontend.azurewebsites.net")]
Tag = Annotated[str, _form(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", "a tag such as 1.4.2")]
SchemaRevision = Annotated[str, _form(r"[A-Za-z0-9_-]{4,64}", "an Alembic revision such as 7d2e91b4c0a5")]
Retention = Annotated[str, _form(r"P\d{1,4}[DWMY]", "a duration such as P4W")]
Percent = Annotated[int, Field(ge=1, le=100)]
Count = Annotated[int, Field(ge=1, le=1000)]
File = Annotated[Path, Field(strict=False)]


class DeclaredRegistry(Declared):
    """The container registry (Step 6); `public_access` where pipelines push to it over the Internet."""

    name: Text
    resource_group: Text | None = None
    subscription: Guid | None = None
    login_server: HostName
    public_access: bool = False


class DeclaredMonitoring(Declared):
    """Application Insights, its Log Analytics workspace and the dashboard (Steps 7 and 19)."""

    resource_group: Text | None = None
    subscription: Guid | None = None
    component: Text
    workspace: Text
    workspace_resource_group: Text | None = None
    workspace_subscription: Guid | None = None
    action_groups: tuple[ResourceId, ...] = Field(default=(), strict=False)
    dashboard: Text


class DeclaredDefender(Declared):
    """Defender for Cloud: plans that must be on, the lowest acceptable secure score (a fraction, 0 to 1), exceptions.

    `suppression_rules` are the names of the rules that may dismiss alerts before anybody sees them.
    """

    plans: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    suppression_rules: tuple[Text, ...] = Field(default=(), strict=False)
    secure_score_floor: Annotated[float, Field(ge=0, le=1)]


class DeclaredSecretNames(Declared):
    """What the four secrets of Step 4 are called in the vault, and whether the client credentials flow is used."""

    sql_connection_string: Text = "AZURE-SQL-CONNECTION-STRING"
    application_insights_connection_string: Text = "APPLICATION-INSIGHTS-CONNECTION-STRING"
    openai_api_key: Text = "AZURE-OPENAI-API-KEY"
    ad_client_secret: Text = "AZURE-AD-CLIENT-SECRET"  # noqa: S105  (a secret's name)
    client_credentials: bool


class DeclaredRevision(Declared):
    """How every revision of the application is set up (Step 13, and "Scaling Configuration").

    Environment variables are those whose values are no secrets; Azure's values are compared by their digests. Without
    `cors_origins`, which origins may call is not evaluated.
    """

    environment_variables: dict[Text, Text]
    cors_origins: tuple[Origin, ...] = Field(default=(), strict=False)
    minimum_replicas: Count = 2
    maximum_replicas: Count = 10
    concurrent_requests: Count = 50

    @model_validator(mode="after")
    def _no_variable_is_a_secret(self) -> Self:
        for name, value in self.environment_variables.items():
            if secret_kind(name, value) is not None:
                raise ValueError(f"environment_variables.{name}: looks like a secret; declare only what is none")
        return self


class DeclaredLongTermRetention(Declared):
    """Long-term retention of database backups, as ISO 8601 durations such as P4W."""

    weekly: Retention | None = None
    monthly: Retention | None = None
    yearly: Retention | None = None


class DeclaredBackup(Declared):
    """Backup of the database: how copies that are made before migrations are named, and long-term retention if any."""

    copy_prefix: Text
    long_term: DeclaredLongTermRetention | None = None


class DeclaredRelease(Declared):
    """The release that is deployed. It differs from one deployment to the next: `--release FILE` brings it along.

    Attributes:
        tag: The image's tag: a semantic version or a commit.
        git_tag: The tag in Git; the image's tag with a `v` in front where none is given.
        commit: The commit that it was built from.
        image_digest: The image's digest in the registry.
        schema_revision: The database's Alembic revision after the migration.
        traffic_percent: The share of traffic that the new revision has: 10 as canary, 100 in the end (Step 15).
        template_digest: The digest of the ARM template that was reviewed and is deployed (Steps 6 and 11).
    """

    tag: Tag
    git_tag: Tag | None = None
    commit: Commit
    image_digest: Digest
    schema_revision: SchemaRevision
    traffic_percent: Percent = 100
    template_digest: Digest | None = None


class AnnouncedChange(Declared):
    """A security-relevant change of the plan that somebody announced (guide, Step 11): which, and why.

    `resource` is the resource's name and `path` the property's; both may hold `*` for any text.
    """

    resource: Text
    path: Text = "*"
    reason: Annotated[str, StringConstraints(min_length=10)]


class DeclaredArtefacts(Declared):
    """Files that a pipeline leaves: relative paths are relative to the file that names them.

    Attributes:
        unit_coverage: coverage.xml of the unit tests.
        integration_coverage: coverage.xml of the integration tests.
        bandit: Bandit's report, as JSON.
        trivy: Trivy's report on the image, as JSON.
        ci_run: `gh run view --json headSha,headBranch,status,conclusion,url`, or `az pipelines runs show`.
        staging_schema: What `alembic current` printed in staging after the migration.
        inventory: The production inventory, as JSON.
        git_tags: What `git ls-remote --tags origin` printed.
        template: The compiled ARM template that is deployed, as JSON.
        validation: What `az deployment group validate` printed for it.
        what_if: What `az deployment group what-if --no-pretty-print` printed for it: the plan that was reviewed.
    """

    unit_coverage: File | None = None
    integration_coverage: File | None = None
    bandit: File | None = None
    trivy: File | None = None
    ci_run: File | None = None
    staging_schema: File | None = None
    inventory: File | None = None
    git_tags: File | None = None
    template: File | None = None
    validation: File | None = None
    what_if: File | None = None

    def paths(self) -> dict[str, Path]:
        """Return where each artefact is that is named."""
        return {name: path for name, path in self if isinstance(path, Path)}


class DeclaredDeployment(Declared):
    """Everything that the deployment checks need beside what the security controls do.

    `skus` maps services, by their key in `services`, to the SKU that Azure must tell (a database's service objective,
    such as S2, for `sql`).
    """

    registry: DeclaredRegistry | None = None
    monitoring: DeclaredMonitoring | None = None
    secrets: DeclaredSecretNames | None = None
    revision: DeclaredRevision | None = None
    backup: DeclaredBackup | None = None
    skus: dict[Text, Text] = Field(default_factory=dict)
    release: DeclaredRelease | None = None
    artefacts: DeclaredArtefacts = DeclaredArtefacts()
    announced: tuple[AnnouncedChange, ...] = Field(default=(), strict=False)
