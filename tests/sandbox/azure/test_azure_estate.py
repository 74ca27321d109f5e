"""The estate that the stand-in serves, how it throttles, and its what-if operation."""

from __future__ import annotations

import ipaddress
import json
import re
import ssl
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest

from assurance.planning import ChangeKind, read_plan
from assurance.planning.template import Target
from assurance.tape.redaction import Redactor
from sandbox import AzureEstate, Sandbox
from sandbox.azure import azure_estate
from sandbox.azure.resource_ids import ResourcePath, is_at_or_below, steps
from sandbox.network.listeners import APPLICATION, platform_services

VERSION = "2025-04-01"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for the module: nothing in it changes."""
    with Sandbox() as running:
        yield running


def ask(sandbox: Sandbox, properties: dict[str, Any], group: str = "") -> tuple[list[int], httpx.Response]:
    """Begin a what-if and look until its result is there; return the statuses and the last answer."""
    scope = sandbox.estate.parameters["resource_group_id"]
    scope = scope.replace(scope.rpartition("/")[2], group) if group else scope
    url = f"{sandbox.resource_manager.url}{scope}/providers/Microsoft.Resources/deployments/main/whatIf"
    context = ssl.create_default_context(cafile=str(sandbox.authority.path))
    with httpx.Client(verify=context, headers={"Authorization": f"Bearer {sandbox.token}"}) as client:
        answer = client.post(url, params={"api-version": VERSION}, json={"properties": properties})
        statuses = [answer.status_code]
        location = answer.headers.get("Location", "")
        while answer.status_code == httpx.codes.ACCEPTED:
            answer = client.get(location)
            statuses.append(answer.status_code)
    return statuses, answer


def templated(*resources: dict[str, Any], **further: object) -> dict[str, Any]:
    """Return the properties of a deployment."""
    return {"mode": "Incremental", "template": {"resources": list(resources)}, **further}


def server(sandbox: Sandbox, **properties: object) -> dict[str, Any]:
    """Return the SQL server as a template has it."""
    found = sandbox.estate.find("sql-apex-sandbox")
    kept: dict[str, Any] = {key: found[key] for key in ("type", "name", "location", "tags") if key in found}
    return {"apiVersion": "2023-08-01", **kept, "properties": properties}


def test_the_result_comes_later(sandbox: Sandbox) -> None:
    """202 with a Location; 202 while it is worked on; then 200 with the changes."""
    before = deepcopy(sandbox.estate.resources)
    statuses, answer = ask(sandbox, templated(server(sandbox, publicNetworkAccess="Enabled")))
    assert statuses == [202, 202, 200]
    assert answer.json()["status"] == "Succeeded"
    [change] = [one for one in answer.json()["properties"]["changes"] if one["changeType"] != "Ignore"]
    assert change["changeType"] == "Modify"
    assert change["delta"] == [{"path": "properties.publicNetworkAccess", "propertyChangeType": "Modify",
                                "before": "Disabled", "after": "Enabled"}]  # fmt: skip
    assert sandbox.estate.resources == before


def test_its_answer_is_a_plan(sandbox: Sandbox) -> None:
    """New, changed, and what the deployment leaves alone."""
    new = {"type": "Microsoft.Network/publicIPAddresses", "apiVersion": "1", "name": "[parameters('name')]",
           "location": "eastus", "properties": {"ipAddress": "[reference('x').y]"}}  # fmt: skip
    properties = templated(new, server(sandbox), parameters={"name": {"value": "jump"}})
    parameters = sandbox.estate.parameters
    target = Target(parameters["subscription_id"], parameters["resource_group"])
    plan = read_plan(ask(sandbox, properties)[1].content, b"", target, "what-if", Redactor(salt="a test"))
    kinds = {change.id.rpartition("/")[2]: change.kind for change in plan.changes}
    assert (kinds["jump"], kinds["sql-apex-sandbox"]) == (ChangeKind.CREATE, ChangeKind.NO_CHANGE)
    assert kinds["vnet-apex-sandbox"] is ChangeKind.IGNORE


def test_ids_only_compares_nothing(sandbox: Sandbox) -> None:
    """What is there is `Deploy`, changed or not."""
    settings = {"resultFormat": "ResourceIdOnly"}
    changes = ask(sandbox, templated(server(sandbox), whatIfSettings=settings))[1].json()["properties"]["changes"]
    assert {"resourceId": sandbox.estate.find("sql-apex-sandbox")["id"], "changeType": "Deploy"} in changes


def test_complete_mode_deletes_the_rest(sandbox: Sandbox) -> None:
    """What the template leaves out of the group."""
    properties = templated(server(sandbox)) | {"mode": "Complete"}
    changes = ask(sandbox, properties)[1].json()["properties"]["changes"]
    assert {change["changeType"] for change in changes} == {"NoChange", "Delete"}


@pytest.mark.parametrize(
    ("properties", "group", "code"),
    [({"mode": "Incremental"}, "", "InvalidRequestContent"), (templated(), "nowhere", "ResourceGroupNotFound")],
)
def test_what_is_no_deployment_is_refused(sandbox: Sandbox, properties: dict[str, Any], group: str, code: str) -> None:
    """In the words of Azure."""
    answer = ask(sandbox, properties, group)[1]
    assert json.loads(answer.content)["error"]["code"] == code


ENVIRONMENTS = Path(__file__).parents[3] / "environments"


@pytest.fixture
def estate() -> AzureEstate:
    """The compliant estate of the sandbox."""
    return AzureEstate.load("sandbox")


DEPLOYMENTS = sorted(file.stem for file in azure_estate.DEPLOYMENTS.glob("*.json"))


@pytest.mark.parametrize("environment", ["dev", "prod", "sandbox", *DEPLOYMENTS])
def test_no_placeholder_is_left(environment: str) -> None:
    """Every placeholder of the data files is replaced, whatever the environment."""
    estate = AzureEstate.load(environment)
    texts = [str(estate.resources), str(estate.secrets), str(estate.endpoints)]
    assert not any(re.search(r"\{\w+\}", text) for text in texts)


@pytest.mark.parametrize("environment", ["prod", "sandbox", *DEPLOYMENTS])
def test_names_are_those_that_the_environment_file_declares(environment: str) -> None:
    """Services, endpoints and their names are exactly those of environments/NAME.toml."""
    declared = tomllib.loads((ENVIRONMENTS / f"{environment}.toml").read_text(encoding="utf-8"))
    estate = AzureEstate.load(environment)
    served = {service.key: service for service in platform_services(estate)}
    assert served.keys() >= declared["services"].keys()
    further = [
        name["fqdn"] for one in declared["services"].values() for name in one["private_endpoint"].get("names", ())
    ]
    further += [more["fqdn"] for one in declared["services"].values() for more in one.get("further_endpoints", ())]
    named = {*(one["fqdn"] for one in declared["services"].values()), *further}
    # An application with a public name is no service of the file.
    assert {service.fqdn for key, service in served.items() if key != APPLICATION} == named
    for key, service in declared["services"].items():
        assert served[key].fqdn == service["fqdn"]
        assert estate.find(service["name"])["name"] == service["name"]
        endpoint = estate.find(service["private_endpoint"]["name"])["properties"]
        assert endpoint["privateLinkServiceConnections"][0]["properties"]["groupIds"] == [
            service["private_endpoint"]["group_id"]
        ]
    assert estate.find(declared["resource_group"])["id"].startswith(f"/subscriptions/{declared['subscription_id']}/")


def test_private_addresses_agree(estate: AzureEstate) -> None:
    """A service's address is the same in its network interface, its zone, its zone group and the DNS server's data."""
    subnet = ipaddress.ip_network("10.0.2.0/24")
    interfaces = {
        interface["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"]
        for interface in estate.of_type("Microsoft.Network/networkInterfaces")
    }
    services = platform_services(estate)
    assert interfaces == {service.private_address for service in services}
    assert all(ipaddress.ip_address(service.private_address) in subnet for service in services)
    for service in services:
        host, _, zone = service.private_name.partition(".")
        record = estate.find(f"{zone}/A/{host}")["properties"]
        assert record["fqdn"] == f"{service.private_name}."
        assert record["aRecords"] == [{"ipv4Address": service.private_address}]


def test_references_lead_somewhere(estate: AzureEstate) -> None:
    """Every id that an endpoint, a subnet or a zone link names is the id of a resource of the estate."""
    text = str([list(estate.of_type(f"Microsoft.Network/{kind}")) for kind in ("virtualNetworks", "privateEndpoints")])
    pattern = r"/subscriptions/[^'/]+/resourcegroups/[^'/]+/providers/[^'/]+/[^'/]+/[^'/]+"
    named = {match.lower() for match in re.findall(pattern, text, re.IGNORECASE)}
    assert len(named) > 10
    assert named <= estate.resources.keys()


def test_a_copy_is_its_own(estate: AzureEstate) -> None:
    """A change to a copy leaves the original alone."""
    twin = estate.copy()
    twin.change("sql-apex-sandbox", "properties.publicNetworkAccess", "Enabled")
    twin.secrets.clear()
    assert twin.find("sql-apex-sandbox")["properties"]["publicNetworkAccess"] == "Enabled"
    assert estate.find("sql-apex-sandbox")["properties"]["publicNetworkAccess"] == "Disabled"
    assert len(estate.secrets) == 4


def test_an_item_of_a_list_is_changed_by_its_name(estate: AzureEstate) -> None:
    """Brackets choose an item of a list by name or by position."""
    path = "properties.subnets[snet-privateendpoints].properties.addressPrefix"
    estate.change("vnet-apex-sandbox", path, "10.0.3.0/24")
    estate.change("nsg-containerapps-{environment}", "properties.securityRules[0].properties.access", "Deny")
    network = estate.find("vnet-apex-sandbox")["properties"]
    rules = estate.find("nsg-containerapps-sandbox")["properties"]["securityRules"]
    assert [subnet["properties"]["addressPrefix"] for subnet in network["subnets"]] == ["10.0.0.0/23", "10.0.3.0/24"]
    assert rules[0]["properties"]["access"] == "Deny"


def test_a_property_is_removed(estate: AzureEstate) -> None:
    """Removing with a path takes one property away and leaves the resource."""
    estate.remove("stapexsandbox4k7x", "properties.allowBlobPublicAccess")
    assert "allowBlobPublicAccess" not in estate.find("stapexsandbox4k7x")["properties"]


def test_a_resource_goes_with_what_hangs_under_it(estate: AzureEstate) -> None:
    """Removing a zone removes its records and links."""
    estate.remove("privatelink.openai.azure.com")
    assert not [key for key in estate.resources if "privatednszones/privatelink.openai.azure.com" in key]


def test_an_added_resource_gets_name_and_type_from_its_id(estate: AzureEstate) -> None:
    """Only the id is needed to add a resource."""
    added = estate.add({"id": "{resource_group_id}/providers/Microsoft.Sql/servers/sql-apex-sandbox/firewallRules/all"})
    assert (added["name"], added["type"]) == ("all", "Microsoft.Sql/servers/firewallRules")
    assert estate.find("firewallRules/all") is added


def test_an_ambiguous_reference_is_refused(estate: AzureEstate) -> None:
    """A name that five nested resources share names none of them."""
    with pytest.raises(KeyError, match="means 5 resources"):
        estate.find("vnet-apex-sandbox-link")


def test_an_unknown_reference_is_refused(estate: AzureEstate) -> None:
    """A misspelt name is an error, and no silent no-op."""
    with pytest.raises(KeyError, match="means 0 resources"):
        estate.change("sql-apex-sandbx", "properties.publicNetworkAccess", "Enabled")


@pytest.mark.parametrize("path", ["properties.nothing.here", "properties.privateEndpointConnections[no-such-item].id"])
def test_a_step_that_does_not_exist_is_refused(estate: AzureEstate, path: str) -> None:
    """A change below a property that does not exist is an error."""
    with pytest.raises(KeyError):
        estate.change("sql-apex-sandbox", path, 1)


def test_a_key_with_dots_stands_in_quotes() -> None:
    """A path is taken apart into keys, names and positions."""
    assert steps('identity."/a.b/c".list[x.y][0].z') == ["identity", "/a.b/c", "list", "x.y", 0, "z"]


@pytest.mark.parametrize("path", ["", "a[", 'a."b'])
def test_an_unreadable_path_is_refused(path: str) -> None:
    """A path that cannot be read to its end is an error."""
    with pytest.raises(ValueError, match="path"):
        steps(path)


def test_ids_are_compared_by_segments() -> None:
    """A group whose name begins like another's does not hold its resources."""
    assert is_at_or_below("/subscriptions/s/resourcegroups/rg1/providers/x", "/subscriptions/s/resourcegroups/rg1")
    assert not is_at_or_below("/subscriptions/s/resourcegroups/rg10", "/subscriptions/s/resourcegroups/rg1")


def test_a_nested_collection_is_taken_apart() -> None:
    """Scope, namespace, types, names and parent of a nested collection."""
    path = ResourcePath.parse("/subscriptions/S/resourceGroups/RG/providers/Microsoft.Sql/servers/One/firewallRules")
    assert path.is_collection
    assert (path.types, path.names) == (("servers", "firewallrules"), ("one",))
    assert path.parent == "/subscriptions/s/resourcegroups/rg/providers/microsoft.sql/servers/one"
    assert (path.subscription, path.resource_group) == ("s", "rg")
