"""The platform (DEP-04, 31 to 34): ways in which secrets, scale, backup, sizes or transport are not as declared."""

# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import MeantFor, all_of, appends, drops, moves, sets
from falsification.azure.violations.dep_release import APP, DATABASE
from falsification.azure.violations.sec_private_link import SERVICES
from falsification.azure.world import Change, World

EXISTS = "test_vault_exists"
USABLE = "test_secret_is_usable"
VAULT = "Microsoft.KeyVault/vaults/kv-apex-{environment}-{suffix}"
SQL, INSIGHTS, CLIENT = (
    "AZURE-SQL-CONNECTION-STRING",
    "APPLICATION-INSIGHTS-CONNECTION-STRING",
    "AZURE-AD-CLIENT-SECRET",
)
LONG_AGO, FAR_AHEAD = 1577836800, 4102444800


_of = MeantFor("DEP-04")


def _without(secret: str) -> Change:
    def change(world: World) -> None:
        world.azure.secrets = [item for item in world.azure.secrets if not item["id"].endswith(f"/{secret}")]

    return change


def _with(secret: str, **attributes: object) -> Change:
    def change(world: World) -> None:
        secret_found = next(item for item in world.azure.secrets if item["id"].endswith(f"/{secret}"))
        secret_found["attributes"].update(attributes)

    return change


def _renamed(secret: str, name: str) -> Change:
    def change(world: World) -> None:
        secret_found = next(item for item in world.azure.secrets if item["id"].endswith(f"/{secret}"))
        secret_found["id"] = secret_found["id"].replace(secret, name)

    return change


DEP_04 = (
    _of("vault-missing", "The Key Vault does not exist.", EXISTS, drops(VAULT), "DEP-33"),
    _of("vault-in-another-group", "Only a namesake in another resource group exists.", EXISTS, moves(VAULT), "DEP-33"),
    _of("secret-missing-sql", "The connection string of the database is not in the vault.", USABLE, _without(SQL)),
    _of("secret-missing-insights", "The connection string of Application Insights is not in the vault.", USABLE, _without(INSIGHTS)),
    _of("secret-missing-client", "The client secret is not in the vault, though the application needs it.", USABLE, _without(CLIENT)),
    _of("secret-not-enabled", "A secret is disabled.", USABLE, _with(SQL, enabled=False)),
    _of("secret-enabled-null", "Whether a secret is enabled is null.", USABLE, _with(INSIGHTS, enabled=None)),
    _of("secret-expired", "A secret has expired.", USABLE, _with(CLIENT, exp=LONG_AGO)),
    _of("secret-not-yet-valid", "A secret is not valid yet.", USABLE, _with(CLIENT, nbf=FAR_AHEAD)),
    _of("secret-of-similar-name", "A secret's name only begins as it should.", USABLE, _renamed(SQL, f"{SQL}-OLD")),
)  # fmt: skip


BOUNDED = "test_replicas_are_bounded"
FOLLOWS = "test_replicas_follow_requests"
SCALE = "properties.template.scale"
RULE = f"{SCALE}.rules[0]"


_dep_31 = MeantFor("DEP-31")


