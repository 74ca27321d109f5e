"""SEC-07: ways in which the application does not authenticate by its identity, or holds a secret in plain text."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import SHARED, MeantFor, Violation, adds, all_of, appends, drops, edits, moves, sets
from falsification.azure.violations.sec_network import APP
from falsification.azure.violations.sec_private_link import SERVICES
from falsification.azure.world import Change, World

IDENTITY = "userAssignedIdentities/id-apex-{environment}"
IDENTITY_ID = "{resource_group_id}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-apex-{environment}"
SECRETS = "properties.configuration.secrets"
REGISTRIES = "properties.configuration.registries"
CONTAINERS = "properties.template.containers"
VARIABLES = f"{CONTAINERS}[apex-backend].env"
VAULT = "https://kv-apex-{environment}-{suffix}.vault.azure.net"

EXISTS = "test_identity_exists"
ASSIGNED = "test_identity_is_on_the_application"
SIGNED_IN = "test_nobody_else_signs_in_as_the_identity"
PULLED = "test_images_are_pulled_with_the_identity"
PLAIN = "test_no_secret_stands_in_plain_text"
REFERRED = "test_secrets_come_from_the_vault"
STORED = "test_referenced_secrets_are_in_the_vault"
KEYLESS = "test_local_authentication_is_off"
KEY = "Zm9vYmFyQmF6MTIzNDU2Nzg5MHF1eHp5OTg3NjU0MzIxcGxhbnRlZA=="
ENTRA = "azureADOnlyAuthentications/Default"


_of = MeantFor("SEC-07")


def _assigned(kind: str | None, *ids: str) -> Change:
    return sets(APP, "identity", {"type": kind, "userAssignedIdentities": {identity_id: {} for identity_id in ids}})


def _holds(name: str, wrong: str, variable: str, value: str) -> Violation:
    """Return the violation that a variable of the application's container has this plain value."""

    def change(world: World) -> None:
        containers = world.azure.find(APP)["properties"]["template"]["containers"]
        containers[0]["env"].append({"name": variable, "value": value})

    return _of(f"plain-{name}", wrong, PLAIN, change)


def _container(name: str, *env: dict[str, str]) -> dict[str, object]:
    return {"name": name, "image": "apexacr.azurecr.io/other:1", "env": list(env)}


def _secret(number: int, key: str, value: object) -> Change:
    return sets(APP, f"{SECRETS}[{number}].{key}", value)


def _vault_secret(name: str, key: str | None = None, value: object = None) -> Change:
    """Return the change that takes a secret out of the vault or, with a key, gives it another attribute."""

    def change(world: World) -> None:
        secret = next(item for item in world.azure.secrets if item["id"].endswith(f"/{name}"))
        if key is None:
            world.azure.secrets.remove(secret)
        elif value is None:
            del secret["attributes"][key]
        else:
            secret["attributes"][key] = value

    return change


