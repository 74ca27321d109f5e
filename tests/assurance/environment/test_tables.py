"""Single tables of the environment file, its reference, and files that take tables away."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from assurance.environment import load, with_release
from assurance.environment.application_tables import DeclaredTelemetry
from assurance.environment.kinds import judged_kinds, service_types
from assurance.environment.reference import SCHEMA_LINE, markdown, schema, undescribed
from assurance.errors import EnvironmentFileError
from assurance.telemetry.window import GUIDE

SMALLEST = Path(__file__).parents[3] / "environments" / "smallest.toml"
KUSTO: dict[str, Any] = {"type": "Microsoft.Kusto/clusters", "api_version": "2023-08-15"}
CLUSTER: dict[str, Any] = {
    "kind": "kusto",
    "name": "dec-apex",
    "fqdn": "dec-apex.eastus.kusto.windows.net",
    "private_endpoint": {
        "name": "pe-dec-apex",
        "subnet": "snet-privateendpoints",
        "group_id": "cluster",
        "zone": "privatelink.eastus.kusto.windows.net",
    },
}


def test_every_kind_is_judged_by_code_or_by_its_description() -> None:
    """The kinds with code of their own are the guide's four; all others are described."""
    assert service_types().keys() - judged_kinds().keys() == {"sql", "storage", "cognitive", "key_vault"}


def test_a_file_describes_a_kind_of_its_own() -> None:
    """A service of a described kind has the described type, and is judged by the description."""
    environment = load(SMALLEST, {"kinds": {"kusto": KUSTO}, "services": {"kusto": CLUSTER}})
    assert environment.type_of("kusto") == "Microsoft.Kusto/clusters"
    described = environment.described("kusto")
    assert described is not None
    assert described.public_access == "properties.publicNetworkAccess"
    assert environment.described("key_vault") is None


@pytest.mark.parametrize(
    ("overlay", "told"),
    [
        ({"services": {"kusto": CLUSTER}}, "services.kusto.kind: names 'kusto'"),
        ({"kinds": {"redis": KUSTO}}, "kinds.redis: the suite knows this kind already"),
        ({"kinds": {"kusto": {**KUSTO, "type": "clusters"}}}, "kinds.kusto.type"),
        ({"kinds": {"kusto": {**KUSTO, "api_version": "newest"}}}, "kinds.kusto.api_version"),
    ],
)
def test_a_wrong_kind_is_refused_with_its_key(overlay: dict[str, Any], told: str) -> None:
    """A kind that nothing describes, one that the suite has, and one that is not a kind of Azure's."""
    with pytest.raises(EnvironmentFileError) as refused:
        load(SMALLEST, overlay)
    assert told in str(refused.value)


ROOT = Path(__file__).parents[3]
MAKE = (
    "make it with: apex-assurance schema > docs/environment.schema.json; "
    "apex-assurance schema --markdown > docs/environment-file.md"
)
FILES = sorted((ROOT / "environments").glob("*.toml"))


def test_the_schema_is_current() -> None:
    """The shipped schema is what the models make."""
    assert (ROOT / "docs" / "environment.schema.json").read_text(encoding="utf-8") == schema(), MAKE


def test_the_reference_is_current() -> None:
    """The shipped reference is what the models make."""
    assert (ROOT / "docs" / "environment-file.md").read_text(encoding="utf-8") == markdown(), MAKE


def test_every_key_has_a_meaning() -> None:
    """A new key is described: in its model's docstring, or in descriptions.toml."""
    assert undescribed() == ()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_shipped_files_name_the_schema_and_satisfy_it(file: Path) -> None:
    """The first line names the schema where it is, and editors find nothing wrong."""
    text = file.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    assert first.startswith(SCHEMA_LINE)
    named = file.parent / first.removeprefix(SCHEMA_LINE)
    errors = Draft202012Validator(json.loads(named.read_text(encoding="utf-8"))).iter_errors(tomllib.loads(text))
    assert [error.message for error in errors] == []


def test_an_unknown_key_does_not_satisfy_the_schema() -> None:
    """An editor marks a key that is spelt wrong."""
    document: dict[str, object] = {"virtual_netwrok": {}}
    assert list(Draft202012Validator(json.loads(schema())).iter_errors(document)) != []


def test_an_item_of_a_list_is_whole() -> None:
    """A list is replaced whole, so that what an item lacks is lacking, also in a file that extends another."""
    document: dict[str, object] = {"extends": "prod.toml", "network_security_groups": [{"name": "nsg"}]}
    assert list(Draft202012Validator(json.loads(schema())).iter_errors(document)) != []


ENVIRONMENTS = Path(__file__).parents[3] / "environments"


