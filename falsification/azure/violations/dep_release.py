"""The release (DEP-02, 05, 06, 08, 20).

Ways in which its gates, migration, image, inventory or record are not as the guide asks.
"""

# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import SHARED, MeantFor, all_of, drops, images, rewrites, says, sets
from falsification.azure.world import Change, World
from sandbox.azure.activity_log import event

UNIT = "test_unit_tests_cover_enough"
INTEGRATION = "test_integration_tests_cover_enough"
SOURCE = "test_source_has_nothing_severe"
IMAGE = "test_image_has_nothing_severe"
PIPELINE = "test_pipeline_passed"

_LOW = '"issue_severity": "LOW"'
_DIGEST = "7c1f0a5be2d94836a1c7f3e08b5d29664fa0c3d18e7b52946d3a9f10c8e7b4d2"


_of = MeantFor("DEP-02")


def _covers(file: str, covered: int, rate: str) -> Change:
    old = ("3690", "0.8824") if file.startswith("unit") else ("3107", "0.7429")
    return all_of(says(file, f'lines-covered="{old[0]}"', f'lines-covered="{covered}"'), says(file, old[1], rate))


def _finds(severity: str) -> Change:
    return all_of(
        says("bandit.json", _LOW, f'"issue_severity": "{severity}"'),
        says("bandit.json", '"SEVERITY.LOW": 1', '"SEVERITY.LOW": 0'),
        says("bandit.json", f'"SEVERITY.{severity}": 0', f'"SEVERITY.{severity}": 1'),
    )


DEP_02 = (
    _of("unit-coverage-just-below", "Unit tests cover 79.9 % of the lines.", UNIT, _covers("unit-coverage.xml", 3342, "0.7991")),
    _of("unit-coverage-low", "Unit tests cover half of the lines.", UNIT, _covers("unit-coverage.xml", 2091, "0.5")),
    _of("unit-coverage-none", "Unit tests cover no line.", UNIT, _covers("unit-coverage.xml", 0, "0.0")),
    _of("integration-coverage-just-below", "Integration tests cover 69.9 % of the lines.", INTEGRATION, _covers("integration-coverage.xml", 2925, "0.6994")),
    _of("integration-coverage-low", "Integration tests cover a tenth of the lines.", INTEGRATION, _covers("integration-coverage.xml", 418, "0.1")),
    _of("bandit-medium", "Bandit found an issue of medium severity.", SOURCE, _finds("MEDIUM")),
    _of("bandit-high", "Bandit found an issue of high severity.", SOURCE, _finds("HIGH")),
    _of("trivy-high", "Trivy found a vulnerability of high severity.", IMAGE, says("trivy.json", '"Severity": "LOW"', '"Severity": "HIGH"')),
    _of("trivy-critical", "Trivy found a critical vulnerability.", IMAGE, says("trivy.json", '"Severity": "LOW"', '"Severity": "CRITICAL"')),
    _of("trivy-critical-in-lower-case", "Trivy found a critical vulnerability, in other casing.", IMAGE, says("trivy.json", '"Severity": "LOW"', '"Severity": "critical"')),
    _of("trivy-of-another-image", "The scan is of an image with another digest.", IMAGE, says("trivy.json", _DIGEST, "0" * 64)),
    _of("trivy-without-digest", "The scan does not tell the image's digest.", IMAGE, says("trivy.json", "RepoDigests", "RepoTagsToo")),
    _of("pipeline-failed", "The pipeline failed.", PIPELINE, says("ci-run.json", '"success"', '"failure"')),
    _of("pipeline-cancelled", "The pipeline was cancelled.", PIPELINE, says("ci-run.json", '"success"', '"cancelled"')),
    _of("pipeline-still-running", "The pipeline is not over.", PIPELINE, says("ci-run.json", '"completed"', '"in_progress"')),
    _of("pipeline-of-a-branch", "The pipeline ran on a branch.", PIPELINE, says("ci-run.json", '"main"', '"feature/new-risk-model"')),
    _of("pipeline-of-a-branch-of-similar-name", "The pipeline ran on a branch whose name ends like main.", PIPELINE, says("ci-run.json", '"main"', '"fix/main"')),
    _of("pipeline-of-another-commit", "The pipeline ran for another commit.", PIPELINE, says("ci-run.json", "3f9a1c7e", "4f9a1c7e")),
)  # fmt: skip


RESTORE = "test_database_can_be_restored"
RECENT = "test_backup_is_recent"
STAGING = "test_staging_is_migrated"
DATABASE = "Microsoft.Sql/servers/sql-apex-{environment}/databases/db-apex-{environment}"
COPY = f"{DATABASE}-backup-{{today}}"
OLD = "2026-01-05T02:00:00Z"
EXPORTS = "Microsoft.Sql/servers/databases/export/action"