_IDENTITY = (
    _of("identity-missing", "The identity does not exist.", EXISTS, drops(IDENTITY), "SEC-08"),
    _of("identity-in-another-group", "Only a namesake in another resource group exists.", EXISTS, moves(IDENTITY), "SEC-08"),
    _of("application-without-identity", "The application has no identity.", ASSIGNED, sets(APP, "identity", None)),
    _of("application-identity-absent", "The answer tells no identity.", ASSIGNED, drops(APP, "identity")),
    _of("application-identity-none", "The application's identity type is None.", ASSIGNED, _assigned("None")),
    _of("application-identity-of-its-own", "The application has a system-assigned identity only.", ASSIGNED, _assigned("SystemAssigned")),
    _of("application-identity-type-stale", "The type is SystemAssigned, though the map still names the identity.", ASSIGNED,
        _assigned("SystemAssigned", IDENTITY_ID)),
    _of("application-identity-type-absent", "The identity has no type.", ASSIGNED, drops(APP, "identity.type")),
    _of("application-identity-other", "Another identity is assigned.", ASSIGNED, _assigned("UserAssigned", f"{IDENTITY_ID}-other")),
    _of("application-identity-namesake", "A namesake of another group is assigned.", ASSIGNED,
        _assigned("UserAssigned", f"{SHARED}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-apex-{{environment}}")),
    _of("application-identity-map-empty", "The type is right, and the map is empty.", ASSIGNED, _assigned("UserAssigned")),
    *(
        _of(f"application-identity-lifecycle-{name}", f"The identity is there for the lifecycle {lifecycle} only.", ASSIGNED,
            sets(APP, "properties.configuration.identitySettings", [{"identity": identity, "lifecycle": lifecycle}]))
        for name, lifecycle, identity in (("init", "Init", IDENTITY_ID), ("none", "None", IDENTITY_ID), ("none-in-lower-case", "none", IDENTITY_ID.upper().replace("{RESOURCE_GROUP_ID}", "{resource_group_id}").replace("{ENVIRONMENT}", "{environment}")))
    ),
    *(
        _of(f"federated-credential-{name}", f"Somebody can sign in as the identity: {subject}.", SIGNED_IN,
            adds({"id": f"{IDENTITY_ID}/federatedIdentityCredentials/{name}",
                  "properties": {"issuer": issuer, "subject": subject, "audiences": ["api://AzureADTokenExchange"]}}))
        for name, issuer, subject in (
            ("github-main", "https://token.actions.githubusercontent.com", "repo:example/apex:ref:refs/heads/main"),
            ("github-anybody", "https://token.actions.githubusercontent.com", "repo:example/fork:pull_request"),
            ("kubernetes", "https://oidc.prod-aks.azure.com/1/", "system:serviceaccount:default:apex"),
            ("another-tenant", "https://login.microsoftonline.com/33333333-3333-4333-8333-333333333333/v2.0", "44444444-4444-4444-8444-444444444444"),
        )
    ),
    _of("application-identity-map-null", "The type is right, and the map is null.", ASSIGNED, sets(APP, "identity.userAssignedIdentities", None)),
    _of("registry-by-password", "Images are pulled with a password.", PULLED,
        sets(APP, REGISTRIES, [{"server": "apexacr.azurecr.io", "username": "apexacr", "passwordSecretRef": "acr"}])),
    _of("registry-by-the-system-identity", "Images are pulled with the system-assigned identity.", PULLED,
        sets(APP, f"{REGISTRIES}[0].identity", "system")),
    _of("registry-by-another-identity", "Images are pulled with another identity.", PULLED,
        sets(APP, f"{REGISTRIES}[0].identity", f"{IDENTITY_ID}-pull")),
    _of("registry-by-both", "A password stands beside the identity.", PULLED, sets(APP, f"{REGISTRIES}[0].passwordSecretRef", "acr")),
    _of("registry-identity-empty", "The registry's identity is empty.", PULLED, sets(APP, f"{REGISTRIES}[0].identity", "")),
    _of("registries-empty", "No registry is set.", PULLED, sets(APP, REGISTRIES, [])),
    _of("registries-null", "The registries are null.", PULLED, sets(APP, REGISTRIES, None)),
    _of("registry-second-by-password", "A second registry is signed in to by password.", PULLED,
        appends(APP, REGISTRIES, {"server": "docker.io", "username": "apex", "passwordSecretRef": "hub"})),
)  # fmt: skip