def test_defaults_are_the_guides() -> None:
    """Where a file says nothing but the component, thresholds and windows are those of the guide."""
    declared = DeclaredTelemetry(component="appi-apex-prod")

    assert declared.thresholds.model_dump() == dict(GUIDE)
    assert declared.windows_minutes == (30, 24 * 60)
    assert declared.baseline.fewest_requests == 10
    assert declared.workspace_id is None


@pytest.mark.parametrize("name", ["sandbox", "dev", "staging", "prod"])
def test_shipped_files_ask_for_what_the_guide_asks(name: str) -> None:
    """Every shipped environment declares telemetry, with the guide's thresholds."""
    telemetry = load(ENVIRONMENTS / f"{name}.toml").telemetry

    assert telemetry is not None
    assert telemetry.component == f"appi-apex-{name}"
    assert telemetry.thresholds.model_dump() == dict(GUIDE)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"windows_minutes": [7]}, "telemetry.windows_minutes.0"),
        ({"windows_minutes": []}, "telemetry.windows_minutes"),
        ({"workspace_id": "log-apex-prod"}, "telemetry.workspace_id"),
        ({"thresholds": {"p95_milliseconds": 0.0}}, "telemetry.thresholds.p95_milliseconds"),
        ({"thresholds": {"availability_percent": 101.0}}, "telemetry.thresholds.availability_percent"),
        ({"thresholds": {"p95_seconds": 2.0}}, "telemetry.thresholds.p95_seconds"),
        ({"availability_from": "hope"}, "telemetry.availability_from"),
        ({"longest_gap_minutes": 12}, "telemetry.longest_gap_minutes"),
        ({"baseline": {"fewest_requests": 5}}, "telemetry.baseline.fewest_requests"),
        ({"baseline": {"fewest_requests": 50, "most_requests": 20}}, "most_requests is below fewest_requests"),
        ({"baseline": {"error_probability": 0.2}}, "telemetry.baseline.error_probability"),
    ],
)
def test_a_mistake_is_one_error(change: dict[str, Any], told: str) -> None:
    """A value that cannot be is refused with the file and the key."""
    with pytest.raises(EnvironmentFileError) as refused:
        load(ENVIRONMENTS / "prod.toml", {"telemetry": change})

    assert told in str(refused.value)
    assert "prod.toml" in str(refused.value)


PROD = Path(__file__).parents[3] / "environments" / "prod.toml"


def _file(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_tables_and_keys_are_taken_away(tmp_path: Path) -> None:
    """A deployment without an API and without telemetry refines production's file."""
    text = f'extends = "{PROD}"\nwithout = ["application", "telemetry", "deployment.backup.long_term"]\n'
    environment = load(_file(tmp_path, text))
    assert environment.application is None
    assert environment.telemetry is None
    assert environment.deployment.backup is not None
    assert environment.deployment.backup.long_term is None
    assert load(PROD).application is not None


def test_what_is_taken_away_can_be_declared_anew(tmp_path: Path) -> None:
    """A table is then this file's alone: nothing of the extended one is under it."""
    text = f'extends = "{PROD}"\nwithout = ["deployment.skus"]\n[deployment.skus]\nsql = "S3"\n'
    assert load(_file(tmp_path, text)).deployment.skus == {"sql": "S3"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f'extends = "{PROD}"\nwithout = ["aplication"]', "'aplication' is nothing that the extended file has"),
        (f'extends = "{PROD}"\nwithout = ["services.postgres"]', "there it has document_intelligence"),
        (f'extends = "{PROD}"\nwithout = ["name.x"]', "'name.x' is nothing"),
        (f'extends = "{PROD}"\nwithout = "application"', "a list of keys"),
        ('without = ["application"]', "add 'extends'"),
    ],
)
def test_what_cannot_be_taken_away_is_refused(text: str, told: str, tmp_path: Path) -> None:
    """A key that is spelt wrong would leave in place what somebody believes gone."""
    with pytest.raises(EnvironmentFileError, match=r"mine\.toml") as refusal:
        load(_file(tmp_path, text))
    assert told in str(refusal.value)


@pytest.mark.parametrize("name", ["dev", "staging"])
def test_a_file_that_refines_production_names_nothing_of_it(name: str) -> None:
    """What such a file forgot to refine would be judged at production: no value of it may name that."""
    values = load(PROD.parent / f"{name}.toml").model_dump_json()
    assert name in values
    assert re.findall(r"\"[^\"]*prod[^\"]*\"", values, re.IGNORECASE) == []


RELEASE = """
[release]
tag = "v2.0.0-rc.1"
commit = "0123456789abcdef0123456789abcdef01234567"
image_digest = "sha256:{digest}"
schema_revision = "abcdef012345"
traffic_percent = 10

[artefacts]
trivy = "reports/trivy.json"
bandit = "/absolute/bandit.json"
""".format(digest="d" * 64)


