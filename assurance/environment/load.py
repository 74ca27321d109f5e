"""The table `[load]`: whether the guide's load test (Step 17) may be run here, and how large it is."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from assurance.environment.base import Declared

Pause = Annotated[float, Field(ge=0.05, le=600)]


class DeclaredLoad(Declared):
    """The load test.

    Attributes:
        allowed: Whether it may be run here at all; it also has to be asked for, by `-m load`.
        users: How many users there are at once; the guide has 50.
        seconds: How long all of them are at work; those in which they arrive are not judged.
        spawn_rate: How many users arrive in a second.
        processes: How many processes send, each on a processor of its own.
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
        return self

    @property
    def arrival_seconds(self) -> float:
        """How long it takes until all users are there."""
        return self.users / self.spawn_rate
