"""What a file leaves out against the guide is told; a file that demands all of it leaves out nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assurance.environment import Environment, load
from assurance.environment.left_out import left_out
from assurance.home import suite_root

ENVIRONMENTS = suite_root() / "environments"
BOTH = ("inside", "outside")
Values = dict[str, Any]
"""Tables of an environment file."""


@pytest.fixture(scope="module")
def whole() -> Values:
    """The production file, as values."""
    return load(ENVIRONMENTS / "prod.toml").model_dump(mode="python")


def told(values: Values, vantage: tuple[str, ...] = BOTH) -> tuple[str, ...]:
    """Return what is left out by a file of these values."""
    return left_out(Environment.model_validate(values), vantage)


def changed(values: Values, **tables: Any) -> Values:  # noqa: ANN401  (TOML of any kind)
    """Return values with some tables in place of others."""
    return {**values, **tables}


@pytest.mark.parametrize("name", ["prod", "staging", "dev", "sandbox"])
def test_the_bundled_files_leave_out_nothing(name: str) -> None:
    """They are what the guide says."""
    assert left_out(load(Path(ENVIRONMENTS / f"{name}.toml")), BOTH) == ()


def test_fewer_services_are_told_by_kind(whole: Values) -> None:
    """The guide has five behind private endpoints; who declares one is judged on one."""
    one = {"storage": whole["services"]["storage"]}
    roles = [role for role in whole["identity"]["roles"] if role["service"] == "storage"]
    application = {**whole["application"], "integrations": ["storage"]}
    deployment = {**whole["deployment"], "skus": {}}
    values = changed(whole, services=one, identity={**whole["identity"], "roles": roles}, application=application)
    assert told(changed(values, deployment=deployment)) == (
        "declares no SQL server, where the guide has 1",
        "declares no Azure AI service, where the guide has 2",
        "declares no Key Vault, where the guide has 1",
    )


def test_one_plan_and_no_score_are_told(whole: Values) -> None:
    """A floor of 0 lets any score pass."""
    defender = {"plans": ("StorageAccounts",), "secure_score_floor": 0, "suppression_rules": ("quiet",)}
    assert told(changed(whole, defender=defender)) == (
        "does not demand the Defender plan SqlServers, which watches its SQL server",
        "does not demand the Defender plan AI, which watches its Azure AI service",
        "does not demand the Defender plan KeyVaults, which watches its Key Vault",
        "demands no secure score: the floor is 0",
        "permits the rule quiet to dismiss alerts",
    )


@pytest.mark.parametrize(
    ("direction", "source", "destination", "where"),
    [
        ("Inbound", "*", "10.0.2.0/24", "from"),
        ("Inbound", "Internet", "10.0.2.0/24", "from"),
        ("Inbound", "0.0.0.0/0", "10.0.2.0/24", "from"),
        ("Outbound", "10.0.0.0/23", "*", "to"),
        ("Outbound", "10.0.0.0/23", "Internet", "to"),
    ],
)
def test_a_flow_from_or_to_everywhere_is_told(
    whole: Values, direction: str, source: str, destination: str, where: str
) -> None:
    """Such a permission takes the sense out of a rule that denies the rest."""
    ends = {"source": source, "destination": destination, "ports": ("443",)}
    flow = {"name": "wide", "direction": direction, "protocol": "Tcp", **ends}
    groups = [{**one, "permitted_flows": [flow]} for one in whole["network_security_groups"][:1]]
    groups += whole["network_security_groups"][1:]
    assert told(changed(whole, network_security_groups=groups)) == (
        f"permits the flow wide of nsg-containerapps-prod {where} everywhere",
    )


def test_a_missing_denial_is_told(whole: Values) -> None:
    """The endpoints' group must deny what enters, the application's what leaves."""
    groups = [{**one, "deny_all": ("Outbound",)} for one in whole["network_security_groups"]]
    assert told(changed(whole, network_security_groups=groups)) == (
        "does not demand that nsg-privateendpoints-prod denies all that is inbound",
    )


def test_what_is_called_not_applicable_is_told_with_its_reason(whole: Values) -> None:
    """But not what the same run covers, nor what is no security control."""
    reason = "Another team judges it."
    lines = [
        {"control": "SEC-04", "reason": reason},
        {"control": "SEC-06", "check": "test_x", "subject": "sql", "reason": reason},
        {"control": "SEC-09", "unless_vantage": "outside", "reason": reason},
        {"control": "SLA-09", "reason": reason},
    ]
    values = changed(whole, not_applicable=lines)
    always = (
        "calls SEC-04 not applicable: Another team judges it",
        "calls SEC-06 test_x [sql] not applicable: Another team judges it",
    )
    assert told(values) == always
    assert told(values, ("inside",)) == (*always, "calls SEC-09 not applicable: Another team judges it")


def test_exceptions_are_told(whole: Values) -> None:
    """Each is a door that the guide does not have."""
    network = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/x/providers/Microsoft.Network"
    sql = {**whole["services"]["sql"], "trusted_services": True, "local_authentication": True}
    sql["permitted_subnets"] = (f"{network}/virtualNetworks/v/subnets/s",)
    apps = {**whole["container_apps"], "ingress_external": True, "external_ports": (8443,)}
    identity = {**whole["identity"], "federated_credentials": ("github",)}
    values = changed(whole, services={**whole["services"], "sql": sql}, container_apps=apps, identity=identity)
    values["public_addresses"] = (f"{network}/publicIPAddresses/pip-way-out",)
    assert told(values) == (
        "lets Azure's trusted services into sql-apex-prod",
        "does not demand that sql-apex-prod refuses keys and passwords",
        "lets subnets of other networks into sql-apex-prod: 1",
        "permits an external ingress of ca-apex-prod",
        "permits the external port 8443 of ca-apex-prod",
        "permits the public address pip-way-out",
        "permits that somebody outside Azure signs in as the identity, by github",
    )


def test_areas_that_are_not_declared_are_told(whole: Values) -> None:
    """Whole families are then not judged."""
    assert told(changed(whole, application=None, telemetry=None)) == (
        "declares no application, so smoke, workflow, roles and bad input are not judged",
        "declares no telemetry, so service levels are not judged",
    )
