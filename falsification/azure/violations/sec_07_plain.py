"""SEC-07: secrets in plain text in each place where an application, a revision, a job or the environment can hold one."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from falsification.azure.changes import SHARED, Violation, adds, all_of, edits, sets
from falsification.azure.violations.sec_network import APP, ENVIRONMENT
from falsification.azure.world import Change

OWN = "test_no_secret_stands_in_plain_text"
REVISION = f"{OWN}_in_a_revision"
BESIDE = f"{OWN}_beside_the_application"
JOB = f"{OWN}_in_a_job"
ENVIRONMENTS = f"{OWN}_in_the_environment"
NEW, OLD = "revisions/ca-apex-{environment}--r0012", "revisions/ca-apex-{environment}--r0011"
ENVIRONMENT_ID = "{resource_group_id}/providers/Microsoft.App/managedEnvironments/cae-apex-{environment}"
TOKEN = "ghp_" + "a1B2c3D4e5" * 4
RANDOM = "a8F3kQ9zX2mN7vB4tR6yW1pL5sD0hJ8c"

Template = dict[str, Any]
"""The template of an application, a revision or a job."""


def _probe(template: Template, name: str, value: str) -> None:
    template["containers"][0]["probes"] = [
        {"type": "Liveness", "httpGet": {"httpHeaders": [{"name": name, "value": value}]}}
    ]


def _rule(template: Template, kind: str, name: str, value: str) -> None:
    template["scale"] = {
        "minReplicas": 2,
        "maxReplicas": 10,
        "rules": [{"name": "load", kind: {"type": "redis", "metadata": {name: value}}}],
    }


PLACES: Mapping[str, tuple[str, Callable[[Template, str, str], object]]] = {
    "variable": ("a variable", lambda template, name, value: template["containers"][0].update(env=[{"name": name, "value": value}])),
    "init": ("a variable of an init container", lambda template, name, value: template.update(initContainers=[{"name": "migrate", "env": [{"name": name, "value": value}]}])),
    "argument": ("an argument", lambda template, name, value: template["containers"][0].update(args=["serve", f"--{name}={value}"])),
    "arguments": ("an option and the argument after it", lambda template, name, value: template["containers"][0].update(args=["serve", f"--{name}", value])),
    "init-argument": ("an argument of an init container", lambda template, name, value: template.update(initContainers=[{"name": "migrate", "args": [f"--{name}={value}"]}])),
    "command": ("a command", lambda template, name, value: template["containers"][0].update(command=["sh", "-c", f"export {name}='{value}' && serve"])),
    "header": ("a header of a probe", _probe),
    "custom-rule": ("the metadata of a custom scale rule", lambda template, name, value: _rule(template, "custom", name, value)),
    "http-rule": ("the metadata of an HTTP scale rule", lambda template, name, value: _rule(template, "http", name, value)),
    "tcp-rule": ("the metadata of a TCP scale rule", lambda template, name, value: _rule(template, "tcp", name, value)),
}  # fmt: skip
FORMS = {"by-name": ("DB_PASS", "hunter2x"), "by-form": ("SETTING", TOKEN), "by-chance": ("SETTING", RANDOM)}
SHORT_NAMES = (
    "SQL_PW",
    "PGPASSWORD",
    "MYSQL_PWD",
    "REDIS_PASS",
    "SA_PASSWORD",
    "DB_CREDS",
    "GITHUB_PAT",
    "NPM_TOKEN_2",
    "openaiKey",
    "STORAGE_KEY1",
    "SIGNING_KEY",
    "SESSION_SECRET_1",
)
TOKENS = {
    "npm": "npm_" + "a1B2c3D4e5" * 3 + "Kl12Mn",
    "hugging-face": "hf_" + "aBcDeFgHiJ" * 3 + "kLmN",
    "gitlab": "glpat-" + "a1B2c3D4e5" * 2,
    "openai": "sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12",
    "slack": "xoxb-123456789012-abcdefABCDEF",
    "stripe": "sk_live_" + "a1B2c3D4e5" * 3,
    "azure-devops": "a1B2c3D4e5f6" * 6 + "g7H8" + "AZDO" + "x9Y8",
    "entra": "abc8Q~" + "dEfGhIjKlMnOpQrStUvWxYz0123456789A",
    "databricks": "dapi" + "0123456789abcdef" * 2,
    "amazon": "AKIA" + "IOSFODNN7EXAMPLE",
    "hexadecimal": "3f8a1c9d7e2b4056a1b2c3d4e5f60718",
}  # fmt: skip


def _in(reference: str, place: str, name: str, value: str) -> Change:
    return edits(reference, lambda resource: PLACES[place][1](resource["properties"]["template"], name, value))


def _job(
    place: str, name: str, value: str, group: str = SHARED, properties: Mapping[str, object] | None = None
) -> Change:
    template: Template = {"containers": [{"name": "import", "image": "apexacr.azurecr.io/apex-backend:1.4.2"}]}
    PLACES[place][1](template, name, value)
    return adds(
        {
            "id": f"{group}/providers/Microsoft.App/jobs/import",
            "location": "eastus",
            "properties": {"environmentId": ENVIRONMENT_ID, "template": template, **(properties or {})},
        }
    )


def _other(place: str, name: str, value: str, key: str) -> Change:
    template: Template = {"containers": [{"name": "other", "image": "apexacr.azurecr.io/other:1"}]}
    PLACES[place][1](template, name, value)
    return adds(
        {
            "id": f"{SHARED}/providers/Microsoft.App/containerApps/ca-other",
            "properties": {key: ENVIRONMENT_ID, "template": template},
        }
    )


def _tagged(name: str, value: str) -> Change:
    return edits(APP, lambda resource: resource.update(tags={name: value}))


def _of(name: str, wrong: str, check: str, change: Change, *others: str) -> Violation:
    return Violation(f"plain-{name}", wrong, change, ("SEC-07", *others), check)


_TELEMETRY = "properties.openTelemetryConfiguration"
_OTLP = {
    "name": "otlp",
    "endpoint": "otlp.example:4317",
    "headers": [{"key": "Authorization", "name": "api-key", "value": "hunter2x"}],
}
_TRIGGER = {
    "configuration": {"eventTriggerConfig": {"scale": {"rules": [{"name": "q", "metadata": {"connection": TOKEN}}]}}}
}

VIOLATIONS = (
    *(_of(f"{place}-{form}", f"A secret stands in {where}, told {form.replace('-', ' ')}.", OWN, _in(APP, place, *FORMS[form]))
      for place, (where, _) in PLACES.items() for form in FORMS),
    *(_of(f"name-{name.lower().replace('_', '-')}", f"A variable is called {name}.", OWN, _in(APP, "variable", name, "hunter2x")) for name in SHORT_NAMES),
    *(_of(f"token-{name}", f"A variable holds a token of the form {name}.", OWN, _in(APP, "variable", "SETTING", value)) for name, value in TOKENS.items()),
    *(_of(f"tag-{form}", f"A tag holds a secret, told {form.replace('-', ' ')}.", OWN, _tagged(*given))
      for form, given in FORMS.items()),
    _of("volume", "A volume is mounted with a password.", OWN,
        sets(APP, "properties.template.volumes", [{"name": "share", "storageType": "AzureFile", "mountOptions": "username=apex,password=hunter2x"}])),
    *(_of(f"revision-{place}", f"The revision that serves holds a secret in {where}.", REVISION, _in(NEW, place, *FORMS["by-name"])) for place, (where, _) in PLACES.items()),
    _of("revision-with-traffic", "The older revision has traffic, and a secret.", REVISION,
        all_of(_in(OLD, "variable", *FORMS["by-name"]), sets(OLD, "properties.trafficWeight", 10))),
    _of("revision-active", "The older revision runs without traffic, and has a secret.", REVISION,
        all_of(_in(OLD, "variable", *FORMS["by-form"]), sets(OLD, "properties.active", True))),
    _of("revision-silent", "The older revision does not tell whether it runs, and has a secret.", REVISION,
        all_of(_in(OLD, "argument", *FORMS["by-form"]), sets(OLD, "properties.active", None))),
    *(_of(f"job-{place}", f"A job of the environment holds a secret in {where}.", JOB, _job(place, *FORMS["by-name"]))
      for place, (where, _) in PLACES.items() if not place.endswith("rule")),
    _of("job-trigger", "The trigger of a job holds a token.", JOB, _job("variable", "LOG_LEVEL", "INFO", properties=_TRIGGER)),
    _of("job-of-the-group", "A job in the group, of another environment, holds a secret.", JOB, _job("variable", *FORMS["by-name"], "{resource_group_id}", {"environmentId": "/x"}), "SEC-11"),
    *(_of(f"beside-{place}", f"Another application of the environment holds a secret in {where}.", BESIDE, _other(place, *FORMS["by-name"], "managedEnvironmentId")) for place, (where, _) in PLACES.items()),
    _of("beside-by-the-other-field", "Another application names the environment in the other field.", BESIDE, _other("variable", *FORMS["by-form"], "environmentId")),
    _of("telemetry-header", "The environment sends its telemetry with a key in plain text.", ENVIRONMENTS,
        sets(ENVIRONMENT, _TELEMETRY, {"destinationsConfiguration": {"otlpConfigurations": [_OTLP]}})),
    _of("telemetry-key", "The environment holds the key of a monitoring service.", ENVIRONMENTS,
        sets(ENVIRONMENT, _TELEMETRY, {"destinationsConfiguration": {"dataDogConfiguration": {"site": "datadoghq.com", "apiKey": "3f8a1c9d7e2b4056a1b2c3d4e5f60718"}}})),
    _of("environment-tag", "A tag of the environment holds a token.", ENVIRONMENTS, edits(ENVIRONMENT, lambda resource: resource["tags"].update(note=TOKEN))),
)  # fmt: skip
