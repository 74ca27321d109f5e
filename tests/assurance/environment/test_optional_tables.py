"""Optional is optional: whatever tables a valid file leaves out, what there is is judged, and nothing breaks down."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w

import fixtures  # noqa: F401  (importing them registers the nouns)
from assurance.drift.asking import Asker
from assurance.drift.questions import Question
from assurance.environment import load
from assurance.environment.toml_files import parsed
from assurance.errors import EnvironmentFileError, NotEvaluated
from assurance.judging.checking import Outcome
from assurance.judging.harness import BoundCheck, collect
from assurance.reporting.model import VerdictRecord
from assurance.reporting.writer import write_reports
from assurance.runs.options import RunOptions
from assurance.runs.run import Run
from assurance.tape import utc_now
from assurance.verdicts import Verdict
from tests.suite.running import RECORDING, ROOT

Table = tuple[str, ...]
Values = dict[str, Any]  # Any: TOML
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
