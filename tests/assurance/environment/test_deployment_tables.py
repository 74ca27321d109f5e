"""The tables of deployments: each optional, each value held to its form, and a release in a file of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from assurance.environment import load, with_release
from assurance.errors import EnvironmentFileError

ENVIRONMENTS = Path(__file__).parents[3] / "environments"
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


def _file(folder: Path, text: str) -> Path:
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
    environment = load(ENVIRONMENTS / "prod.toml", with_release({}, _file(tmp_path, RELEASE)))
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
    found = with_release(overlay, _file(tmp_path, RELEASE))["deployment"]["artefacts"]
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
        with_release({}, _file(tmp_path, text))
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
