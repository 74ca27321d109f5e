"""The names of the secrets in a Key Vault; never their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from assurance.errors import NotEvaluated
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.resource import listed, name_of
from assurance.tape.moments import from_seconds, to_text
from assurance.verdicts import Fact
from assurance.world.azure import reader
from assurance.world.azure.document import Document


@dataclass(frozen=True, slots=True)
class VaultSecrets:
    """The secrets of a vault, as its data plane lists them."""

    vault_id: str
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    def hold(self, name: str, now: datetime) -> Fact:
        """Whether the vault has the secret, enabled, valid already and not expired; absent times are no bounds."""
        found = next((one for one in self.documents if name_of(one.id).casefold() == name.casefold()), None)
        remedy = f"az keyvault secret set --vault-name {name_of(self.vault_id)} --name {name} --file FILE"
        wrong = ["not there"] if found is None else _unusable(found, now)
        observed = f"{name} is {listed(wrong, 'there, enabled')}"
        expected = f"secret {name} is in the vault, enabled and not expired"
        return Fact(not wrong, expected, observed, self.vault_id, self.readings, remedy if wrong else "")

    def hold_enabled(self, names: Sequence[str], cited: tuple[str, ...]) -> Fact:
        """Whether the vault has each of these secrets, enabled; and there is at least one to judge."""
        found = {name_of(one.id).casefold(): one.flag("attributes", "enabled") for one in self.documents}
        wrong = [f"{name} is {'disabled' if name.casefold() in found else 'not there'}" for name in names
                 if found.get(name.casefold()) is not True]  # fmt: skip
        holds = bool(names) and not wrong
        observed = listed(wrong, f"all there: {listed(names)}") if names else "the application refers to no secret"
        remedy = f"az keyvault secret set --vault-name {name_of(self.vault_id)} --name NAME --file FILE"
        expected = "each secret that the application refers to is in the vault, enabled"
        return Fact(holds, expected, observed, self.vault_id, self.readings + cited, "" if holds else remedy)


@read_once
def read_vault_secrets(estate: Estate) -> VaultSecrets:
    """Return the names of the secrets in the declared Key Vault."""
    key = estate.first_of_kind("key_vault")
    declared = estate.environment.services[key]
    estate.demand("inside")
    secrets = estate.questions.clients.secrets(declared.fqdn)
    documents, readings = reader.list_all(secrets.list_properties_of_secrets)
    if documents is None:
        reason = f"The vault {declared.fqdn} has no list of secrets."
        raise NotEvaluated(reason, "Check services.key_vault.fqdn.", readings)
    return VaultSecrets(estate.service_id(key), documents, readings)


def _unusable(secret: Document, now: datetime) -> list[str]:
    """Return why a secret cannot be used; Key Vault gives times in seconds since 1970."""
    wrong = [] if secret.flag("attributes", "enabled") is True else ["disabled"]
    ends, begins = (secret.number("attributes", key) for key in ("exp", "nbf"))
    wrong += [f"expired at {to_text(from_seconds(ends))}"] if ends is not None and ends <= now.timestamp() else []
    return wrong + (
        [f"not valid before {to_text(from_seconds(begins))}"] if begins is not None and begins > now.timestamp() else []
    )
