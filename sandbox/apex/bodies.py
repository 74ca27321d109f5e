"""The bodies that the API takes, and what it asks of its input: each rule with the switch that turns it off."""

from __future__ import annotations

import math
from collections.abc import Callable, Set
from contextvars import ContextVar
from typing import Annotated, Any, Self, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from sandbox.apex.errors import CrashError
from sandbox.apex.permissions import Role
from sandbox.apex.quirks import Observed
from sandbox.apex.switches import Switch

T = TypeVar("T")

# The switches of the service that handles the current request; pydantic's validators have no other way to know.
SWITCHES: ContextVar[Set[Switch | Observed]] = ContextVar("apex_switches")


def rule(
    holds: Callable[[Any], bool],
    kind: str,
    message: str,
    *,
    lifted: Switch | None = None,
    crashes: Switch | None = None,
) -> AfterValidator:
    """A rule for a value.

    Args:
        holds: Whether a value keeps it.
        kind: The `type` of the error.
        message: The `msg` of the error.
        lifted: The switch that lets every value pass.
        crashes: The switch that makes a wrong value crash.
    """

    def check(value: T) -> T:
        if holds(value) or lifted in SWITCHES.get():
            return value
        if crashes in SWITCHES.get():
            raise CrashError(f"{kind}: {value!r}")
        raise PydanticCustomError(kind, message)  # its stub asks for literal strings

    return AfterValidator(check)


def _is_uuid(value: str) -> bool:
    try:
        return str(UUID(value)) == value.lower()
    except ValueError:
        return False


TERRAINS = ("flat", "rolling", "mountainous", "urban", "wetland")
STATUSES = ("draft", "validating", "validated", "estimating", "complete", "archived")
DISTRIBUTIONS = ("triangular", "normal", "uniform", "lognormal", "pert")

Identifier = Annotated[
    str,
    rule(_is_uuid, "uuid_parsing", "Input should be a valid UUID", crashes=Switch.IDENTIFIER_CRASHES),
    AfterValidator(str.lower),
    WithJsonSchema({"type": "string", "format": "uuid"}),
]
Number = Annotated[
    str, rule(lambda value: 0 < len(value) <= 50, "string_length", "Input should have 1 to 50 characters")
]
Name = Annotated[
    str,
    rule(
        lambda value: 0 < len(value.strip()) <= 255,
        "string_length",
        "Input should have 1 to 255 characters",
        lifted=Switch.NAME_EMPTY_ACCEPTED,
    ),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 255}),
]
Voltage = Annotated[
    float,
    rule(math.isfinite, "finite_number", "Input should be a finite number", lifted=Switch.NAN_ACCEPTED),
    rule(
        lambda value: value != 0,
        "greater_than",
        "Input should be greater than 0",
        lifted=Switch.VOLTAGE_ZERO_ACCEPTED,
        crashes=Switch.VOLTAGE_ZERO_CRASHES,
    ),
    rule(
        lambda value: not value < 0,
        "greater_than",
        "Input should be greater than 0",
        lifted=Switch.VOLTAGE_NEGATIVE_ACCEPTED,
    ),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0}),
]


def _voltage_is_there(value: float | None) -> float | None:
    if value is None and Observed.VOLTAGE_OPTIONAL not in SWITCHES.get():
        raise PydanticCustomError("missing", "Field required")
    return value