DEP_31 = (
    _dep_31("replicas-may-be-none", "The application may scale to nothing.", BOUNDED, sets(APP, f"{SCALE}.minReplicas", 0)),
    _dep_31("replicas-may-be-one", "One replica may serve alone.", BOUNDED, sets(APP, f"{SCALE}.minReplicas", 1)),
    _dep_31("least-replicas-null", "The least number of replicas is null, which means none.", BOUNDED, sets(APP, f"{SCALE}.minReplicas", None)),
    _dep_31("most-replicas-three", "There may be three replicas at most.", BOUNDED, sets(APP, f"{SCALE}.maxReplicas", 3)),
    _dep_31("most-replicas-absent", "The answer does not tell the highest number.", BOUNDED, drops(APP, f"{SCALE}.maxReplicas")),
    _dep_31("most-replicas-hundred", "There may be a hundred replicas.", BOUNDED, sets(APP, f"{SCALE}.maxReplicas", 100)),
    _dep_31("scale-missing", "The template has no scaling at all.", BOUNDED, sets(APP, SCALE, None)),
    _dep_31("scale-rule-missing", "No rule adds replicas.", FOLLOWS, sets(APP, f"{SCALE}.rules", [])),
    _dep_31("scale-rule-at-hundred", "Replicas are added at 100 concurrent requests.", FOLLOWS, sets(APP, f"{RULE}.http.metadata.concurrentRequests", "100")),
    _dep_31("scale-rule-on-tcp", "The rule counts connections.", FOLLOWS, sets(APP, RULE, {"name": "tcp", "tcp": {"metadata": {"concurrentConnections": "50"}}})),
    _dep_31("scale-rule-without-number", "The rule names no number.", FOLLOWS, sets(APP, f"{RULE}.http.metadata", {})),
    _dep_31("scale-rules-differ", "A second rule adds replicas at another number.", FOLLOWS,
        appends(APP, f"{SCALE}.rules", {"name": "second", "http": {"metadata": {"concurrentRequests": "500"}}})),
)  # fmt: skip


REACHES = "test_database_backups_reach_back"
LONG = "test_long_term_backups_are_kept"
RECOVERED = "test_deleted_data_can_be_recovered"
_DATABASE = "databases/db-apex-{environment}"
SHORT_TERM = f"{_DATABASE}/backupShortTermRetentionPolicies/default"
LONG_TERM = f"{_DATABASE}/backupLongTermRetentionPolicies/default"
BLOBS = "storageAccounts/stapex{environment}{suffix}/blobServices/default"
BLOB_POLICY, CONTAINER_POLICY = "properties.deleteRetentionPolicy", "properties.containerDeleteRetentionPolicy"


_dep_32 = MeantFor("DEP-32")


DEP_32 = (
    _dep_32("retention-of-a-day", "The database can be restored for one day.", REACHES, sets(SHORT_TERM, "properties.retentionDays", 1)),
    _dep_32("retention-of-six-days", "The database can be restored for six days.", REACHES, sets(SHORT_TERM, "properties.retentionDays", 6)),
    _dep_32("retention-null", "The number of days is null.", REACHES, sets(SHORT_TERM, "properties.retentionDays", None)),
    _dep_32("retention-beyond-azure", "The number of days is none that Azure keeps.", REACHES, sets(SHORT_TERM, "properties.retentionDays", 36)),
    _dep_32("retention-policy-missing", "There is no policy.", REACHES, drops(SHORT_TERM)),
    _dep_32("long-term-off", "No weekly backups are kept.", LONG, sets(LONG_TERM, "properties.weeklyRetention", "PT0S")),
    _dep_32("long-term-shorter", "Weekly backups are kept for a week.", LONG, sets(LONG_TERM, "properties.weeklyRetention", "P1W")),
    _dep_32("long-term-monthly-absent", "Monthly backups are not told of.", LONG, drops(LONG_TERM, "properties.monthlyRetention")),
    _dep_32("long-term-policy-missing", "There is no policy for long-term retention.", LONG, drops(LONG_TERM)),
    _dep_32("blobs-not-kept", "Deleted blobs are gone.", RECOVERED, sets(BLOBS, BLOB_POLICY, {"enabled": False})),
    _dep_32("blobs-kept-for-a-week", "Deleted blobs are kept for seven days.", RECOVERED, sets(BLOBS, f"{BLOB_POLICY}.days", 7)),
    _dep_32("blobs-kept-for-thirteen-days", "Deleted blobs are kept for thirteen days.", RECOVERED, sets(BLOBS, f"{BLOB_POLICY}.days", 13)),
    _dep_32("blobs-days-absent", "The answer does not tell for how long.", RECOVERED, drops(BLOBS, f"{BLOB_POLICY}.days")),
    _dep_32("blobs-enabled-absent", "The answer does not tell whether deleted blobs are kept.", RECOVERED, drops(BLOBS, f"{BLOB_POLICY}.enabled")),
    _dep_32("blob-policy-missing", "There is no policy for blobs.", RECOVERED, drops(BLOBS, BLOB_POLICY)),
    _dep_32("containers-not-kept", "Deleted containers are gone.", RECOVERED, sets(BLOBS, f"{CONTAINER_POLICY}.enabled", False)),
    _dep_32("containers-kept-for-a-day", "Deleted containers are kept for a day.", RECOVERED, sets(BLOBS, f"{CONTAINER_POLICY}.days", 1)),
    _dep_32("container-policy-missing", "There is no policy for containers.", RECOVERED, drops(BLOBS, CONTAINER_POLICY)),
)  # fmt: skip


