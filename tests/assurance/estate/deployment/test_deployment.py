"""What is deployed: secrets in plain text, and the quality gates of the release."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from assurance.environment.deployment import DeclaredRelease
from assurance.errors import BrokenReading, NotEvaluated
from assurance.estate.deployment.inventory import GitTags, SchemaState
from assurance.estate.deployment.plain_secrets import Workloads, plain_secrets
from assurance.estate.deployment.quality import BanditReport, Coverage, ImageScan, PipelineRun
from assurance.tape.provenance import UNKNOWN_UNTIL_DEPLOYED
from assurance.tape.redaction import Redactor
from assurance.world.azure.document import Document
from assurance.world.files import Artefact
from tests.assurance.estate.documents import GROUP, READING

APP = f"{GROUP}/providers/Microsoft.App/containerApps/ca-apex-prod"
REDACTOR = Redactor("test")
HARMLESS = Path(__file__).parents[2] / "tape" / "harmless_values.txt"

Body = dict[str, Any]
Place = Callable[[str, str], Body]
"""A resource that holds a value under a name at one place."""


def app(template: Body | None = None, **rest: Any) -> Body:  # noqa: ANN401  (JSON of any kind)
    """Return an application with one container, and what else is given."""
    container = {"name": "apex", "image": "apexacr.azurecr.io/apex:1", "env": [{"name": "LOG_LEVEL", "value": "INFO"}]}
    return {"id": APP, "properties": {"template": {"containers": [container], **(template or {})}}, **rest}


def contained(**values: object) -> Body:
    """Return an application whose one container has these values."""
    return app({"containers": [{"name": "apex", "image": "apexacr.azurecr.io/apex:1", **values}]})


def scaled(rule: Body) -> Body:
    """Return an application with a scale rule."""
    return app({"scale": {"rules": [{"name": "load", "custom": {"type": "azure-queue", **rule}}]}})


PLACES: dict[str, Place] = {
    "variable": lambda name, value: contained(env=[{"name": name, "value": value}]),
    "variable of an init container": lambda name, value: app(
        {"initContainers": [{"name": "migrate", "env": [{"name": name, "value": value}]}]}
    ),
    "argument": lambda name, value: contained(args=["serve", f"--{name}", value]),
    "argument in one": lambda name, value: contained(args=["serve", f"--{name}={value}"]),
    "command": lambda name, value: contained(command=["sh", "-c", f"export {name}='{value}' && serve"]),
    "command of an init container": lambda name, value: app(
        {"initContainers": [{"name": "migrate", "command": ["sh", "-c", f"{name}='{value}' alembic upgrade head"]}]}
    ),
    "header of a probe": lambda name, value: contained(
        probes=[{"type": "Liveness", "httpGet": {"httpHeaders": [{"name": name, "value": value}]}}]
    ),
    "metadata of a scale rule": lambda name, value: scaled({"metadata": {name: value}}),
    "metadata of an HTTP rule": lambda name, value: app(
        {"scale": {"rules": [{"name": "x", "http": {"metadata": {name: value}}}]}}
    ),
    "tag": lambda name, value: app(tags={name: value}),
    "job's event trigger": lambda name, value: {
        "id": APP,
        "properties": {
            "configuration": {"eventTriggerConfig": {"scale": {"rules": [{"name": "x", "metadata": {name: value}}]}}},
            "template": {"containers": [{"name": "import"}]},
        },
    },
    "telemetry's header": lambda name, value: {
        "id": APP,
        "properties": {
            "openTelemetryConfiguration": {
                "destinationsConfiguration": {
                    "otlpConfigurations": [{"name": "otlp", "headers": [{"key": "x", "name": name, "value": value}]}]
                }
            }
        },
    },
}
"""Where a value can stand under a name of its own."""
NAMES = (
    *("DB_PASS", "SQL_PW", "PGPASSWORD", "MYSQL_PWD", "REDIS_PASS", "DBPASS", "SA_PASSWORD", "ADMIN_PASS", "SMTP_PASS"),
    *("DB_PASSWD", "ROOT_PW", "KEYSTORE_PASSPHRASE", "PASSCODE", "DB_CREDS", "GITHUB_PAT", "WIFI_PSK", "USER_PIN"),
    *("API_KEY", "APIKEY", "openaiKey", "AZURE_OPENAI_KEY", "STORAGE_KEY1", "SIGNING_KEY", "ENCRYPTION_KEY_2"),
    *("CLIENT_SECRET", "clientSecret", "SECRET_KEY", "DJANGO_SECRET_KEY", "JWT_SECRET", "SESSION_SECRET_1"),
    *("APP_SECRET", "Ocp-Apim-Subscription-Key", "SQL_CONN_STR"),
    *("GH_TOKEN", "GITHUB_TOKEN", "NPM_TOKEN_2", "authToken", "BOT_TOKEN", "SAS_TOKEN", "BLOB_SAS"),
    *("X-Api-Key", "x-functions-key", "Authorization", "Cookie", "DB_CREDENTIAL", "SERVICE_CREDENTIALS"),
    *("ConnectionStrings.Sql.ConnectionString", "PRIVATE_KEY", "ROUTING_KEY", "INTEGRATION_KEY", "ACCOUNT_KEY"),
)  # fmt: skip
"""Names that say so, each tried with a value that nothing else gives away."""
VALUES = {
    "json web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhcGV4LWJhY2tlbmQifQ.c2lnbmF0dXJlLXBsYW50ZWQ",
    "github": "ghp_" + "a1B2c3D4e5" * 4,
    "github fine-grained": "github_pat_" + "a1B2c3D4e5" * 4,
    "gitlab": "glpat-" + "a1B2c3D4e5" * 2,
    "npm": "npm_" + "a1B2c3D4e5" * 3 + "Kl12Mn",
    "hugging face": "hf_" + "aBcDeFgHiJ" * 3 + "kLmN",
    "openai": "sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12",
    "slack": "xoxb-123456789012-abcdefABCDEF",
    "stripe": "sk_live_" + "a1B2c3D4e5" * 3,
    "sendgrid": "SG." + "a1B2c3D4e5" * 2 + "." + "f6G7h8I9j0" * 4,
    "pypi": "pypi-" + "AgEIcHlwaS5vcmcC" * 3,
    "docker hub": "dckr_pat_" + "a1B2c3D4e5" * 3,
    "google": "AIza" + "a1B2c3D4e5" * 3 + "Kl12M",
    "amazon": "AKIA" + "IOSFODNN7EXAMPLE",
    "databricks": "dapi" + "0123456789abcdef" * 2,
    "atlassian": "ATATT3" + "xFfGF0a1B2" * 4,
    "hashicorp": "hvs." + "a1B2c3D4e5" * 3,
    "azure devops": "a1B2c3D4e5f6" * 6 + "g7H8" + "AZDO" + "x9Y8",
    "entra client secret": "abc8Q~" + "dEfGhIjKlMnOpQrStUvWxYz0123456789A",
    "storage key": "Ab3" + "dE4fG5hI6jK7" * 6 + "LmN8oPq9rSt" + "==",
    "azure ai key": "9kL2mN4pQ6rS8tU0vW1xY3zA5bC7dE9fG1hI3jK5lM7nO9pQ1rS3JQQJ99BCACYeb4fgD7hJ2kL4mN6pQ8rS",
    "connection string": "Server=tcp:sql.example,1433;User ID=apex;Password=Sommer2026!;",
    "storage connection string": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zm9vYmFyQmF6MTIzNDU2Nzg5MA==",
    "instrumentation key": "InstrumentationKey=0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d;IngestionEndpoint=https://x.example/",
    "url with a password": "redis://apex:s3cretw0rd@cache.example:6380/0",
    "shared access signature": "https://st.example/c?sv=2024-11-04&sig=abcdefgh12345678abcdefgh12345678",
    "slack webhook": "https://hooks.slack.com/services/T000/B000/abcDEF123456ghiJKL",
    "private key": "-----BEGIN PRIVATE KEY-----MIIEvQIBADANBg-----END PRIVATE KEY-----",
    "random": "a8F3kQ9zX2mN7vB4tR6yW1pL5sD0hJ8c",
    "random in base 64": "q83vEjRWeJASNFZ4kBI0VniQq83vEjRWeJA+NFZ4kBI=",
    "hexadecimal": "3f8a1c9d7e2b4056a1b2c3d4e5f60718",
}
"""Values that betray themselves, under a name that says nothing."""


def judged(body: Body) -> tuple[bytes, tuple[str, ...]]:
    """Return what the tape keeps of a resource, and the secrets that are told of it."""
    kept = REDACTOR.body(json.dumps(body).encode())
    return kept, plain_secrets(Document(json.loads(kept), READING))


def missed(place: str, named: Mapping[str, tuple[str, str]]) -> dict[str, object]:
    """Return what is not told, told twice or kept of secrets (name and value) at a place; nothing if all is well."""
    found: dict[str, object] = {}
    for label, (name, value) in named.items():
        kept, told = judged(PLACES[place](name, value))
        if len(told) != 1 or value.encode() in kept or value in str(told):
            found[label] = told
    return found


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_found_by_its_form(place: str) -> None:
    """Whatever it is called."""
    assert missed(place, {form: ("SETTING", value) for form, value in VALUES.items()}) == {}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_found_by_its_name(place: str) -> None:
    """However short it is."""
    assert missed(place, {name: (name, "hunter2x") for name in NAMES}) == {}


def harmless() -> list[tuple[str, str]]:
    """Return names and values that deployments have, none of which is a secret."""
    lines = HARMLESS.read_text("utf-8").splitlines()
    found = [line.partition("=") for line in lines if not line.startswith("#")]
    return [(name, value) for name, _, value in found]


def test_there_are_many_harmless_values() -> None:
    """A table of a few would prove nothing."""
    assert len(set(harmless())) >= 200


@pytest.mark.parametrize("place", PLACES)
def test_nothing_harmless_is_called_a_secret(place: str) -> None:
    """A false alarm about a host name or a commit gets the check switched off."""
    wrong = {
        f"{name}={value}": found
        for name, value in harmless()
        if ("'" not in value or "command" not in place) and (found := judged(PLACES[place](name, value))[1])
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "command",
    [
        ["sqlcmd", "-S", "sql.example", "-U", "apex", "-P", "hunter2x"],
        ["sh", "-c", "sqlcmd -S sql.example -U apex -P hunter2x -i migrate.sql"],
        ["/bin/sh", "-c", "redis-cli -h cache -a hunter2x ping"],
        ["sh", "-c", "sshpass -p hunter2x ssh host"],
        ["sh", "-c", "curl -u apex:hunter2x https://x.example/"],
        ["sh", "-c", "PGPASSWORD=hunter2x psql -h db.example"],
        ["serve", "--db-password=hunter2x"],
        ["serve", "--db.password", "hunter2x"],
        ["sh", "-c", 'TOKEN="hunter2x" serve'],
    ],
)
def test_a_password_on_a_command_line_is_found(command: list[str]) -> None:
    """Programs take theirs in many ways."""
    kept, found = judged(contained(command=command))
    assert len(found) == 1
    assert b"hunter2x" not in kept


def test_options_of_a_volume_hold_no_password() -> None:
    """A file share can be mounted by one."""
    volume = {"name": "share", "storageType": "AzureFile", "mountOptions": "username=apex,password=hunter2x"}
    kept, found = judged(app({"volumes": [volume]}))
    assert found == ("template.volumes[share].mountOptions holds a plain password",)
    assert b"hunter2x" not in kept


def test_the_place_is_told_and_not_the_value() -> None:
    """An engineer must find it; nobody else may."""
    fact = Workloads(
        APP, (Document(json.loads(judged(contained(args=["--db-password", "hunter2x"]))[0]), READING),), READING
    )
    told = fact.hold_no_plaintext_secret
    assert not told.holds
    assert told.observed == "ca-apex-prod: template.containers[apex].args[1] holds a plain named secret"
    assert "Rotate the secret" in told.remedy
    assert "hunter2x" not in repr(told)


def test_what_is_no_secret_of_the_application_is_left_out() -> None:
    """References are judged as such, the portal writes its own tags, and who wrote last is no secret."""
    configuration = {"secrets": [{"name": "sql", "keyVaultUrl": "https://kv.vault.azure.net/secrets/SQL"}]}
    tags = {"hidden-link: /app-insights-instrumentation-key": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"}
    body = app(tags=tags, systemData={"createdBy": "jane@apex.example"})
    body["properties"]["configuration"] = configuration
    assert judged(body)[1] == ()


def test_a_value_that_was_not_redacted_is_one() -> None:
    """Whatever left it there cannot be trusted about the others."""
    found = plain_secrets(Document(contained(env=[{"name": "A", "value": "x"}]), READING))
    assert found == ("template.containers[apex].env[A].value holds a plain unredacted value",)


def test_what_a_plan_leaves_to_azure_is_not_judged() -> None:
    """It may become a secret; but what is known to be one is told all the same."""
    unknown = {"name": "A", "value": f"{UNKNOWN_UNTIL_DEPLOYED}listKeys(x)"}
    with pytest.raises(NotEvaluated, match="listKeys"):
        plain_secrets(Document(contained(env=[unknown]), READING))
    known = json.loads(REDACTOR.body(json.dumps({"env": [{"name": "DB_PASS", "value": "x"}]}).encode()))["env"]
    assert len(plain_secrets(Document(contained(env=[unknown, *known]), READING))) == 1


def test_no_workload_holds_nothing() -> None:
    """An environment may well have no other application."""
    fact = Workloads(APP, (), READING).hold_no_plaintext_secret
    assert fact.holds
    assert fact.observed == "no secret in plain text: there is none"


DIGEST = f"sha256:{'a' * 64}"
COMMIT = "b" * 40
RELEASE = DeclaredRelease(tag="1.0.0", commit=COMMIT, image_digest=DIGEST, schema_revision="abcd1234")


def _file(content: str | dict[str, Any] | list[Any]) -> Artefact:  # Any: values of JSON
    text = content if isinstance(content, str) else json.dumps(content)
    return Artefact("report", "report.txt", text.encode(), ("k",))


def _bandit(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  (values of JSON)
    totals = {"SEVERITY.HIGH": 0, "SEVERITY.MEDIUM": 0, "SEVERITY.LOW": 0, "SEVERITY.UNDEFINED": 0, "loc": 10}
    return {"errors": [], "results": [], "metrics": {"_totals": {**totals, **changes.pop("totals", {})}}, **changes}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<coverage",
        "<testsuites/>",
        "<coverage/>",
        '<coverage line-rate="0.9" lines-covered="0" lines-valid="0"/>',
        '<coverage line-rate="0.9" lines-covered="50" lines-valid="100"/>',
        '<coverage line-rate="2" lines-covered="200" lines-valid="100"/>',
        '<coverage line-rate="0.9" lines-covered="x" lines-valid="100"/>',
        '<coverage line-rate="nan" lines-covered="90" lines-valid="100"/>',
        '<!DOCTYPE c [<!ENTITY e "x">]><coverage line-rate="1" lines-covered="1" lines-valid="1"/>',
    ],
)
def test_coverage_that_cannot_be_judged(content: str) -> None:
    """A report of no lines, of contradicting figures, or with entities is no coverage report."""
    with pytest.raises(BrokenReading, match=r"report\.txt"):
        _ = Coverage(_file(content)).is_at_least(0.8)


def test_coverage_at_the_limit_is_enough() -> None:
    """Exactly 80 % is at least 80 %, and one line less is not."""
    enough = Coverage(_file('<coverage line-rate="0.8" lines-covered="800" lines-valid="1000"/>'))
    less = Coverage(_file('<coverage line-rate="0.799" lines-covered="799" lines-valid="1000"/>'))
    assert enough.is_at_least(0.8).holds
    assert not less.is_at_least(0.8).holds


@pytest.mark.parametrize(
    "report",
    [
        {},
        [],
        _bandit(errors=[{"filename": "a.py", "reason": "syntax error while parsing AST from file"}]),
        _bandit(totals={"loc": 0}),
        _bandit(totals={"SEVERITY.HIGH": 1}),
        _bandit(results=[{"issue_severity": "HIGH"}]),
        _bandit(results=[{"issue_severity": "TERRIBLE"}]),
        _bandit(results=[{}]),
    ],
)
def test_bandit_report_that_cannot_be_judged(report: dict[str, Any]) -> None:  # Any: values of JSON
    """A report that read nothing, not everything, or whose totals are not its results, cannot be judged."""
    with pytest.raises(BrokenReading):
        _ = BanditReport(_file(report)).has_nothing_severe


@pytest.mark.parametrize(
    "report",
    [
        {"ArtifactType": "filesystem", "Results": [{}]},
        {"ArtifactType": "container_image"},
        {"ArtifactType": "container_image", "Results": []},
        {"ArtifactType": "container_image", "Results": [{"Vulnerabilities": [{"Severity": "SEVERE"}]}]},
    ],
)
def test_image_scan_that_cannot_be_judged(report: dict[str, Any]) -> None:  # Any: values of JSON
    """A scan of files, of nothing, or with a severity that Trivy does not have, cannot be judged."""
    with pytest.raises(BrokenReading):
        ImageScan(_file(report)).finds_nothing_severe(RELEASE, "r.azurecr.io/app")


@pytest.mark.parametrize("report", [{}, {"headSha": COMMIT}, {"headSha": COMMIT, "headBranch": "main", "status": 1}])
def test_pipeline_run_that_cannot_be_judged(report: dict[str, Any]) -> None:  # Any: values of JSON
    """A run that does not tell its branch, status and result cannot be judged."""
    with pytest.raises(BrokenReading):
        PipelineRun(_file(report)).passed_for(RELEASE)


@pytest.mark.parametrize("content", ["", "INFO  [alembic] Context impl MSSQLImpl.", "FAILED: Can't locate revision"])
def test_schema_that_cannot_be_judged(content: str) -> None:
    """What Alembic prints when it fails, or nothing, tells of no revision."""
    with pytest.raises(BrokenReading):
        SchemaState(_file(content)).is_at("abcd1234")


@pytest.mark.parametrize("content", ["", "fatal: not a git repository", f"{COMMIT}\trefs/heads/main"])
def test_tags_that_cannot_be_judged(content: str) -> None:
    """What Git prints when it fails, or of anything but tags, tells of no tag."""
    with pytest.raises(BrokenReading):
        GitTags(_file(content)).have("v1.0.0", COMMIT)
