"""The rollout (DEP-13, 15, 24, 26, 27).

Ways in which the new revision, its traffic or the way back are not as the guide asks.
"""

# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from falsification.azure.changes import MeantFor, Violation, all_of, copies, drops, edits, images, sets
from falsification.azure.violations.dep_release import APP, NEW, TRAFFIC
from falsification.azure.world import Change, World

READY = "test_new_revision_is_ready"
RELEASE = "test_new_revision_runs_the_release"
DIGEST = "test_new_revision_runs_that_digest"
VARIABLE = "test_variable_is_set"
ORIGINS = "test_only_declared_origins_are_admitted"
PROBED = "test_application_is_probed"
CONTAINER = "properties.template.containers[0]"
POLICY = "properties.configuration.ingress.corsPolicy"
_TAG = "apexacr.azurecr.io/apex-backend"


_of = MeantFor("DEP-13")


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
        container["env"] = [variable for variable in container["env"] if variable["name"] != name]

    return edits(APP, edit)


DEP_13 = (
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
    _of("tag-moved-after-the-deployment", "The tag was moved after the revision was made.", DIGEST, images(lambda tags: tags[1].update(updated="2026-02-10T08:00:00Z"))),
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


MODE = "test_several_revisions_can_be_active"
PLANNED = "test_traffic_is_shared_as_planned"
HEALTHY = "test_serving_revisions_are_healthy"
REVISIONS_MODE = "properties.configuration.activeRevisionsMode"
_NEW, _OLD = "ca-apex-{environment}--r0012", "ca-apex-{environment}--r0011"


_dep_15 = MeantFor("DEP-15")


def _shares(**weights: int) -> Change:
    names = {"new": _NEW, "old": _OLD}
    return sets(APP, TRAFFIC, [{"revisionName": names[key], "weight": weight} for key, weight in weights.items()])


DEP_15 = (
    _dep_15("mode-single", "Only one revision can be active.", MODE, sets(APP, REVISIONS_MODE, "Single")),
    _dep_15("mode-absent", "The answer does not tell the mode.", MODE, drops(APP, REVISIONS_MODE)),
    _dep_15("mode-labels", "Revisions are kept by labels.", MODE, sets(APP, REVISIONS_MODE, "Labels")),
    _dep_15("traffic-still-on-the-old-one", "All traffic goes to the old revision.", PLANNED, _shares(new=0, old=100), "DEP-08"),
    _dep_15("traffic-still-a-canary", "The new revision has 10 %.", PLANNED, _shares(new=10, old=90), "DEP-08"),
    _dep_15("traffic-not-whole", "The shares add up to 90 %.", PLANNED, _shares(new=90)),
    _dep_15("traffic-above-whole", "The shares add up to 110 %.", PLANNED, _shares(new=100, old=10)),
    _dep_15("traffic-mostly-new", "A rest of the traffic is left on the old revision.", PLANNED, _shares(new=99, old=1)),
    _dep_15("ingress-without-traffic", "The ingress names no shares.", PLANNED, sets(APP, TRAFFIC, None), "DEP-08"),
    _dep_15("serving-health-absent", "The answer does not tell how the serving revision is.", HEALTHY, drops(NEW, "properties.healthState"), "DEP-08"),
    _dep_15("serving-health-none", "The serving revision's health is None.", HEALTHY, sets(NEW, "properties.healthState", "None"), "DEP-08"),
    _dep_15("serving-stopped", "The serving revision is stopped.", HEALTHY, sets(NEW, "properties.runningState", "Stopped"), "DEP-08", "DEP-13"),
)  # fmt: skip


PREVIOUS = "test_previous_revision_can_be_activated"
OLD = "revisions/ca-apex-{environment}--r0011"


_dep_24 = MeantFor("DEP-24")


DEP_24 = (
    _dep_24("previous-missing", "There is no older revision.", PREVIOUS, drops(OLD)),
    _dep_24("previous-failed", "The older revision was never provisioned.", PREVIOUS, sets(OLD, "properties.provisioningState", "Failed")),
    _dep_24("previous-still-provisioning", "The older revision is still being provisioned.", PREVIOUS, sets(OLD, "properties.provisioningState", "Provisioning")),
    _dep_24("previous-with-error", "The older revision has an error.", PREVIOUS, sets(OLD, "properties.provisioningError", "ImagePullFailure")),
    _dep_24("previous-unhealthy", "The older revision is unhealthy.", PREVIOUS, sets(OLD, "properties.healthState", "Unhealthy")),
    _dep_24("previous-without-state", "The answer does not tell the older revision's state.", PREVIOUS, drops(OLD, "properties.provisioningState")),
    _dep_24("previous-is-younger", "The other revision is younger than the newest.", PREVIOUS, sets(OLD, "properties.createdTime", "2026-02-05T10:00:00+00:00")),
    _dep_24("previous-without-date", "The answer does not tell when the older revision was made.", PREVIOUS, drops(OLD, "properties.createdTime")),
)  # fmt: skip


RESTARTED = "test_nothing_has_restarted"
CRITICAL = "test_no_critical_alert_was_fired"
REPLICAS = tuple(f"replicas/ca-apex-{{environment}}--r0012-5d7f9c6b4-{end}" for end in ("2xkq8", "9mzt4"))
ALERT = "alerts/6f1d9a40-58b2-4c7e-a3d0-92b8c4e7f151"
ESSENTIALS = "properties.essentials"
CREATED = "properties.createdTime"


_dep_26 = MeantFor("DEP-26")


def _ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


def _alert(hours: float, severity: str, target: str | None = "", revision_days: float | None = None) -> Change:
    """Return the change that fires an alert some hours ago; and makes the newest revision some days old."""

    def change(world: World) -> None:
        azure = world.azure
        azure.change(ALERT, f"{ESSENTIALS}.startDateTime", _ago(hours))
        azure.change(ALERT, f"{ESSENTIALS}.severity", severity)
        if target != "":
            azure.change(ALERT, f"{ESSENTIALS}.targetResource", target if target is None else azure.fill(target))
        if revision_days is not None:
            azure.change(NEW, CREATED, _ago(24 * revision_days))

    return change


DEP_26 = (
    _dep_26("replica-restarted", "A container has restarted once.", RESTARTED, sets(REPLICAS[0], "properties.containers[0].restartCount", 1)),
    _dep_26("replica-restarted-often", "A container restarts again and again.", RESTARTED, sets(REPLICAS[1], "properties.containers[0].restartCount", 47)),
    _dep_26("sidecar-restarted", "A second container of a replica has restarted.", RESTARTED,
        edits(REPLICAS[0], lambda resource: resource["properties"]["containers"].append({"name": "s", "restartCount": 3}))),
    _dep_26("replicas-missing", "No replica runs.", RESTARTED, all_of(*(drops(replica) for replica in REPLICAS))),
    _dep_26("replica-without-containers", "A replica has no containers.", RESTARTED, sets(REPLICAS[0], "properties.containers", [])),
    _dep_26("alert-critical", "A critical alert was fired an hour ago.", CRITICAL, _alert(1, "Sev0")),
    _dep_26("alert-error", "An alert of severity 1 was fired yesterday.", CRITICAL, _alert(23, "Sev1")),
    _dep_26("alert-critical-in-other-casing", "A critical alert was fired, in other casing.", CRITICAL, _alert(2, "SEV0")),
    _dep_26("alert-on-the-database", "A critical alert on the database was fired.", CRITICAL,
        _alert(2, "Sev0", "{resource_group_id}/providers/microsoft.sql/servers/sql-apex-{environment}/databases/db-apex-{environment}")),
    _dep_26("alert-without-target", "A critical alert names no resource.", CRITICAL, _alert(2, "Sev0", None)),
    _dep_26("alert-in-the-window", "A critical alert was fired in the stability window, days ago.", CRITICAL, _alert(90, "Sev0", revision_days=4), "DEP-20"),
)  # fmt: skip


KEPT = "test_old_revisions_are_kept_then_deactivated"


def _dep_27(name: str, wrong: str, change: Change, *others: str) -> Violation:
    return Violation(name, wrong, change, ("DEP-27", *others), KEPT)


def _made(hours: float) -> Change:
    def change(world: World) -> None:
        world.azure.change(NEW, "properties.createdTime", (datetime.now(UTC) - timedelta(hours=hours)).isoformat())

    return change


DEP_27 = (
    _dep_27("old-revision-still-active", "The old revision is still active, long after the window.", sets(OLD, "properties.active", True)),
    _dep_27("older-revision-still-active", "A revision before the old one is still active.",
        all_of(copies(OLD, "r0011", "r0003"), sets("revisions/ca-apex-{environment}--r0003", "properties.active", True))),
    _dep_27("younger-revision-active", "A revision that is younger, and not the application's newest, is active.",
        copies(NEW, "r0012", "r0013")),
    _dep_27("no-revision-active", "No revision is active.", sets(NEW, "properties.active", False), "DEP-08", "DEP-13", "DEP-15"),
    _dep_27("old-revision-gone-too-soon", "The old revision was deactivated an hour after the deployment.", _made(1), "DEP-20"),
    _dep_27("old-revision-gone-on-the-last-hour", "The old revision was deactivated within the window's last hour.", _made(23.5), "DEP-20"),
)  # fmt: skip

VIOLATIONS = (
    *DEP_13,
    *DEP_15,
    *DEP_24,
    *DEP_26,
    *DEP_27,
)
