"""The tables `[telemetry]`, `[load]` and `[application.*]` of the file.

Where telemetry is kept, how roles get access.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from assurance.environment.values import Declared, Guid, Seconds, Text

# Windows and charts are made of intervals of this length, which Azure Monitor's metrics have too.
BIN_MINUTES = 5
# The last half hour (Step 17) and the day after a deployment (Step 26).
GUIDES_WINDOWS = (30, 24 * 60)

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
WindowMinutes = Annotated[int, Field(ge=BIN_MINUTES, le=30 * 24 * 60, multiple_of=BIN_MINUTES)]


class Thresholds(Declared):
    """The service level; as they stand, the guide's (Step 17). A looser one is a failure of its own.

    Attributes:
        availability_percent: At least so much.
        p50_milliseconds: The median response time is below this.
        p95_milliseconds: The 95th percentile is below this.
        p99_milliseconds: The 99th percentile is below this.
        error_rate_percent: The share of requests that fail is below this.
        failed_requests_per_hour: Fewer requests than this fail in an hour.
        list_p95_milliseconds: The 95th percentile of the project list, as a client sees it, is below this (Step 14).
    """

    availability_percent: Percent = 99.9
    p50_milliseconds: Positive = 500.0
    p95_milliseconds: Positive = 2000.0
    p99_milliseconds: Positive = 5000.0
    error_rate_percent: Percent = 1.0
    failed_requests_per_hour: Positive = 10.0
    list_p95_milliseconds: Positive = 500.0


class Baseline(Declared):
    """How the list baseline is drawn.

    Attributes:
        fewest_requests: How many requests are made at least; the guide asks for ten.
        most_requests: After how many it is "not evaluated" where they do not tell the percentile from the threshold.
        error_probability: How often at most a verdict may be wrong, either way, over all looks together.
        warm_up_requests: How many are made before, and not counted.
    """

    fewest_requests: Annotated[int, Field(ge=10)] = 10
    most_requests: Annotated[int, Field(ge=10, le=10_000)] = 500
    error_probability: Annotated[float, Field(gt=0, le=0.05)] = 0.05
    warm_up_requests: Annotated[int, Field(ge=0, le=20)] = 1

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.most_requests < self.fewest_requests:
            raise ValueError("most_requests is below fewest_requests")
        return self


class DeclaredTelemetry(Declared):
    """Application Insights, how it is read, and what is too little to judge by.

    Attributes:
        component: The name of the Application Insights resource.
        resource_group: Its resource group; the environment's own where absent.
        workspace_id: The id of its Log Analytics workspace, to query that (`AppRequests`, ...); where absent, the
            component itself is queried (`requests`, ...).
        thresholds: The service level.
        windows_minutes: Over which spans it is judged; the guide asks for thirty minutes (Step 17) and a day (Step 26).
        availability_from: Whether availability is that of availability tests, or the share of requests that succeed.
        excluded_requests: Names of requests that are no service to users; in the percentiles they would hide others.
        minimum_requests: With fewer rows in a window, response times and errors are "not evaluated".
        minimum_tests: With fewer runs of availability tests in a window, availability is "not evaluated".
        longest_gap_minutes: With a longer span without any telemetry, a window is "not evaluated".
        arrival_seconds: How long telemetry takes to arrive; windows end so long before the run, and who waits for
            telemetry waits so long at most.
        poll_seconds: How long to wait between two looks for telemetry that has not arrived.
        metrics_tolerance_percent: How far logs and metrics may tell differing numbers of the same window.
        baseline: How the list baseline is drawn.
    """

    component: Text
    resource_group: Text | None = None
    workspace_id: Guid | None = None
    thresholds: Thresholds = Thresholds()
    windows_minutes: Annotated[tuple[WindowMinutes, ...], Field(min_length=1, strict=False)] = GUIDES_WINDOWS
    availability_from: Literal["tests", "requests"] = "tests"
    excluded_requests: tuple[Text, ...] = Field(default=("GET /health/live", "GET /health/ready"), strict=False)
    minimum_requests: Annotated[int, Field(ge=1)] = 100
    minimum_tests: Annotated[int, Field(ge=1)] = 5
    longest_gap_minutes: Annotated[int, Field(ge=BIN_MINUTES, multiple_of=BIN_MINUTES)] = 15
    arrival_seconds: Annotated[Seconds, Field(ge=0)] = 300.0
    poll_seconds: Annotated[Seconds, Field(gt=0)] = 10.0
    metrics_tolerance_percent: Annotated[float, Field(ge=0, le=50)] = 5.0
    baseline: Baseline = Baseline()


How = Literal["granted", "standing", "pool", "command"]
# What `command` may name of the project and of whom it gives a role; each is replaced by its value, in no shell.
PLACEHOLDERS = ("{project_id}", "{role}", "{role_id}", "{user_id}", "{object_id}")


class Access(Declared):
    """How the roles get their access to test projects.

    Attributes:
        how: `granted`: the manager grants access (`POST /projects/{id}/access`) on each project that a run makes.
            `command`: `command` is run for each of them and each role. `pool`: an operator has granted the roles once,
            on each of `project_ids`; a run works on these, and undoes what it can. `standing`: the same for one
            project, `project_id`, which no run may change: what a role is allowed to write is not judged there, and
            what it must be refused is.
        project_id: The standing project.
        project_ids: The projects of the pool; with more of them, workers wait less for each other.
        command: The command and its arguments, for `command`. It must make the person with `{user_id}` (the id within
            APEX; `{object_id}` is that in the directory) have the role `{role_id}` (`{role}` is its name) on
            `{project_id}`, and end with exit status 0. Its output is kept as evidence, redacted.
        command_seconds: How long it may take.
        estimator_role_id: By which number APEX knows the role estimator.
        manager_role_id: The role manager.
        auditor_role_id: The role auditor.
        restores_archived: For `pool`: whether a manager brings an archived project back by setting its status to
            draft. If not, archiving by a manager is not judged, since it would use the pool up.
    """

    how: How = "granted"
    project_id: Text | None = None
    project_ids: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    command: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    command_seconds: Annotated[Seconds, Field(gt=0, le=300)] = 30.0
    estimator_role_id: int = 1
    manager_role_id: int = 2
    auditor_role_id: int = 3
    restores_archived: bool = False

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if self.how == "standing" and self.project_id is None:
            raise ValueError('how = "standing" needs project_id, the project on which the roles have their access')
        if self.how == "pool" and not self.project_ids:
            raise ValueError('how = "pool" needs project_ids, the projects on which the roles have their access')
        if self.how == "command" and not self.command:
            raise ValueError('how = "command" needs command, a list: the program and its arguments')
        if self.how == "command" and not any("{project_id}" in part for part in self.command):
            raise ValueError(f"command must name {{project_id}}; it may name {', '.join(PLACEHOLDERS)}")
        return self

    @property
    def places(self) -> tuple[str, ...]:
        """The projects on which the roles have their access already; none where each new project is given it."""
        if self.how == "pool":
            return self.project_ids
        return (self.project_id,) if self.how == "standing" and self.project_id is not None else ()


Pause = Annotated[float, Field(ge=0.05, le=600)]


class DeclaredLoad(Declared):
    """The load test.

    Attributes:
        allowed: Whether it may be run here at all; it also has to be asked for, by `-m load`.
        users: How many users there are at once; the guide has 50.
        seconds: How long all of them are at work; those in which they arrive are not judged.
        spawn_rate: How many users arrive in a second.
        processes: How many processes send, each on a processor of its own.
        workers: How many Locust workers send, on other machines, instead of processes of this one; 0 for none.
        bind: Where they find this machine, as `ADDRESS:PORT`; whoever reaches it can be a worker.
        workers_seconds: How long they are waited for.
        think_seconds: Least and most time from one request of a user to the next.
        minimum_requests: With fewer requests it is "not evaluated".
        most_cpu_percent: A process that uses more of its processor than this measures itself: "not evaluated".
        most_lag_milliseconds: Likewise one whose own heartbeat comes later than this in one second of twenty.
    """

    allowed: bool = False
    users: Annotated[int, Field(ge=1, le=10_000)] = 50
    seconds: Annotated[int, Field(ge=3, le=86_400)] = 300
    spawn_rate: Annotated[float, Field(gt=0, le=1_000)] = 5.0
    processes: Annotated[int, Field(ge=1, le=64)] = 1
    workers: Annotated[int, Field(ge=0, le=1_000)] = 0
    bind: Annotated[str, Field(pattern=r"^[0-9A-Za-z.:*-]+:[0-9]{1,5}$")] = "127.0.0.1:5557"
    workers_seconds: Annotated[int, Field(ge=1, le=3_600)] = 120
    think_seconds: Annotated[tuple[Pause, Pause], Field(strict=False)] = (1.0, 5.0)
    minimum_requests: Annotated[int, Field(ge=20)] = 500
    most_cpu_percent: Annotated[float, Field(gt=0, le=100)] = 90.0
    most_lag_milliseconds: Annotated[float, Field(gt=0)] = 250.0

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.think_seconds[1] < self.think_seconds[0]:
            raise ValueError("think_seconds: the least comes first, and is above the most")
        if self.processes > self.users:
            raise ValueError("processes: there are more than users")
        if self.workers and self.processes > 1:
            raise ValueError("processes: workers elsewhere send in their place; leave one of the two out")
        if self.workers > self.users:
            raise ValueError("workers: there are more than users")
        return self

    @property
    def arrival_seconds(self) -> float:
        """How long it takes until all users are there."""
        return self.users / self.spawn_rate


DocumentType = Literal["scope", "engineering", "schedule", "bid"]
AaceClass = Literal["class_1", "class_2", "class_3", "class_4", "class_5"]
Documents = Annotated[tuple[DocumentType, ...], Field(strict=False)]


class ClassifiedCase(Declared):
    """A project with these documents, uploaded and validated in this order, must come to this class."""

    documents: Documents
    expected: AaceClass


class BidCase(Declared):
    """A project whose last document is a bid, which must be held to this class."""

    documents: Annotated[Documents, Field(min_length=1)]
    expected: AaceClass


class Classification(Declared):
    """The guide's Step 16, "AACE Classification Testing".

    Attributes:
        conceptual: A conceptual project.
        budget: A budget project; its estimate must not have its class before the documents are validated.
        bid: Whose last document is validated, and must be held to the class.
        definitive: A project whose estimate must reach the bid's class.
    """

    conceptual: ClassifiedCase = ClassifiedCase(documents=(), expected="class_5")
    budget: ClassifiedCase = ClassifiedCase(documents=("scope",), expected="class_3")
    bid: BidCase = BidCase(documents=("bid",), expected="class_2")
    definitive: ClassifiedCase = ClassifiedCase(documents=("scope", "engineering"), expected="class_2")
