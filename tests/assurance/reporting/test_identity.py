"""The roles of who ran the suite."""

from __future__ import annotations

import json
from dataclasses import replace

from assurance.reporting.identity import roles_of_identity
from assurance.reporting.model import RunModel
from tests.assurance.reporting.sample_run import SUBSCRIPTION, reading, sample_model

ROLE = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"


def with_readings(principal: str) -> RunModel:
    """Return a run that read one role assignment, of this principal, and the role's definition."""
    assignment = {"properties": {"principalId": principal, "roleDefinitionId": SUBSCRIPTION + ROLE}}
    definition = {"id": (SUBSCRIPTION + ROLE).upper(), "properties": {"roleName": "Reader"}}
    kind = f"GET https://management.azure.com{SUBSCRIPTION}/providers/Microsoft.Authorization"
    readings = (
        reading(1, f"{kind}/roleAssignments", json.dumps({"value": [assignment]}).encode()),
        reading(2, f"{kind}/roleDefinitions/acdd72a7", json.dumps(definition).encode()),
        reading(3, f"{kind}/roleAssignments?page=2", b"<html>"),
    )
    return replace(sample_model(), readings=readings)


def test_roles_are_those_that_the_readings_show() -> None:
    """The identity's roles are told by name, whatever the casing of their ids."""
    assert roles_of_identity(with_readings(sample_model().run.identity)) == ("Reader",)


def test_roles_of_others_are_not_its_own() -> None:
    """Another principal's role is not told as the identity's."""
    assert roles_of_identity(with_readings("00000000-0000-0000-0000-0000000000ff")) == ()


def test_unknown_identity_has_no_roles() -> None:
    """Where nobody is known to have signed in, nothing is told."""
    model = with_readings("")
    assert roles_of_identity(replace(model, run=replace(model.run, identity=""))) == ()
