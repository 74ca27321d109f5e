"""DEP-04: ways in which a secret that the guide asks for cannot be used."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import Violation, drops, moves
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


def _of(name: str, wrong: str, check: str, change: Change, *others: str) -> Violation:
    return Violation(name, wrong, change, ("DEP-04", *others), check)


def _without(secret: str) -> Change:
    def change(world: World) -> None:
        world.azure.secrets = [one for one in world.azure.secrets if not one["id"].endswith(f"/{secret}")]

    return change


def _with(secret: str, **attributes: object) -> Change:
    def change(world: World) -> None:
        found = next(one for one in world.azure.secrets if one["id"].endswith(f"/{secret}"))
        found["attributes"].update(attributes)

    return change


def _renamed(secret: str, name: str) -> Change:
    def change(world: World) -> None:
        found = next(one for one in world.azure.secrets if one["id"].endswith(f"/{secret}"))
        found["id"] = found["id"].replace(secret, name)

    return change


VIOLATIONS = (
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