_SECRETS = (
    _holds("api-key", "A variable holds an API key.", "AZURE_OPENAI_API_KEY", KEY),
    _holds("connection-string", "A variable holds a connection string.", "STORAGE",
           f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={KEY};EndpointSuffix=core.windows.net"),
    _holds("password-in-a-connection-string", "A variable holds a password within a connection string.", "DATABASE",
           "Server=tcp:sql.example,1433;User ID=apex;Password=Sommer2026!;"),
    _holds("password-by-name", "A variable called a password holds a short value.", "DB_PASSWORD", "hunter2"),
    _holds("token-by-form", "A variable with a harmless name holds a token.", "SESSION",
           "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhcGV4LWJhY2tlbmQifQ.c2lnbmF0dXJlLXBsYW50ZWQ"),
    _holds("shared-access-signature", "A variable holds a URL with a shared access signature.", "UPLOADS",
           "https://st.example/c?sv=2024-11-04&sig=abcdefgh12345678abcdefgh12345678"),
    _holds("private-key", "A variable holds a private key.", "CERTIFICATE", "-----BEGIN PRIVATE KEY-----MIIEvQIBADANBg-----END PRIVATE KEY-----"),
    _holds("random-string", "A variable with a harmless name holds a long random string.", "SETTING", "a8F3kQ9zX2mN7vB4tR6yW1pL5sD0hJ8c"),
    _holds("password-in-a-url", "A variable holds a URL with a password.", "CACHE", "redis://apex:s3cretw0rd@cache.example:6380/0"),
    _of("plain-in-a-second-container", "A second container holds a secret in plain text.", PLAIN,
        appends(APP, CONTAINERS, _container("sidecar", {"name": "API_KEY", "value": KEY}))),
    _of("plain-in-an-init-container", "An init container holds a secret in plain text.", PLAIN,
        sets(APP, "properties.template.initContainers", [_container("migrate", {"name": "DB_PASSWORD", "value": "hunter2"})])),
    _of("secret-of-the-applications-own", "A secret's value is the application's own, not the vault's.", REFERRED,
        edits(APP, lambda resource: resource["properties"]["configuration"]["secrets"][0].pop("keyVaultUrl"))),
    _of("secret-without-reference-beside-good-ones", "A further secret is no reference.", REFERRED, appends(APP, SECRETS, {"name": "extra"})),
    _of("secret-reference-null", "A secret's reference is null.", REFERRED, _secret(1, "keyVaultUrl", None)),
    _of("secret-of-a-vault-of-similar-name", "A secret's vault has a host name that begins with the declared one.", REFERRED,
        _secret(0, "keyVaultUrl", f"{VAULT}.evil.example/secrets/AZURE-SQL-CONNECTION-STRING")),
    _of("secret-of-another-vault", "A secret is in another vault.", REFERRED,
        _secret(0, "keyVaultUrl", "https://kv-other.vault.azure.net/secrets/AZURE-SQL-CONNECTION-STRING")),
    _of("secret-by-the-system-identity", "A secret is resolved by the system-assigned identity.", REFERRED, _secret(2, "identity", "System")),
    _of("secret-by-another-identity", "A secret is resolved by another identity.", REFERRED, _secret(2, "identity", f"{IDENTITY_ID}-other")),
    _of("secret-by-no-identity", "A secret names no identity.", REFERRED,
        edits(APP, lambda resource: resource["properties"]["configuration"]["secrets"][0].pop("identity"))),
    _of("secret-reference-dangling", "A variable refers to a secret that the application does not have.", REFERRED,
        edits(APP, lambda resource: resource["properties"]["template"]["containers"][0]["env"].append({"name": "X", "secretRef": "gone"}))),
    _of("secrets-empty", "The application has no secrets.", REFERRED,
        edits(APP, lambda resource: resource["properties"]["configuration"].update({"secrets": []}))),
    _of("secrets-null", "The application's secrets are null.", STORED,
        edits(APP, lambda resource: resource["properties"]["configuration"].update({"secrets": None}))),
    _of("vault-secret-missing", "A secret that the application refers to is not in the vault.", STORED, _vault_secret("AZURE-AD-CLIENT-SECRET")),
    _of("vault-secret-disabled", "A secret is disabled.", STORED, _vault_secret("AZURE-SQL-CONNECTION-STRING", "enabled", value=False)),
    _of("vault-secret-without-state", "A secret does not tell whether it is enabled.", STORED, _vault_secret("AZURE-SQL-CONNECTION-STRING", "enabled")),
    _of("vault-secret-of-similar-name", "The application refers to a name that only begins with a secret's.", STORED,
        _secret(0, "keyVaultUrl", f"{VAULT}/secrets/AZURE-SQL-CONNECTION-STRING-2")),
    _of("vault-secrets-gone", "The vault is empty.", STORED, lambda world: world.azure.secrets.clear()),
)  # fmt: skip

_KEYS = (
    _of("sql-logins-allowed", "The server accepts SQL logins.", KEYLESS, sets(ENTRA, "properties.azureADOnlyAuthentication", False)),
    _of("sql-entra-setting-missing", "The server has no setting for Microsoft Entra-only authentication.", KEYLESS, drops(ENTRA)),
    _of("sql-entra-setting-absent", "The setting tells nothing.", KEYLESS, drops(ENTRA, "properties.azureADOnlyAuthentication")),
    _of("sql-entra-setting-null", "The setting is null.", KEYLESS, sets(ENTRA, "properties.azureADOnlyAuthentication", None)),
    _of("storage-keys-allowed", "The storage account accepts its keys.", KEYLESS, sets(SERVICES["storage"], "properties.allowSharedKeyAccess", True)),
    _of("storage-keys-absent", "The storage account does not tell, which means allowed.", KEYLESS,
        drops(SERVICES["storage"], "properties.allowSharedKeyAccess")),
    _of("storage-keys-null", "Whether keys are accepted is null, which means allowed.", KEYLESS,
        sets(SERVICES["storage"], "properties.allowSharedKeyAccess", None)),
    _of("storage-keys-merely-not-preferred", "Microsoft Entra is only the default, and keys are accepted.", KEYLESS,
        all_of(sets(SERVICES["storage"], "properties.defaultToOAuthAuthentication", True),
               sets(SERVICES["storage"], "properties.allowSharedKeyAccess", True))),
    _of("openai-keys-allowed", "The OpenAI account accepts its keys.", KEYLESS, sets(SERVICES["openai"], "properties.disableLocalAuth", False)),
    _of("openai-keys-absent", "The OpenAI account does not tell, which means allowed.", KEYLESS, drops(SERVICES["openai"], "properties.disableLocalAuth")),
    _of("document-intelligence-keys-allowed", "Only the other account refuses its keys.", KEYLESS,
        sets(SERVICES["document-intelligence"], "properties.disableLocalAuth", False)),
    _of("vault-access-policies", "The vault uses access policies.", KEYLESS, sets(SERVICES["key-vault"], "properties.enableRbacAuthorization", False)),
    _of("vault-access-policies-by-null", "Null means access policies.", KEYLESS, sets(SERVICES["key-vault"], "properties.enableRbacAuthorization", None)),
    _of("vault-access-policies-by-absence", "The vault does not tell, which means access policies.", KEYLESS,
        drops(SERVICES["key-vault"], "properties.enableRbacAuthorization")),
)  # fmt: skip

VIOLATIONS = (*_IDENTITY, *_SECRETS, *_KEYS)
