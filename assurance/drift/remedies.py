"""What an engineer does about drift: the command that puts things back, or the one that approves them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import parse_qs

from assurance.drift.baseline import VAULT_SECRET, Entry, approving
from assurance.drift.classify import Change
from assurance.drift.normalise import Values
from assurance.estate.resources.resource import name_of, named, resource_group_of
from assurance.tape.redaction import kind_of_token

MAX_COMMANDS = 4
RULES = "properties.securityRules["
# Options of `az network nsg rule create`, by the property that each sets.
RULE_OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "priority": "priority",
        "direction": "direction",
        "access": "access",
        "protocol": "protocol",
        "source-address-prefixes": "sourceAddressPrefix",
        "source-port-ranges": "sourcePortRange",
        "destination-address-prefixes": "destinationAddressPrefix",
        "destination-port-ranges": "destinationPortRange",
    }
)
ASSIGNMENTS = "microsoft.authorization/roleassignments"
SECURITY_GROUP = "microsoft.network/networksecuritygroups"
SCORE = "microsoft.security/securescores"
PRICING = "microsoft.security/pricings"


def approval(environment: str) -> str:
    """Return the command that approves what is, for a change that was agreed."""
    return f"Or, if the change was agreed: {approving(f'reports/{environment}/RUN')}"


def restoring(entry: Entry) -> str:
    """Return what puts a resource back that is gone."""
    if entry.type == VAULT_SECRET:
        return f"az keyvault secret recover --vault-name {_vault(entry)} --name {name_of(entry.shown)}"
    if entry.type == ASSIGNMENTS:
        properties = entry.values["properties"]
        return (
            f"az role assignment create --assignee-object-id {properties['principalId']} "
            f"--role {name_of(properties['roleDefinitionId'])} --scope {properties['scope']}"
        )
    group = resource_group_of(entry.shown)
    if not group:
        return f"Put {entry.shown} back as it was approved."
    return f"az deployment group create --resource-group {group} --template-file main.bicep"


def removing(entry: Entry) -> str:
    """Return what takes a resource away that is new."""
    if entry.type == VAULT_SECRET:
        return f"az keyvault secret delete --vault-name {_vault(entry)} --name {name_of(entry.shown)}"
    if entry.type == ASSIGNMENTS:
        return f"az role assignment delete --ids {entry.shown}"
    return f"az resource delete --ids {shlex.quote(entry.shown)}"


def reverting(entry: Entry, changes: tuple[Change, ...]) -> tuple[str, ...]:
    """Return what puts properties of a resource back, each command once; the first few of many."""
    if entry.type == SCORE:
        return ("Follow the recommendations in Microsoft Defender for Cloud.",)
    commands = dict.fromkeys(_reverting(entry, change) for change in changes if change.difference is not None)
    left = len(commands) - MAX_COMMANDS
    return (*list(commands)[:MAX_COMMANDS], *((f"and {left} properties more",) if left > 0 else ()))


def _reverting(entry: Entry, change: Change) -> str:
    difference = change.difference
    before = difference.before if difference is not None else None
    if entry.type == VAULT_SECRET:
        return f"az keyvault secret set-attributes --vault-name {_vault(entry)} --name {name_of(entry.shown)} " + (
            f"--enabled {json.dumps(before)}" if change.path.endswith("enabled") else f"(put {change.path} back)"
        )
    if entry.type == PRICING and change.path.casefold().endswith("pricingtier"):
        return f"az security pricing create --name {name_of(entry.shown)} --tier {before}"
    if entry.type == SECURITY_GROUP and change.path.startswith(RULES):
        return _rule(entry, change)
    if entry.type.startswith("microsoft.app/containerapps"):
        if change.path.endswith(".image"):
            return f"az containerapp update {named(entry.shown)} --image {before}"
        if "Revision" in change.path:
            return f"az containerapp revision activate {named(entry.shown)} --revision {before}"
    if isinstance(before, (dict, list)) or "[" in change.path or (isinstance(before, str) and kind_of_token(before)):
        return f"{restoring(entry)} (puts {change.path} back)"
    version = parse_qs(entry.question.query)["api-version"][0]
    start = f"az resource update --ids {shlex.quote(entry.shown)} --api-version {version}"
    if before is None:
        return f"{start} --remove {change.path}"
    value = json.dumps(before) if isinstance(before, bool) else str(before)
    return f"{start} --set {shlex.quote(f'{change.path}={value}')}"


def _rule(entry: Entry, change: Change) -> str:
    """Return what puts a security rule back: deletes a new one, makes one again that is gone, or sets a property."""
    name, _, rest = change.path.removeprefix(RULES).partition("]")
    where = f"--resource-group {resource_group_of(entry.shown)} --nsg-name {name_of(entry.shown)} --name {name}"
    before = change.difference.before if change.difference is not None else None
    field = rest.removeprefix(".properties.")
    if rest and isinstance(before, (str, int)):
        return f"az network nsg rule update {where} --set {shlex.quote(f'{field}={before}')}"
    if rest:
        back = " ".join(map(str, before)) if isinstance(before, list) else "nothing"
        return f"az network nsg rule update {where} (put {field} back to {back})"
    if not isinstance(before, dict):
        return f"az network nsg rule delete {where}"
    properties = before["properties"]
    options = [
        f"--{option} {shlex.quote(' '.join(values)) if values == ['*'] else ' '.join(values)}"
        for option, singular in RULE_OPTIONS.items()
        if (values := _values(properties, singular))
    ]
    return f"az network nsg rule create {where} {' '.join(options)}"


def _values(properties: Mapping[str, Values], singular: str) -> list[str]:
    """Return what a rule has in a field of Azure's and in the plural of it."""
    plurals = (f"{singular}s", f"{singular}es")
    more = [str(value) for plural in plurals if plural in properties for value in properties[plural]]
    return [*([str(properties[singular])] if singular in properties else []), *more]


def _vault(entry: Entry) -> str:
    return entry.shown.removeprefix("https://").partition(".")[0]