_dep_05 = MeantFor("DEP-05")


def _exported(
    operation: str = EXPORTS, moment: str = "{ago_3_hours}", status: str = "Succeeded", server: str = ""
) -> Change:
    """Return the change that leaves no copy, and an event of that kind."""

    def change(world: World) -> None:
        azure = world.azure
        azure.remove(COPY)
        database = azure.find(DATABASE)["id"]
        about = database.replace("/servers/sql-", f"/servers/{server}sql-")
        entry = event(about, "pipeline@apex.example", operation, azure.fill(moment))
        azure.activity.append({**entry, "status": {"value": status, "localizedValue": status}})

    return change


DEP_05 = (
    _dep_05("database-missing", "The database does not exist.", RESTORE, drops(DATABASE), "DEP-32", "DEP-33"),
    _dep_05("database-offline", "The database is not online.", RESTORE, sets(DATABASE, "properties.status", "Offline")),
    _dep_05("database-status-absent", "The answer does not tell the database's status.", RESTORE, drops(DATABASE, "properties.status")),
    _dep_05("database-not-restorable", "No point in time to restore to is told.", RESTORE, drops(DATABASE, "properties.earliestRestoreDate")),
    _dep_05("backup-missing", "There is no copy, and no export.", RECENT, drops(COPY)),
    _dep_05("backup-old", "The only copy is of an earlier month.", RECENT, sets(COPY, "properties.creationDate", OLD)),
    _dep_05("backup-from-the-future", "The copy's date lies ahead.", RECENT, sets(COPY, "properties.creationDate", "2099-01-01T00:00:00Z")),
    _dep_05("backup-not-online", "The copy is still being made.", RECENT, sets(COPY, "properties.status", "Creating")),
    _dep_05("backup-of-another-name", "The only fresh database is none that a migration's copy is called.", RECENT,
        rewrites(COPY, "db-apex-{environment}-backup-", "db-apex-{environment}-test-")),
    _dep_05("export-failed", "There is no copy, and the export failed.", RECENT, _exported(status="Failed")),
    _dep_05("export-only-accepted", "There is no copy, and the export was only accepted.", RECENT, _exported(status="Accepted")),
    _dep_05("export-of-another-server", "The export is of a namesake on another server.", RECENT, _exported(server="old-")),
    _dep_05("no-export-but-a-write", "The activity log has a write, but no export.", RECENT, _exported("Microsoft.Sql/servers/databases/write")),
    _dep_05("staging-not-migrated", "Staging is at an older revision of the schema.", STAGING, says("staging-schema.txt", "7d2e91b4c0a5 (head)", "51c0b7a9e3d2")),
    _dep_05("staging-not-at-the-head", "Staging is at the release's revision, and the scripts know a newer one.", STAGING, says("staging-schema.txt", " (head)", "")),
    _dep_05("staging-at-another-head", "Staging is at the head of other scripts.", STAGING, says("staging-schema.txt", "7d2e91b4c0a5", "0a1b2c3d4e5f")),
    _dep_05("staging-at-two-heads", "Staging is at two heads.", STAGING, says("staging-schema.txt", "(head)", "(head)\n0a1b2c3d4e5f (head)")),
)  # fmt: skip


PROVISIONED = "test_registry_is_provisioned"
VERSION = "test_tag_tells_the_version"
HELD = "test_image_is_in_the_registry"
RUNS = "test_new_revision_runs_that_digest"
REGISTRY = f"{SHARED}/providers/Microsoft.ContainerRegistry/registries/apexacr"
NEWEST = 1
OTHER = f"sha256:{'e' * 64}"


_dep_06 = MeantFor("DEP-06")


def _image(**values: object) -> Change:
    return images(lambda tags: tags[NEWEST].update(values))


DEP_06 = (
    _dep_06("registry-missing", "The registry does not exist.", PROVISIONED, drops(REGISTRY)),
    _dep_06("registry-failed", "The registry's last deployment failed.", PROVISIONED, sets(REGISTRY, "properties.provisioningState", "Failed")),
    _dep_06("registry-without-state", "The answer does not say whether it was deployed.", PROVISIONED, drops(REGISTRY, "properties.provisioningState")),
    _dep_06("registry-at-another-name", "The registry is reached under another name.", PROVISIONED, sets(REGISTRY, "properties.loginServer", "apexacr2.azurecr.io")),
    _dep_06("registry-name-absent", "The registry does not tell its name.", PROVISIONED, drops(REGISTRY, "properties.loginServer")),
    _dep_06("image-missing", "The release's image was never pushed.", HELD, images(lambda tags: tags.pop(NEWEST)), "DEP-13"),
    _dep_06("repository-missing", "The registry has no such repository.", HELD, images(lambda tags: tags.clear()), "DEP-13"),
    _dep_06("tag-missing", "The digest is there, and no tag leads to it.", HELD, _image(tag="latest"), "DEP-13"),
    _dep_06("version-untagged", "Nothing in the registry is tagged with the release's version.", VERSION, _image(tag="1.4.2-rc.1"), "DEP-13"),
    _dep_06("tag-on-another-digest", "The tag leads to another digest.", HELD, _image(digest=OTHER), "DEP-13"),
    _dep_06("tag-moved-to-an-older-image", "The tag leads to an older image, and the release's has none.", HELD,
        images(lambda tags: (tags[NEWEST].update(tag="untagged"), tags[0].update(tag="1.4.2"))), "DEP-13"),
    _dep_06("image-in-another-repository", "The image is in a repository whose name begins alike.", HELD, _image(repository="apex-backend-test"), "DEP-13"),
)  # fmt: skip


