"""The tables that say how the suite itself works.

Its bounds, waivers, reports, baseline, evidence, and what else may stand in the environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from assurance.environment.values import Declared, Seconds, Text, VariableName, matching
from assurance.tape.strict_json import KEPT_BOUNDS, MAX_TAPE_BYTES, JsonBounds


@dataclass(frozen=True, slots=True)
class AnswerBounds:
    """Bounds on one answer; what is beyond is refused before it is kept or parsed.

    Attributes:
        body_bytes: The longest body, decompressed.
        json: Bounds on the JSON in it.
    """

    body_bytes: int
    json: JsonBounds = field(default_factory=JsonBounds)


class Limits(Declared):
    """Bounds on how the suite reads.

    Attributes:
        concurrency: The most requests at once.
        timeout_seconds: For one answer; half of it for a connection.
        retry_budget_seconds: How long retries of one question may go on.
        attempts: How often one question is sent at most; to be throttled (429) does not count.
        throttled_seconds: How long a run may wait because Azure throttles it, over all its processes; time in which
            several of them wait counts once.
        body_bytes: The longest answer, decompressed.
        json_values: The most values in an answer.
        json_depth: The deepest nesting of an answer.
        integer_digits: The longest integer in an answer.
        text_bytes: The longest text in an answer.
        pages: The most pages of a list.
        rows: The most rows of a list.
        tape_bytes: The most bytes of answers that a run keeps.
    """

    concurrency: Annotated[int, Field(ge=1, le=64)] = 12
    timeout_seconds: Annotated[Seconds, Field(gt=0)] = 10.0
    retry_budget_seconds: Annotated[Seconds, Field(ge=0)] = 15.0
    attempts: Annotated[int, Field(ge=1, le=10)] = 4
    throttled_seconds: Annotated[Seconds, Field(ge=0)] = 300.0
    body_bytes: Annotated[int, Field(ge=1024, le=KEPT_BOUNDS.characters)] = 16 * 1024 * 1024
    json_values: Annotated[int, Field(ge=100, le=KEPT_BOUNDS.values)] = 1_000_000
    json_depth: Annotated[int, Field(ge=10, le=500)] = 100
    integer_digits: Annotated[int, Field(ge=20, le=4000)] = 100
    text_bytes: Annotated[int, Field(ge=1024, le=KEPT_BOUNDS.characters)] = 1_000_000
    pages: Annotated[int, Field(ge=1)] = 1000
    rows: Annotated[int, Field(ge=1)] = 50_000
    tape_bytes: Annotated[int, Field(ge=1024 * 1024, le=MAX_TAPE_BYTES)] = MAX_TAPE_BYTES

    @property
    def answer_bounds(self) -> AnswerBounds:
        """The bounds on one answer."""
        json = JsonBounds(self.json_values, self.json_depth, self.integer_digits, self.text_bytes)
        return AnswerBounds(self.body_bytes, json)


class DeclaredWaivers(Declared):
    """The rules for waivers; `unwaivable` names the controls whose failures stay failures, such as `SEC-06`."""

    unwaivable: tuple[Text, ...] = Field(default=(), strict=False)


VARIABLE = "APEX_REPORTS"
FOLDER = "reports"


def reports_directory(declared: Path | None, variables: Mapping[str, str], folder: Path) -> Path:
    """Return the directory that holds ENVIRONMENT/RUN: the variable's, else the environment file's, else `reports`.

    Args:
        declared: `evidence.reports` of the environment file, if it was given.
        variables: The environment variables.
        folder: Where the user works: `reports` is below it.
    """
    directory = variables.get(VARIABLE, "")
    return (Path(directory) if directory else declared or folder / FOLDER).absolute()


class ExpectedChange(Declared):
    """A change that is part of running the deployment, such as a new revision after a release, and why.

    Of what the classification calls operational only: what is security-relevant is never expected. `resource` and
    `path` may hold `*` for any text; `resource` absent means every resource.
    """

    resource: Text | None = None
    path: Text
    reason: Annotated[str, StringConstraints(min_length=10)]


class DeclaredDrift(Declared):
    """Drift: `baseline` is the file to compare with, which a run sets from `--baseline` or its default place."""

    # A path of one machine: left out where the environment is written into an evidence pack.
    baseline: Path | None = Field(default=None, strict=False, exclude=True)
    expected: tuple[ExpectedChange, ...] = Field(default=(), strict=False)


# No query: a signature in it would be a secret in a file.
ContainerUrl = Annotated[
    str, matching(r"https://[^/?#\s@]+(/[^/?#\s@]+){1,2}", "the address of a blob container, https://HOST/CONTAINER,")
]
KeyUri = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9+.-]*:\S*$")]


class Evidence(Declared):
    """How packs are signed, and what a gate accepts.

    Attributes:
        signer: `none`; `file`, a private key in a file of this machine; or `uri`, a key that a service keeps.
        key_variable: For `file`: the environment variable that holds the path of the key, in PEM form (PKCS 8).
        key_uri: For `uri`: the key as securesystemslib names it, such as `azurekms://VAULT.vault.azure.net/keys/KEY/1`.
        public_key: For `uri`: the file of the public half, in PEM form.
        maximum_age_hours: A gate refuses a tape whose oldest reading is older than this.
        reports: Where packs and the ledger go, relative to the file; else `reports` where the suite is started.
        container: The blob container that keeps the ledger and the packs of live runs, wherever they happen, such as
            `https://ACCOUNT.blob.core.windows.net/evidence`; without it the ledger is where `reports` is.
        allow_not_live: Whether a gate takes a tape or stand-ins for the real environment.
    """

    signer: Literal["none", "file", "uri"] = "none"
    key_variable: VariableName | None = None
    key_uri: KeyUri | None = None
    public_key: Path | None = Field(default=None, strict=False)
    maximum_age_hours: Annotated[Seconds, Field(gt=0)] = 24.0
    reports: Path | None = Field(default=None, strict=False)
    container: ContainerUrl | None = None
    allow_not_live: bool = False

    @model_validator(mode="after")
    def _a_signer_has_its_key(self) -> Self:
        if self.signer == "file" and self.key_variable is None:
            raise ValueError('signer = "file" needs key_variable, the environment variable that holds the key\'s path')
        if self.signer == "uri" and (self.key_uri is None or self.public_key is None):
            raise ValueError('signer = "uri" needs key_uri, and public_key, the file of the public half in PEM form')
        return self


class KnownResource(Declared):
    """Something that no check judges, and that is there for a reason.

    Attributes:
        resource: Its id, or the end of one with its type, such as `Microsoft.Web/sites/apex-frontend`; `*` is any text.
        reason: Why it is there.
        public: Whether it may be reached from public networks; otherwise its public door must be shut.
    """

    resource: Text
    reason: Annotated[str, StringConstraints(min_length=10)]
    public: bool = False


class DeclaredInventory(Declared):
    """What is looked through, and what is known there.

    Attributes:
        resource_groups: The groups that belong to this deployment alone, in which everything must be accounted for;
            where none is given, the environment's own and those that services, Container Apps and identity are in.
        known: What is there beside what the file declares elsewhere.
    """

    resource_groups: tuple[Text, ...] = Field(default=(), strict=False)
    known: tuple[KnownResource, ...] = Field(default=(), strict=False)
