"""What an environment file leaves out: told, and judged without."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w

import fixtures  # noqa: F401  (importing them registers the nouns)
from assurance.drift.questions import Asker, Question
from assurance.environment import Environment, load
from assurance.environment.left_out import left_out
from assurance.environment.toml_files import parsed
from assurance.errors import EnvironmentFileError, NotEvaluated
from assurance.home import suite_root
from assurance.judging.checking import Outcome
from assurance.judging.harness import BoundCheck, collect
from assurance.reporting.model import VerdictRecord
from assurance.reporting.writer import write_reports
from assurance.runs.basis import RunOptions
from assurance.runs.run import Run
from assurance.tape import utc_now
from assurance.verdicts import Verdict
from tests.suite.running import RECORDING, ROOT

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


Table = tuple[str, ...]
CHECKS = tuple(path for path in sorted((ROOT / "checks").iterdir()) if any(path.glob("test_*.py")))
ESTATE = tuple(ROOT / "checks" / folder for folder in ("security", "deployment", "drift"))
RESTING_ON = {
    "application": tuple(path for path in CHECKS if path not in ESTATE),
    "telemetry": (ROOT / "checks" / "performance", ROOT / "checks" / "smoke"),
    "load": (ROOT / "checks" / "performance",),
    "services": (*ESTATE, ROOT / "checks" / "smoke"),
}
"""What rests on a table, but for the estate alone."""
PROD = parsed((ROOT / "environments" / "prod.toml").read_bytes(), "prod.toml")
REQUIRED = {
    *("cloud", "credential", "virtual_network", "network_security_groups", "services", "container_apps", "identity"),
    *("defender", "virtual_network.subnets", "identity.roles", "application.identities"),
    *("application.identities.estimator", "deployment.revision.environment_variables"),
    *(f"services.{service}.private_endpoint" for service in PROD["services"]),
}
"""The tables without which a file is none: the whole estate, or of a table that is there."""
SUBSETS = 4


def tables(values: Values, above: Table = ()) -> Iterator[Table]:
    """Return every table of a file, and every list of tables."""
    for name, value in values.items():
        if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
            yield (*above, name)
            yield from tables(value, (*above, name)) if isinstance(value, dict) else ()


OPTIONAL = [table for table in tables(PROD) if ".".join(table) not in REQUIRED]


def without(left_out: Iterable[Table]) -> Values:
    """Return production's file without some tables, and without what refers to a service that is gone."""
    values = parsed(tomli_w.dumps(PROD).encode(), "prod.toml")
    for *above, name in left_out:
        inner = values
        for table in above:
            inner = inner.get(table, {})
        inner.pop(name, None)
    there = values.get("services", {})
    identity, skus = values.get("identity", {}), values.get("deployment", {}).get("skus", {})
    if "roles" in identity:
        identity["roles"] = [role for role in identity["roles"] if role["service"] in there]
    for service in PROD["services"].keys() - there.keys():
        skus.pop(service, None)
    if "application" in values:
        values["application"]["integrations"] = sorted(there)
    return values


def run_without(folder: Path, left_out: Iterable[Table]) -> Run:
    """Return a run that replays production's tape by a file without some tables."""
    file = folder / "prod.toml"
    file.write_text(tomli_w.dumps(without(left_out)), encoding="utf-8")
    return Run(load(file), RunOptions(RECORDING, None, folder / "reports", "20261129T003028Z-8da407", "checks"))


def judged(run: Run, folders: Collection[Path]) -> list[tuple[BoundCheck, Outcome]]:
    """Return what every case comes to."""
    given: dict[str, object] = {"environment": run.environment}
    for name, give in run.roots().items():
        try:
            given[name] = give()
        except NotEvaluated:
            continue  # what rests on it is not collected: its table is not there
    cases = collect(folders, run.environment, frozenset(given))
    return [(case, case.outcome(given)) for case in cases]


def broken(outcomes: Iterable[tuple[BoundCheck, Outcome]]) -> list[str]:
    """Return the cases that broke down, and why."""
    return [f"{case.id}: {one.reason}" for case, one in outcomes if "defect of the suite" in one.remedy]


@pytest.mark.parametrize("table", [tuple(name.split(".")) for name in sorted(REQUIRED)], ids=".".join)
def test_required_tables_are_known(table: Table, tmp_path: Path) -> None:
    """No other table is required; the message names the one that is missing."""
    with pytest.raises(EnvironmentFileError, match=".".join(table)):
        run_without(tmp_path, [table])


@pytest.mark.parametrize("table", OPTIONAL, ids=".".join)
def test_table_is_optional(table: Table, tmp_path: Path) -> None:
    """Without an optional table, what there is is judged: no case breaks down, and most pass."""
    run = run_without(tmp_path, [table])
    outcomes = judged(run, RESTING_ON.get(table[0], ESTATE))
    assert broken(outcomes) == []
    passed = [case for case, one in outcomes if one.verdict is Verdict.PASS]
    assert passed or table in {("application",), ("telemetry",)}
    run.close()


def test_a_baseline_may_know_a_vault_that_is_no_longer_declared(tmp_path: Path) -> None:
    """Its names of secrets cannot be asked for, and the refusal says which of the two files to change."""
    run = run_without(tmp_path, [("services", "key_vault")])
    answer = Asker(run.clients, run.environment).ask(Question("/secrets", "", "key_vault", "list"))
    assert answer.refusal is not None
    assert "declares no key vault" in answer.refusal.reason


@pytest.mark.parametrize("seed", range(SUBSETS))
def test_any_tables_are_optional(seed: int, tmp_path: Path) -> None:
    """Without half of the optional tables, drawn anew for each seed, no case breaks down."""
    draw = random.Random(seed)  # noqa: S311  (no secret)
    stays = draw.choice([table for table in OPTIONAL if table[0] == "services"])
    left_out = [table for table in draw.sample(OPTIONAL, len(OPTIONAL) // 2) if table != stays]
    run = run_without(tmp_path, left_out)
    assert broken(judged(run, CHECKS)) == []
    run.close()


def test_reports_need_no_table(tmp_path: Path) -> None:
    """A file with nothing but what is required, and one service, is judged and reported in every form."""
    run = run_without(tmp_path, [table for table in OPTIONAL if table != ("services", "storage")])
    run.directory.mkdir(parents=True)
    outcomes = judged(run, CHECKS)
    records = [record(case, outcome) for case, outcome in outcomes]
    model = run.model(records, [one.check for one in records], finished=utc_now(), complete=True, identity="")
    write_reports(model, run.directory)

    assert broken(outcomes) == []
    assert model.run.left_out
    assert {path.suffix for path in run.directory.iterdir()} >= {".json", ".md", ".csv", ".xml"}


def record(case: BoundCheck, outcome: Outcome) -> VerdictRecord:
    """Return the record of a case."""
    values = {name: getattr(outcome, name) for name in Outcome.__slots__}
    return VerdictRecord(
        check=case.id, control=case.control, subject=case.subject, statement=case.check, duration_seconds=0.0, **values
    )
