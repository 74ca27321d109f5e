"""The bodies that the API takes."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from sandbox.apex.errors import CrashError
from sandbox.apex.permissions import Role
from sandbox.apex.rules import (
    SWITCHES,
    Confidence,
    Distribution,
    Finite,
    Identifier,
    Iterations,
    Miles,
    Name,
    Number,
    Status,
    Terrain,
    Voltage,
    VoltageOfProject,
)
from sandbox.apex.switches import Switch

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
