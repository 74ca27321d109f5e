"""The catalogue of bad input: one entry, one thing that is wrong with an otherwise good request.

Grounds: the API's contract (voltage above 0, length not below 0, known terrains, types and MIME types, at most 50 MiB,
pages of 1 to 100, 1000 to 100000 iterations), and OWASP ASVS 4.0, V5.1 (input validation) and V12.1 to V12.3 (files).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from assurance.apex.client.api import (
    CREATE_PROJECT,
    LIST_PROJECTS,
    READ_DOCUMENT,
    READ_ESTIMATE,
    READ_JOB,
    READ_PROJECT,
)

Family = Literal["project", "document", "estimate", "request"]
MEBIBYTE = 1024 * 1024
MAX_BYTES = 50 * MEBIBYTE
INVALID = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
"""The statuses that refuse input for what it is."""
UNKNOWN = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}
)
"""The statuses that refuse what cannot be found, or is no id at all."""


@dataclass(frozen=True, slots=True)
class BadProject:
    """A project that must not be created: a good one, but for one value."""

    name: str
    key: str
    value: object


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file that must not be taken.

    Attributes:
        name: What is wrong with it.
        file_name: Its name.
        media_type: Its MIME type.
        document_type: What it is uploaded as.
        content: Its bytes; None for those of a good PDF.
        size: To how many bytes it is made up; 0 to leave it as it is.
        mends: Whether APEX may also take it under a name that it has mended.
    """

    name: str
    file_name: str = "scope.pdf"
    media_type: str = "application/pdf"
    document_type: str = "scope"
    content: bytes | None = None
    size: int = 0
    mends: bool = False


@dataclass(frozen=True, slots=True)
class BadEstimate:
    """An estimate that must not be generated: a good request, but for one value."""

    name: str
    key: str
    value: object


@dataclass(frozen=True, slots=True)
class BadRequest:
    """A request that must be refused for its path, or for a body that is no JSON.

    Attributes:
        name: What is wrong with it.
        method: The method.
        path: The path below the API's prefix.
        caller: Who sends it.
        text: The body; empty for none.
        statuses: The statuses that refuse it.
    """

    name: str
    path: str
    method: str = "GET"
    caller: str = "estimator"
    text: str = ""
    statuses: frozenset[int] = INVALID

    def only_reads(self, *, on_standing: bool) -> bool:  # noqa: ARG002  (asked of every subject alike)
        """Tell whether trying it writes nothing."""
        return self.method == "GET"


@dataclass(frozen=True, slots=True)
class BadChange:
    """A change of a project that must not be made: to one impossible value, by a manager."""

    name: str
    key: str
    value: object


@dataclass(frozen=True, slots=True)
class BadGrant:
    """A grant of access that must not break the server, by a manager.

    Attributes:
        name: What is odd about it.
        role_ids: The roles that are granted one after the other; the last one is judged.
        is_known: Whether it is granted to somebody whom APEX knows.
        statuses: The statuses that the last grant may be answered by.
    """

    name: str
    role_ids: tuple[int, ...]
    statuses: frozenset[int]
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class BadBasis:
    """A request that is good but for what it builds on: a project that is archived, or that says nothing of a line.

    Attributes:
        name: What is wrong with it.
        asks: What is asked for.
        lacks: What the project was created without; nothing where it is archived.
    """

    name: str
    asks: Literal["document", "estimate"]
    lacks: tuple[str, ...] = ()


Bad = BadProject | BadFile | BadEstimate | BadRequest | BadChange | BadGrant | BadBasis

PROJECTS = (
    BadProject("voltage-zero", "voltage_level", 0),
    BadProject("voltage-negative", "voltage_level", -345),
    BadProject("voltage-not-a-number", "voltage_level", math.nan),
    BadProject("voltage-infinite", "voltage_level", math.inf),
    BadProject("voltage-a-text", "voltage_level", "high"),
    BadProject("voltage-null", "voltage_level", None),
    BadProject("miles-negative", "line_miles", -1),
    BadProject("terrain-unknown", "terrain_type", "lunar"),
    BadProject("name-empty", "project_name", ""),
    BadProject("name-an-object", "project_name", {"$ne": ""}),
)

FILES = (
    BadFile("file-oversize", size=MAX_BYTES + 1),
    BadFile("file-empty", content=b""),
    BadFile("mime-type-unknown", "scope.exe", "application/x-msdownload", content=b"MZ" + bytes(510)),
    BadFile("program-as-pdf", content=b"MZ" + bytes(510)),
    BadFile("document-type-unknown", document_type="poem"),
    BadFile("path-in-the-name", "../../../etc/scope.pdf", mends=True),
    BadFile("windows-path-in-the-name", "..\\..\\Windows\\scope.pdf", mends=True),
)