VoltageOfProject = Annotated[Voltage | None, Field(validate_default=True), AfterValidator(_voltage_is_there)]
"""The description demands it, but where it is optional: see `application.py`."""
Miles = Annotated[
    float,
    rule(math.isfinite, "finite_number", "Input should be a finite number"),
    rule(
        lambda value: value >= 0,
        "greater_than_equal",
        "Input should be greater than or equal to 0",
        lifted=Switch.MILES_NEGATIVE_ACCEPTED,
    ),
    WithJsonSchema({"type": "number", "minimum": 0}),
]
Terrain = Annotated[
    str,
    rule(
        TERRAINS.__contains__,
        "enum",
        f"Input should be one of {', '.join(TERRAINS)}",
        lifted=Switch.TERRAIN_UNKNOWN_ACCEPTED,
    ),
    WithJsonSchema({"type": "string", "enum": list(TERRAINS)}),
]
Status = Annotated[
    str,
    rule(
        STATUSES.__contains__,
        "enum",
        f"Input should be one of {', '.join(STATUSES)}",
        lifted=Switch.STATUS_UNKNOWN_ACCEPTED,
    ),
    WithJsonSchema({"type": "string", "enum": list(STATUSES)}),
]
Distribution = Annotated[
    str,
    rule(
        DISTRIBUTIONS.__contains__,
        "enum",
        f"Input should be one of {', '.join(DISTRIBUTIONS)}",
        lifted=Switch.RISK_DISTRIBUTION_ACCEPTED,
    ),
    WithJsonSchema({"type": "string", "enum": list(DISTRIBUTIONS)}),
]
Finite = Annotated[float, rule(math.isfinite, "finite_number", "Input should be a finite number")]
Confidence = Annotated[
    float,
    rule(
        lambda value: 0 < value < 1,
        "between",
        "Input should be between 0 and 1",
        lifted=Switch.CONFIDENCE_OUT_OF_RANGE_ACCEPTED,
    ),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
]
Iterations = Annotated[
    int,
    rule(
        lambda value: 1000 <= value <= 100_000,
        "between",
        "Input should be between 1000 and 100000",
        lifted=Switch.ITERATIONS_OUT_OF_RANGE_ACCEPTED,
    ),
    WithJsonSchema({"type": "integer", "minimum": 1000, "maximum": 100_000}),
]
Page = Annotated[int, rule(lambda value: value >= 1, "greater_than_equal", "Input should be at least 1")]
PageSize = Annotated[
    int,
    rule(
        lambda value: 1 <= value <= 100,
        "between",
        "Input should be between 1 and 100",
        lifted=Switch.PAGE_SIZE_UNBOUNDED,
    ),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 100}),
]


# What a distribution cannot do without.
_PARAMETERS = {
    "triangular": ("min_value", "most_likely", "max_value"),
    "pert": ("min_value", "most_likely", "max_value"),
    "uniform": ("min_value", "max_value"),
    "normal": ("mean", "std_dev"),
    "lognormal": ("mean", "std_dev"),
}


class NewProject(BaseModel):
    """A project to create; length and terrain can follow later."""

    project_number: Number
    project_name: Name
    voltage_level: VoltageOfProject = None
    line_miles: Miles | None = None
    terrain_type: Terrain | None = None


class ProjectChange(BaseModel):
    """What changes of a project; what is absent stays."""

    project_name: Name | None = None
    voltage_level: Voltage | None = None
    line_miles: Miles | None = None
    terrain_type: Terrain | None = None
    status: Status | None = None


class Grant(BaseModel):
    """Whose access is granted, and as what: 1 estimator, 2 manager, 3 auditor."""

    user_id: Identifier
    role_id: Role


class Revocation(BaseModel):
    """Whose access is revoked; a role does not matter."""

    user_id: Identifier


class RiskFactor(BaseModel):
    """Something that adds to the cost: 0.10 adds a tenth of it."""

    name: Name
    distribution: Distribution
    min_value: Finite | None = None
    most_likely: Finite | None = None
    max_value: Finite | None = None
    mean: Finite | None = None
    std_dev: Finite | None = None

    @model_validator(mode="after")
    def _has_its_parameters(self) -> Self:
        values = self.model_dump()
        needed = _PARAMETERS.get(self.distribution, ())
        missing = [name for name in needed if values[name] is None]
        if missing and Switch.RISK_PARAMETER_MISSING_ACCEPTED not in SWITCHES.get():
            message = f"{self.distribution} needs {', '.join(missing)}"
            raise PydanticCustomError("missing_parameter", message)
        if not missing:
            self._is_in_order(values)
        return self

    def _is_in_order(self, values: dict[str, float]) -> None:
        switches = SWITCHES.get()
        if self.distribution in ("normal", "lognormal"):
            if values["std_dev"] <= 0 or (self.distribution == "lognormal" and values["mean"] <= 0):
                raise PydanticCustomError("greater_than", "std_dev, and the mean of a lognormal, are greater than 0")
            return
        order = [values[name] for name in _PARAMETERS.get(self.distribution, ())]
        if order and (order != sorted(order) or order[0] == order[-1]):
            if Switch.RISK_ORDER_CRASHES in switches:
                raise CrashError("risk factor out of order")
            if Switch.RISK_ORDER_ACCEPTED not in switches:
                raise PydanticCustomError("order", "min_value < max_value, with most_likely between them, was expected")


class NewEstimate(BaseModel):
    """An estimate to make."""

    project_id: Identifier
    risk_factors: list[RiskFactor] = Field(default_factory=list, max_length=100)
    confidence_level: Confidence = 0.80
    monte_carlo_iterations: Iterations = 10_000