OBJECTIVE = "test_database_has_its_objective"
SKU = "test_service_has_its_sku"


_dep_33 = MeantFor("DEP-33")


DEP_33 = (
    _dep_33("database-smaller", "The database is of a smaller tier.", OBJECTIVE, sets(DATABASE, "properties.currentServiceObjectiveName", "S0")),
    _dep_33("database-basic", "The database is of the basic tier.", OBJECTIVE, sets(DATABASE, "properties.currentServiceObjectiveName", "Basic")),
    _dep_33("database-objective-absent", "The answer does not tell the database's tier.", OBJECTIVE, drops(DATABASE, "properties.currentServiceObjectiveName")),
    _dep_33("database-still-growing", "The declared tier is only asked for.", OBJECTIVE, sets(DATABASE, "properties.currentServiceObjectiveName", "S1")),
    _dep_33("storage-of-another-redundancy", "The storage account has another redundancy.", SKU, sets(SERVICES["storage"], "sku.name", "Standard_RAGRS")),
    _dep_33("storage-sku-absent", "The storage account does not tell its SKU.", SKU, drops(SERVICES["storage"], "sku")),
    _dep_33("openai-free", "Azure OpenAI is of the free tier.", SKU, sets(SERVICES["openai"], "sku.name", "F0")),
    _dep_33("document-intelligence-free", "Document Intelligence is of the free tier.", SKU, sets(SERVICES["document-intelligence"], "sku.name", "F0")),
    _dep_33("key-vault-premium", "The Key Vault is of another tier.", SKU, sets(SERVICES["key-vault"], "properties.sku.name", "premium")),
    _dep_33("key-vault-sku-absent", "The Key Vault does not tell its SKU.", SKU, drops(SERVICES["key-vault"], "properties.sku")),
)  # fmt: skip


STORAGE = "test_storage_requires_https"
APPLICATION = "test_application_requires_https"
ONLY = "properties.supportsHttpsTrafficOnly"
INSECURE = "properties.configuration.ingress.allowInsecure"
_ACCOUNT = SERVICES["storage"]


_dep_34 = MeantFor("DEP-34")


DEP_34 = (
    _dep_34("https-storage-off", "The storage account accepts plain HTTP.", STORAGE, sets(_ACCOUNT, ONLY, False)),
    _dep_34("https-storage-absent", "The storage account does not tell.", STORAGE, drops(_ACCOUNT, ONLY)),
    _dep_34("https-storage-null", "The setting is null.", STORAGE, sets(_ACCOUNT, ONLY, None)),
    _dep_34("https-storage-at-the-wrong-level", "The setting stands beside the properties.", STORAGE,
        all_of(drops(_ACCOUNT, ONLY), sets(_ACCOUNT, "supportsHttpsTrafficOnly", True))),
    _dep_34("https-application-off", "The application is served over plain HTTP.", APPLICATION, sets(APP, INSECURE, True)),
    _dep_34("https-application-absent", "The answer does not tell about plain HTTP.", APPLICATION, drops(APP, INSECURE)),
    _dep_34("https-application-null", "Whether plain HTTP is allowed is null.", APPLICATION, sets(APP, INSECURE, None)),
)  # fmt: skip

VIOLATIONS = (
    *DEP_04,
    *DEP_31,
    *DEP_32,
    *DEP_33,
    *DEP_34,
)
