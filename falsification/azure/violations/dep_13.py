"""DEP-13: ways in which the new revision is not ready, not the release, or not set up as declared."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import Violation, all_of, drops, edits, images, sets
from falsification.azure.violations.dep_08 import APP, NEW
from falsification.azure.world import Change

READY = "test_new_revision_is_ready"
RELEASE = "test_new_revision_runs_the_release"
DIGEST = "test_new_revision_runs_that_digest"
VARIABLE = "test_variable_is_set"
ORIGINS = "test_only_declared_origins_are_admitted"
PROBED = "test_application_is_probed"
CONTAINER = "properties.template.containers[0]"
POLICY = "properties.configuration.ingress.corsPolicy"
_TAG = "apexacr.azurecr.io/apex-backend"


def _of(name: str, wrong: str, check: str, change: Change, *others: str) -> Violation:
    return Violation(name, wrong, change, ("DEP-13", *others), check)


def _runs(image: str) -> Change:
    return all_of(sets(APP, f"{CONTAINER}.image", image), sets(NEW, f"{CONTAINER}.image", image))


def _variable(name: str, **values: object) -> Change:
    """Return the change that gives a variable another value; None takes a key away."""

    def edit(app: dict[str, object]) -> None:
        entry = next(one for one in app["properties"]["template"]["containers"][0]["env"] if one["name"] == name)  # type: ignore[index]  # values of JSON
        entry.update(values)
        for key in [key for key, value in values.items() if value is None]:
            del entry[key]

    return edits(APP, edit)


def _unset(name: str) -> Change:
    def edit(app: dict[str, object]) -> None:
        container = app["properties"]["template"]["containers"][0]  # type: ignore[index]  # values of JSON
        container["env"] = [one for one in container["env"] if one["name"] != name]

    return edits(APP, edit)


VIOLATIONS = (
    _of("revision-not-ready", "The newest revision never became ready.", READY, sets(APP, "properties.latestReadyRevisionName", "ca-apex-{environment}--r0011")),
    _of("revision-ready-absent", "No revision is told to be ready.", READY, drops(APP, "properties.latestReadyRevisionName")),
    _of("revision-inactive", "The newest revision is not active.", READY, sets(NEW, "properties.active", False), "DEP-08", "DEP-15", "DEP-27"),
    _of("revision-failed", "The newest revision was not provisioned.", READY, sets(NEW, "properties.provisioningState", "Failed"), "DEP-08", "DEP-15"),
    _of("revision-degraded", "The newest revision is degraded.", READY, sets(NEW, "properties.runningState", "Degraded"), "DEP-08", "DEP-15"),
    _of("revision-state-absent", "The answer does not tell how the newest revision runs.", READY, drops(NEW, "properties.runningState"), "DEP-08", "DEP-15"),
    _of("image-of-the-last-release", "The image of the last release runs.", RELEASE, _runs(f"{_TAG}:1.4.1"), "DEP-20"),
    _of("image-latest", "An image runs whose tag tells nothing.", RELEASE, _runs(f"{_TAG}:latest"), "DEP-20"),
    _of("image-without-tag", "An image without tag runs.", RELEASE, _runs(_TAG), "DEP-20"),
    _of("image-of-another-registry", "The image of another registry runs.", RELEASE, _runs("docker.io/apex-backend:1.4.2"), "DEP-20"),
    _of("image-of-a-placeholder", "The placeholder of the template runs.", RELEASE, _runs("mcr.microsoft.com/k8se/quickstart:latest"), "DEP-20"),
    _of("image-of-another-digest", "An image runs that is named by another digest.", RELEASE, _runs(f"{_TAG}@sha256:{'d' * 64}"), "DEP-20"),
    _of("revision-of-another-image", "The template has the release, and the newest revision another image.", RELEASE, sets(NEW, f"{CONTAINER}.image", f"{_TAG}:1.4.1")),
    _of("tag-moved-after-the-deployment", "The tag was moved after the revision was made.", DIGEST, images(lambda found: found[1].update(updated="2026-02-10T08:00:00Z"))),
    _of("variable-missing", "A variable is not set.", VARIABLE, _unset("AZURE_SQL_DATABASE")),
    _of("variable-other", "A variable has another value.", VARIABLE, _variable("AZURE_SQL_SERVER", value="sql-apex-test.database.windows.net")),
    _of("variable-in-another-casing", "A variable's value is in other casing.", VARIABLE, _variable("LOG_LEVEL", value="info")),
    _of("variable-empty", "A variable is empty.", VARIABLE, _variable("ENVIRONMENT", value="")),
    _of("variable-from-a-secret", "A variable is taken from a secret.", VARIABLE, _variable("LOG_LEVEL", secretRef="azure-sql-connection-string")),
    _of("variable-twice", "A variable is set twice, once otherwise.", VARIABLE,
        edits(APP, lambda app: app["properties"]["template"]["containers"][0]["env"].append({"name": "LOG_LEVEL", "value": "DEBUG"}))),
    _of("origins-any", "Any origin is admitted.", ORIGINS, _variable("CORS_ORIGINS", value="*")),
    _of("origins-other", "Another origin is admitted.", ORIGINS, _variable("CORS_ORIGINS", value="https://apex-frontend.example")),
    _of("origins-more", "A further origin is admitted.", ORIGINS, _variable("CORS_ORIGINS", value="https://apex-frontend-sandbox.azurewebsites.net,http://localhost:3000")),
    _of("origins-missing", "No origin is named.", ORIGINS, _unset("CORS_ORIGINS")),
    _of("origins-any-at-the-ingress", "The ingress admits any origin.", ORIGINS, sets(APP, POLICY, {"allowedOrigins": ["*"]})),
    _of("probes-missing", "No container is probed.", PROBED, sets(APP, f"{CONTAINER}.probes", None)),
    _of("probe-at-another-path", "The liveness probe is at another path.", PROBED, sets(APP, f"{CONTAINER}.probes[0].httpGet.path", "/api/v1/health/live")),
    _of("readiness-at-the-liveness-path", "Readiness is probed where liveness is.", PROBED, sets(APP, f"{CONTAINER}.probes[1].httpGet.path", "/health/live")),
    _of("probe-on-another-port", "The readiness probe is on a port that is not served.", PROBED, sets(APP, f"{CONTAINER}.probes[1].httpGet.port", 8080)),
    _of("probe-by-tcp", "Liveness is probed by a connection only.", PROBED,
        all_of(drops(APP, f"{CONTAINER}.probes[0].httpGet"), sets(APP, f"{CONTAINER}.probes[0].tcpSocket", {"port": 8000}))),
    _of("probe-of-another-type", "The liveness probe is a startup probe.", PROBED, sets(APP, f"{CONTAINER}.probes[0].type", "Startup")),
)  # fmt: skip
