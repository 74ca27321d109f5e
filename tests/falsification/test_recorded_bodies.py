"""Bodies that Azure really sent, planted in the compliant world: no check breaks down, and the SDK's models agree.

They are not kept here: set APEX_RECORDED_BODIES to a folder of exchanges as JSON (`status`, `body`), in any subfolders.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from azure.mgmt.appcontainers.models import ContainerApp, ManagedEnvironment
from azure.mgmt.cognitiveservices.models import Account
from azure.mgmt.containerregistry.models import Registry
from azure.mgmt.keyvault.models import Vault
from azure.mgmt.network.models import PrivateEndpoint
from azure.mgmt.sql.models import Server
from azure.mgmt.storage.models import StorageAccount

from assurance.estate.resources.resource import type_of
from falsification.azure.stage import AzureStage
from falsification.azure.world import World, compliant_world
from falsification.score import stage

FOLDER = os.environ.get("APEX_RECORDED_BODIES")
MAX_OF_ONE_LIST = 4
Body = Mapping[str, Any]  # JSON


def _resources() -> Iterator[tuple[str, Body]]:
    """Return the resources in the recorded answers, each with the name of its file."""
    for path in sorted(Path(FOLDER or "").rglob("*.json")):
        exchange = json.loads(path.read_text(encoding="utf-8"))
        body = exchange.get("body") if isinstance(exchange, dict) and exchange.get("status") == 200 else None
        if isinstance(body, dict):
            listed = body["value"] if isinstance(body.get("value"), list) else [body]
            yield from ((path.name, one) for one in listed[:MAX_OF_ONE_LIST] if isinstance(one, dict) and one.get("id"))


def _plantings() -> Iterator[tuple[str, str, Body, Callable[[World], None]]]:
    """Return each resource whose type the sandbox has: file, key of the one it stands for, body, and what plants it.

    The first resource of the sandbox of its type takes over everything of it but its name.
    """
    stands_for: dict[str, str] = {}
    for key, resource in compliant_world().azure.resources.items():
        stands_for.setdefault(type_of(str(resource["id"])), key)
    for name, body in _resources():
        key = stands_for.get(type_of(str(body["id"])), "")
        if not key:
            continue

        def change(world: World, key: str = key, body: Body = body) -> None:
            taken = {part: value for part, value in body.items() if part not in {"id", "name", "type"}}
            world.azure.resources[key].update(json.loads(json.dumps(taken)))

        yield name, key, body, change


def _stage() -> AzureStage:
    azure = stage("azure")
    assert isinstance(azure, AzureStage)
    return azure


@pytest.mark.skipif(not FOLDER, reason="APEX_RECORDED_BODIES names no folder of recorded answers")
def test_no_recorded_resource_breaks_a_check() -> None:
    """Every case comes to a verdict that says why, whatever Azure has sent."""
    planted: dict[str, int] = defaultdict(int)
    broken: list[str] = []
    for name, _, body, change in _plantings():
        planted[type_of(str(body["id"]))] += 1
        broken += [
            f"{name}: {case.id}: {one.reason}" for case, one in _stage().outcomes(change) if "broke down" in one.reason
        ]
    assert len(planted) > 10, dict(planted)
    assert broken == []


# What a check must come to by what the official client's model says of the body: read by code that is not the suite's.
# Any: a model of the SDK's, whose attributes differ by kind.
Says = Callable[[Any], bool]
ORACLE: Mapping[str, tuple[type, Mapping[str, Says]]] = {
    "microsoft.storage/storageaccounts": (StorageAccount, {
        "test_public_network_access_is_disabled": lambda it: it.public_network_access == "Disabled",
        "test_network_rules_deny_by_default": lambda it: _acls(it.network_rule_set).default_action == "Deny",
        "test_modern_tls_is_required": lambda it: it.minimum_tls_version in {"TLS1_2", "TLS1_3"},
        "test_https_is_required": lambda it: it.enable_https_traffic_only is True,
        "test_public_blobs_are_forbidden": lambda it: it.allow_blob_public_access is False,
        "test_local_authentication_is_off": lambda it: it.allow_shared_key_access is False,
    }),
    "microsoft.sql/servers": (Server, {
        "test_public_network_access_is_disabled": lambda it: it.public_network_access == "Disabled",
        "test_modern_tls_is_required": lambda it: it.minimal_tls_version in {"1.2", "1.3"},
    }),
    "microsoft.keyvault/vaults": (Vault, {
        "test_public_network_access_is_disabled": lambda it: it.public_network_access == "Disabled",
        "test_network_rules_deny_by_default": lambda it: _acls(it.network_acls).default_action == "Deny",
        "test_local_authentication_is_off": lambda it: it.enable_rbac_authorization is True,
    }),
    "microsoft.cognitiveservices/accounts": (Account, {
        "test_public_network_access_is_disabled": lambda it: it.public_network_access == "Disabled",
        "test_network_rules_deny_by_default": lambda it: _acls(it.network_acls).default_action == "Deny",
        "test_local_authentication_is_off": lambda it: it.disable_local_auth is True,
    }),
    "microsoft.containerregistry/registries": (Registry, {
        "test_registry_asks_who_pulls": lambda it: not it.anonymous_pull_enabled and not it.admin_user_enabled,
    }),
    "microsoft.app/containerapps": (ContainerApp, {
        "test_ingress_is_as_declared": lambda it: _ingress(it) is not None and not _ingress(it).external,
        "test_plain_http_is_refused": lambda it: _ingress(it) is not None and not _ingress(it).allow_insecure,
    }),
    "microsoft.app/managedenvironments": (ManagedEnvironment, {
        "test_environment_is_internal": lambda it: bool(it.vnet_configuration and it.vnet_configuration.internal),
        # Where an older api-version does not tell it, an internal environment has no public address.
        "test_environment_refuses_public_networks": lambda it: it.public_network_access == "Disabled" or (
            it.public_network_access is None and bool(it.vnet_configuration and it.vnet_configuration.internal)),
    }),
    "microsoft.network/privateendpoints": (PrivateEndpoint, {
        "test_connection_is_approved": lambda it: {_state(one) for one in _connections(it)} == {"Approved"},
    }),
}  # fmt: skip


class _Nothing:
    """What stands in the place of what a body does not have: it says nothing."""

    def __getattr__(self, name: str) -> None:
        return None


def _acls(found: Any) -> Any:  # noqa: ANN401  (a model of the SDK's)
    return found or _Nothing()


def _ingress(found: Any) -> Any:  # noqa: ANN401  (as above)
    return (found.configuration or _Nothing()).ingress


def _connections(found: Any) -> list[Any]:  # noqa: ANN401  (as above)
    return [*(found.private_link_service_connections or []), *(found.manual_private_link_service_connections or [])]


def _state(connection: Any) -> str:  # noqa: ANN401  (as above)
    return str(connection.properties.private_link_service_connection_state.status)


def _properties(model: Any, body: Body) -> Any:  # noqa: ANN401  (a model of the SDK's, of either of its two generations)
    read = model.deserialize(body) if hasattr(model, "deserialize") else model._deserialize(dict(body), [])
    return read.properties or _Nothing()


@pytest.mark.skipif(not FOLDER, reason="APEX_RECORDED_BODIES names no folder of recorded answers")
def test_verdicts_agree_with_the_models_of_the_official_client() -> None:
    """A case that passes holds by the SDK's model of the body, one that fails does not; few are not evaluated."""
    agreed: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    wrong: list[str] = []
    for name, key, body, change in _plantings():
        # A line of a plain inventory tells nothing: what is judged there is the sandbox's own.
        model, says = ORACLE.get(type_of(str(body["id"])), (None, {})) if "properties" in body else (None, {})
        wanted = key.rpartition("/")[2]
        for case, outcome in _stage().outcomes(change) if says else ():
            if case.check not in says or case.subject.casefold() not in {"", wanted}:
                continue
            verdict = str(outcome.verdict)
            agreed[case.check][verdict] += 1
            is_judged = verdict in {"pass", "fail"}
            if is_judged and says[case.check](_properties(model, body)) is not (verdict == "pass"):
                wrong.append(f"{name}: {case.id}: {verdict}: {outcome.observed}")
    counts = {check: dict(found) for check, found in sorted(agreed.items())}
    print(json.dumps(counts, indent=1))  # what was compared: shown by -s, and where it fails
    assert wrong == [], "\n".join(wrong)
    assert sum(found.get("pass", 0) + found.get("fail", 0) for found in counts.values()) > 200, counts
