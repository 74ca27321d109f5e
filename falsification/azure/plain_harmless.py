"""What applications hold in plain text and may: settings, addresses, references, and tags as people write them."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import SHARED, Harmless, adds, all_of, edits, sets
from falsification.azure.violations.sec_05 import APP, ENVIRONMENT
from falsification.azure.violations.sec_07_plain import ENVIRONMENT_ID, OLD, PLACES, TOKEN, Template
from falsification.azure.world import Change

# For each kind of harmless value, what it is called in each place.
VALUES = {
    "length": ("PASSWORD_MIN_LENGTH", "12"),
    "file": ("DB_PASSWORD_FILE", "/run/secrets/db_password"),
    "reference": ("REDIS_PASSWORD", "${REDIS_PASSWORD_FROM_VAULT}"),
    "managed-identity": (
        "SQL_CONNECTION_STRING",
        "Server=tcp:sql.example,1433;Database=db;Authentication=Active Directory Default",
    ),
    "secret-url": ("SECRET_URL", "https://kv-apex.vault.azure.net/secrets/AZURE-SQL-CONNECTION-STRING"),
    "commit": ("GIT_COMMIT", "3f8a1c9d7e2b4056a1b2c3d4e5f60718293a4b5c"),
    "digest": ("IMAGE_DIGEST", "sha256:9f86d081884c7d659f86d081884c7d659f86d081884c7d659f86d081884c7d65"),
    "key-of-a-table": ("PARTITION_KEY", "tenantId"),
}


def _in(place: str, name: str, value: str) -> Change:
    def edit(one: Template) -> None:
        # What is given already stays: other checks look at the application's variables and bounds.
        template = one["properties"]["template"]
        first = template["containers"][0]
        variables, probes, scale = first["env"], first["probes"], template["scale"]
        PLACES[place][1](template, name, value)
        first["env"] = [*variables, *(first["env"] if first["env"] is not variables else ())]
        if first["probes"] is not probes:
            probes[0]["httpGet"].update(first["probes"][0]["httpGet"])
            first["probes"] = probes
        template["scale"] = {
            **scale,
            "rules": [*scale["rules"], *(template["scale"]["rules"] if place.endswith("rule") else ())],
        }

    return edits(APP, edit)


def _tagged(name: str, value: str) -> Change:
    return edits(APP, lambda one: one["tags"].update({name: value}))


def _workload(kind: str, group: str, environment_id: str, value: str) -> Change:
    template = {
        "containers": [{"name": "x", "image": "apexacr.azurecr.io/x:1", "env": [{"name": "SETTING", "value": value}]}]
    }
    return adds(
        {
            "id": f"{group}/providers/Microsoft.App/{kind}/x",
            "properties": {"environmentId": environment_id, "template": template},
        }
    )


PLAIN = (
    *(Harmless(f"plain-{place}-{name}", f"In {told} stands {given[0]}, which is no secret.", _in(place, *given))
      for place, (told, _) in PLACES.items() if place != "init" and not place.startswith("tcp") for name, given in VALUES.items()),
    *(Harmless(f"plain-tag-{name}", f"A tag is called {given[0]}, and holds no secret.", _tagged(*given))
      for name, given in VALUES.items()),
    Harmless("plain-tag-of-the-portal", "The portal has written its own tag.",
             edits(APP, lambda one: one["tags"].update({"hidden-link: /app-insights-instrumentation-key": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"}))),
    Harmless("plain-in-a-dead-revision", "A revision that neither runs nor has traffic holds a secret.",
             edits(OLD, lambda one: one["properties"]["template"]["containers"][0]["env"].append({"name": "SETTING", "value": TOKEN}))),
    Harmless("plain-in-a-job-elsewhere", "A job of another environment, in another group, holds a secret.", _workload("jobs", SHARED, "/elsewhere", TOKEN)),
    Harmless("plain-in-an-application-elsewhere", "So does an application there.", _workload("containerApps", SHARED, "/elsewhere", TOKEN)),
    Harmless("plain-job-without-secret", "A job of the environment holds none.", _workload("jobs", SHARED, ENVIRONMENT_ID, "INFO")),
    Harmless("plain-application-without-secret", "Another application of the environment holds none.", _workload("containerApps", SHARED, ENVIRONMENT_ID, "INFO")),
    Harmless("plain-telemetry-without-secret", "The environment sends its telemetry without a key.", all_of(
        sets(ENVIRONMENT, "properties.openTelemetryConfiguration", {"destinationsConfiguration": {"otlpConfigurations": [{"name": "otlp", "endpoint": "otlp.example:4317", "headers": []}]}}))),
)  # fmt: skip