SERVING = "test_serving_revision_is_known"
NEW = "revisions/ca-apex-{environment}--r0012"
APP = "containerApps/ca-apex-{environment}"
TRAFFIC = "properties.configuration.ingress.traffic"


_dep_08 = MeantFor("DEP-08")


DEP_08 = (
    _dep_08("nothing-serves", "No revision has traffic.", SERVING, sets(APP, TRAFFIC, []), "DEP-15"),
    _dep_08("two-serve-alike", "Two revisions share the traffic by halves.", SERVING,
        sets(APP, TRAFFIC, [{"revisionName": "ca-apex-{environment}--r0012", "weight": 50}, {"revisionName": "ca-apex-{environment}--r0011", "weight": 50}]), "DEP-15"),
    _dep_08("serving-one-unknown", "Traffic goes to a revision that is not listed.", SERVING,
        sets(APP, TRAFFIC, [{"revisionName": "ca-apex-{environment}--r0009", "weight": 100}]), "DEP-15"),
    _dep_08("serving-one-unhealthy", "The revision that serves is unhealthy.", SERVING, sets(NEW, "properties.healthState", "Unhealthy"), "DEP-15"),
    _dep_08("both-have-all-traffic", "Two revisions have all the traffic each.", SERVING,
        sets(APP, TRAFFIC, [{"revisionName": "ca-apex-{environment}--r0012", "weight": 100}, {"revisionName": "ca-apex-{environment}--r0011", "weight": 100}]), "DEP-15"),
    _dep_08("serving-one-provisioning", "The revision that serves is still being provisioned.", SERVING, sets(NEW, "properties.provisioningState", "Provisioning"), "DEP-13", "DEP-15"),
)  # fmt: skip


CURRENT = "test_inventory_is_current"
TAGGED = "test_release_is_tagged"
FILE, TAGS = "inventory.json", "git-tags.txt"
_COMMIT = "3f9a1c7e52d84b60a9e7f1b2c3d4e5f60718293a"


_dep_20 = MeantFor("DEP-20")


DEP_20 = (
    _dep_20("inventory-of-the-last-revision", "The inventory has the last revision.", CURRENT, says(FILE, "r0012", "r0011")),
    _dep_20("inventory-of-the-last-image", "The inventory has the last image.", CURRENT, says(FILE, "1.4.2", "1.4.1")),
    _dep_20("inventory-of-another-digest", "The inventory has another digest.", CURRENT, says(FILE, "sha256:7c1f", "sha256:8c1f")),
    _dep_20("inventory-of-an-older-schema", "The inventory has an older schema.", CURRENT, says(FILE, "7d2e91b4c0a5", "51c0b7a9e3d2")),
    _dep_20("inventory-without-schema", "The inventory has no schema.", CURRENT, says(FILE, "schema_revision", "schema")),
    _dep_20("inventory-older-than-the-revision", "The inventory was written before the revision was made.", CURRENT, says(FILE, "2026-02-03T09:44:00Z", "2026-02-02T09:44:00Z")),
    _dep_20("inventory-of-the-future", "The inventory's date lies ahead.", CURRENT, says(FILE, "2026-02-03T09:44:00Z", "2099-02-03T09:44:00Z")),
    _dep_20("inventory-without-a-time", "The inventory's date is no time.", CURRENT, says(FILE, "2026-02-03T09:44:00Z", "yesterday")),
    _dep_20("tag-missing-in-git", "The release is not tagged.", TAGGED, says(TAGS, "v1.4.2", "v1.4.2-rc1")),
    _dep_20("tag-on-another-commit", "The tag is on another commit.", TAGGED, says(TAGS, _COMMIT, "0" * 40)),
    _dep_20("tag-lightweight", "The tag is not an annotated one.", TAGGED, says(TAGS, "v1.4.2^{}", "v1.4.2-old^{}")),
)  # fmt: skip

VIOLATIONS = (
    *DEP_02,
    *DEP_05,
    *DEP_06,
    *DEP_08,
    *DEP_20,
)