def _deployment_file(folder: Path, text: str) -> Path:
    path = folder / "release.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["sandbox", "dev", "staging", "prod"])
def test_every_environment_declares_its_deployments(name: str) -> None:
    """Each shipped environment declares all tables, and all artefacts."""
    declared = load(ENVIRONMENTS / f"{name}.toml").deployment
    assert None not in [declared.registry, declared.monitoring, declared.revision, declared.backup, declared.release]
    assert len(declared.artefacts.paths()) == 8
    assert set(declared.skus) == {"sql", "storage", "openai", "document_intelligence", "key_vault"}


def test_artefacts_are_beside_the_file_that_names_them() -> None:
    """A relative path is relative to the environment file's folder, not to where the suite runs."""
    found = load(ENVIRONMENTS / "sandbox.toml").deployment.artefacts.paths()
    assert found["trivy"].read_text(encoding="utf-8").startswith("{")
    assert all(path.is_file() for path in found.values())


def test_release_refines_the_environment(tmp_path: Path) -> None:
    """The file of a release replaces what it names, and keeps the rest; its paths are beside it."""
    environment = load(ENVIRONMENTS / "prod.toml", with_release({}, _deployment_file(tmp_path, RELEASE)))
    declared = environment.deployment
    assert declared.release is not None
    assert (declared.release.tag, declared.release.traffic_percent) == ("v2.0.0-rc.1", 10)
    paths = declared.artefacts.paths()
    assert paths["trivy"] == tmp_path.resolve() / "reports" / "trivy.json"
    assert paths["bandit"] == Path("/absolute/bandit.json")
    assert paths["ci_run"].name == "ci-run.json"


def test_release_is_laid_over_stand_ins(tmp_path: Path) -> None:
    """What the stand-ins offer stays where the release says nothing, and yields where it does."""
    overlay = {"deployment": {"artefacts": {"trivy": "/stand-in/trivy.json", "ci_run": "/stand-in/ci.json"}}}
    found = with_release(overlay, _deployment_file(tmp_path, RELEASE))["deployment"]["artefacts"]
    assert found["ci_run"] == "/stand-in/ci.json"
    assert found["trivy"] == str(tmp_path.resolve() / "reports" / "trivy.json")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is empty"),
        ("[services]\nx = 1", "services is none of them"),
        ("release = 1", "release is none of them"),
        ("[release\n", "not valid TOML"),
    ],
)
def test_release_of_another_form_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """A file of a release has two tables and nothing else: anything more could loosen a check unseen."""
    with pytest.raises(EnvironmentFileError, match=told) as refusal:
        with_release({}, _deployment_file(tmp_path, text))
    assert "release.toml" in str(refusal.value)


def test_missing_release_is_refused(tmp_path: Path) -> None:
    """A file that is not there is one clear error."""
    with pytest.raises(EnvironmentFileError, match="cannot be read"):
        with_release({}, tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("tag", "a tag", "a tag such as"),
        ("commit", "main", "40 hexadecimal digits"),
        ("image_digest", "7c1f", "a digest such as"),
        ("schema_revision", "x", "an Alembic revision"),
        ("traffic_percent", 0, "greater than or equal to 1"),
    ],
)
def test_values_are_held_to_their_form(key: str, value: object, told: str) -> None:
    """A wrong value is one error that names its key and says what was expected."""
    with pytest.raises(EnvironmentFileError, match=told) as refusal:
        load(ENVIRONMENTS / "prod.toml", {"deployment": {"release": {key: value}}})
    assert f"deployment.release.{key}" in str(refusal.value)


def test_secret_in_a_variable_is_refused_and_not_shown() -> None:
    """A secret that somebody declares as a plain variable is refused, and its value is not repeated."""
    secret = "Server=tcp:x;Password=hunter2-and-more;"
    variables = {"deployment": {"revision": {"environment_variables": {"DATABASE_URL": secret}}}}
    with pytest.raises(EnvironmentFileError, match="DATABASE_URL") as refusal:
        load(ENVIRONMENTS / "prod.toml", variables)
    assert "hunter2" not in str(refusal.value)


def test_sku_of_an_unknown_service_is_refused() -> None:
    """A SKU is of a service that is declared."""
    with pytest.raises(EnvironmentFileError, match=r"deployment\.skus.*'cache'"):
        load(ENVIRONMENTS / "prod.toml", {"deployment": {"skus": {"cache": "C0"}}})


def test_any_origin_is_no_origin() -> None:
    """A wildcard cannot be declared as an admitted origin."""
    with pytest.raises(EnvironmentFileError, match="an origin such as"):
        load(ENVIRONMENTS / "prod.toml", {"deployment": {"revision": {"cors_origins": ["https://*"]}}})