_TRIANGLE = {"name": "Terrain", "distribution": "triangular"}

ESTIMATES = (
    BadEstimate("risk-minimum-above-maximum", "risk_factors",
                [{**_TRIANGLE, "min_value": 1.3, "most_likely": 1.05, "max_value": 0.9}]),
    BadEstimate("risk-most-likely-outside", "risk_factors",
                [{**_TRIANGLE, "min_value": 0.9, "most_likely": 2.0, "max_value": 1.3}]),
    BadEstimate("risk-distribution-unknown", "risk_factors",
                [{"name": "Terrain", "distribution": "bernoulli", "min_value": 0.9, "max_value": 1.3}]),
    BadEstimate("risk-without-parameters", "risk_factors", [_TRIANGLE]),
    BadEstimate("risk-not-a-number", "risk_factors",
                [{**_TRIANGLE, "min_value": math.nan, "most_likely": 1.0, "max_value": 1.3}]),
    BadEstimate("risk-deviation-negative", "risk_factors",
                [{"name": "Labour", "distribution": "normal", "mean": 1.0, "std_dev": -0.1}]),
    BadEstimate("risks-a-text", "risk_factors", "many"),
    BadEstimate("confidence-above-one", "confidence_level", 1.5),
    BadEstimate("confidence-negative", "confidence_level", -0.8),
    BadEstimate("iterations-too-few", "monte_carlo_iterations", 10),
    BadEstimate("iterations-too-many", "monte_carlo_iterations", 10_000_000),
)  # fmt: skip

NOBODY = "00000000-0000-4000-8000-00000000dead"

REQUESTS = (
    BadRequest("project-id-malformed", READ_PROJECT.path(project_id="not-a-uuid"), statuses=UNKNOWN),
    BadRequest("document-id-malformed", READ_DOCUMENT.path(document_id="not-a-uuid"), statuses=UNKNOWN),
    BadRequest("estimate-id-malformed", READ_ESTIMATE.path(estimate_id="not-a-uuid"), statuses=UNKNOWN),
    BadRequest("job-id-malformed", READ_JOB.path(job_id="not-a-uuid"), statuses=UNKNOWN),
    BadRequest("project-id-a-query", READ_PROJECT.path(project_id="1'%20OR%20'1'='1"), statuses=UNKNOWN),
    BadRequest("project-id-unknown", READ_PROJECT.path(project_id=NOBODY), statuses=UNKNOWN),
    BadRequest("page-zero", f"{LIST_PROJECTS.path()}?page=0"),
    BadRequest("page-size-zero", f"{LIST_PROJECTS.path()}?page_size=0"),
    BadRequest("page-size-too-large", f"{LIST_PROJECTS.path()}?page_size=100000"),
    BadRequest("page-size-a-text", f"{LIST_PROJECTS.path()}?page_size=all"),
    BadRequest("body-not-json", CREATE_PROJECT.path(), "POST", text='{"project_number": '),
    BadRequest("body-a-list", CREATE_PROJECT.path(), "POST", text="[1, 2, 3]"),
    BadRequest("body-nested-deep", CREATE_PROJECT.path(), "POST", text="[" * 2000 + "]" * 2000),
)

CHANGES = (
    BadChange("status-unknown", "status", "perfect"),
    BadChange("voltage-changed-to-null", "voltage_level", None),
    BadChange("voltage-changed-to-zero", "voltage_level", 0),
    BadChange("voltage-changed-to-negative", "voltage_level", -345),
    BadChange("voltage-changed-to-a-text", "voltage_level", "high"),
    BadChange("miles-changed-to-null", "line_miles", None),
    BadChange("miles-changed-to-negative", "line_miles", -1),
    BadChange("name-changed-to-null", "project_name", None),
)

ANY_SUCCESS = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT})
REFUSING_GRANTS = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
)
GRANTS = (
    BadGrant("grant-to-an-unknown-user", (3,), REFUSING_GRANTS, is_known=False),
    BadGrant("grant-of-role-0", (0,), REFUSING_GRANTS),
    BadGrant("grant-of-role-4", (4,), REFUSING_GRANTS),
    BadGrant("grant-made-twice", (3, 3), ANY_SUCCESS | REFUSING_GRANTS),
    BadGrant("grant-of-a-second-role", (3, 1), ANY_SUCCESS | REFUSING_GRANTS),
)
"""By the numbers that APEX has for the roles; those of the environment file stand in their place where they differ."""

BASES = (
    BadBasis("estimate-without-voltage", "estimate", ("voltage_level",)),
    BadBasis("estimate-without-miles", "estimate", ("line_miles",)),
)
ARCHIVED = (
    BadBasis("document-to-an-archived-project", "document"),
    BadBasis("estimate-of-an-archived-project", "estimate"),
)
