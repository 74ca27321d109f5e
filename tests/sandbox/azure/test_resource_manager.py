"""The stand-in for Azure Resource Manager byte by byte: paths, errors, headers, pages, filters and faults."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from sandbox import AzureEstate, Fault, Sandbox
from sandbox.azure.errors import ArmError
from sandbox.azure.resource_manager import TokenBucket

REMAINING = "x-ms-ratelimit-remaining-subscription-reads"


def test_a_burst_is_let_through_and_the_next_is_refused() -> None:
    """As many as it holds pass at once; the refusal says how long to wait, in whole seconds."""
    bucket = TokenBucket(2, 0.25)
    bucket.take()
    assert bucket.remaining == 1
    bucket.take()
    with pytest.raises(ArmError) as refused:
        bucket.take()
    assert (refused.value.answer.status, refused.value.answer.headers["Retry-After"]) == (429, "4")
    assert (bucket.admitted, bucket.refused, bucket.remaining) == (2, 1, 0)


def test_it_fills_at_its_rate_and_no_further_than_it_holds() -> None:
    """What was taken comes back, and no more."""
    bucket = TokenBucket(3, 100)
    for _ in range(3):
        bucket.take()
    time.sleep(0.1)
    assert bucket.remaining == 3


def test_the_resource_manager_throttles_as_azure_does() -> None:
    """Each answer says what remains; beyond, a 429 in the words of Azure, until there is no bucket any more."""
    with Sandbox() as sandbox:
        manager = sandbox.resource_manager
        trusted = ssl.create_default_context(cafile=str(sandbox.authority.path))
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        url = f"{manager.url}{sandbox.estate.parameters['resource_group_id']}?api-version=2026-03-01"
        with httpx.Client(verify=trusted, headers=headers) as client:
            manager.bucket = TokenBucket(2, 0.01)
            answers = [client.get(url) for _ in range(3)]
            manager.bucket = None
            after = client.get(url)
    assert [(answer.status_code, answer.headers[REMAINING]) for answer in answers] == [
        (200, "1"),
        (200, "0"),
        (429, "0"),
    ]
    assert answers[-1].json()["error"]["code"] == "SubscriptionRequestsThrottled"
    assert (after.status_code, int(after.headers[REMAINING]) > 1000) == (200, True)


VERSION = "2026-03-01"
IDENTITY = "7b1f9c52-8d34-4e0a-9a6e-52c1d3f0a711"
OPERATORS_GROUP = "a61e3d84-92b7-45cf-8d10-3b5f7e9c2a46"
ASSIGNMENTS = "providers/Microsoft.Authorization/roleAssignments"


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """One sandbox for the module."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """The module's sandbox, as it was, before and after each test."""
    manager = running.resource_manager
    estate = manager.estate
    manager.estate = estate.copy()
    yield running
    manager.estate, manager.page_size, manager.latency_seconds = estate, 50, 0.0
    manager.faults.clear()


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """An HTTP client with the sandbox's token, at the resource manager."""
    trusted = ssl.create_default_context(cafile=str(sandbox.authority.path))
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    with httpx.Client(
        base_url=sandbox.resource_manager.url, verify=trusted, headers=headers, params={"api-version": VERSION}
    ) as opened:
        yield opened


@pytest.fixture
def group(sandbox: Sandbox) -> str:
    """The resource group's id."""
    return sandbox.estate.parameters["resource_group_id"]


@pytest.fixture
def subscription(sandbox: Sandbox) -> str:
    """The subscription's id."""
    return f"/subscriptions/{sandbox.estate.parameters['subscription_id']}"


def _code(response: httpx.Response) -> str:
    return str(response.json()["error"]["code"])


def test_every_resource_is_answered_by_its_id(sandbox: Sandbox, client: httpx.Client) -> None:
    """Each id of the estate, in upper case, leads to its body."""
    for resource in sandbox.estate.resources.values():
        response = client.get(resource["id"].upper())
        assert (response.status_code, response.json()) == (200, resource), resource["id"]


def test_a_change_of_the_estate_shows_in_the_next_answer(sandbox: Sandbox, client: httpx.Client, group: str) -> None:
    """The estate is served live."""
    sandbox.resource_manager.estate.change("sql-apex-sandbox", "properties.publicNetworkAccess", "Enabled")
    body = client.get(f"{group}/providers/Microsoft.Sql/servers/sql-apex-sandbox").json()
    assert body["properties"]["publicNetworkAccess"] == "Enabled"


def test_an_added_child_is_listed(sandbox: Sandbox, client: httpx.Client, group: str) -> None:
    """A firewall rule that is added appears in its server's list, and in that list only."""
    server = f"{group}/providers/Microsoft.Sql/servers/sql-apex-sandbox"
    sandbox.resource_manager.estate.add({"id": f"{server}/firewallRules/all", "properties": {}})
    assert [one["name"] for one in client.get(f"{server}/firewallRules").json()["value"]] == ["all"]
    assert len(client.get(f"{group}/providers/Microsoft.Sql/servers").json()["value"]) == 1


def test_repeated_slashes_are_ignored(client: httpx.Client, sandbox: Sandbox, group: str) -> None:
    """An id joined to a slash, as some clients do, is found."""
    response = client.get(f"{sandbox.resource_manager.url}/{group}/providers/Microsoft.Network/virtualNetworks")
    assert [one["name"] for one in response.json()["value"]] == ["vnet-apex-sandbox"]


def test_groups_are_listed(client: httpx.Client, subscription: str) -> None:
    """The subscription's resource groups, and the subscriptions, are lists."""
    groups = client.get(f"{subscription}/resourceGroups").json()["value"]
    assert [one["name"] for one in groups] == [
        "apex-rg-sandbox",
        "apex-rg-shared",
        "ME_cae-apex-sandbox_apex-rg-sandbox_eastus",
    ]
    assert len(client.get("/subscriptions").json()["value"]) == 1


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("{subscription}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks", "ResourceGroupNotFound"),
        ("{subscription}/resourceGroups/rg", "ResourceGroupNotFound"),
        ("/subscriptions/0/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks", "SubscriptionNotFound"),
        ("{group}/providers/Microsoft.Network/virtualNetworks/none", "ResourceNotFound"),
        ("{group}/providers/Microsoft.Network/virtualNetworks/none/subnets/one", "ParentResourceNotFound"),
        ("{group}/providers/Microsoft.Network/virtualNetworks/none/subnets", "ParentResourceNotFound"),
        ("{group}/providers/Microsoft.Network/virtualNetworks/vnet-apex-sandbox/subnets/one", "ResourceNotFound"),
        ("{group}/providers/Microsoft.Nothing/things", "InvalidResourceNamespace"),
        ("{group}/providers/Microsoft.Network/things", "InvalidResourceType"),
        ("/something", "NotFound"),
    ],
)
def test_what_does_not_exist_is_404(client: httpx.Client, group: str, subscription: str, path: str, code: str) -> None:
    """Each way of not existing has its own code."""
    response = client.get(path.format(group=group, subscription=subscription))
    assert (response.status_code, _code(response)) == (404, code)


@pytest.mark.parametrize(
    ("version", "code"),
    [
        ("", "MissingApiVersionParameter"),
        ("latest", "InvalidApiVersionParameter"),
        ("2026", "InvalidApiVersionParameter"),
    ],
)
def test_api_version_is_required(client: httpx.Client, group: str, version: str, code: str) -> None:
    """A missing or malformed api-version is refused."""
    response = client.get(group, params={"api-version": version})
    assert (response.status_code, _code(response)) == (400, code)


@pytest.mark.parametrize(
    ("header", "code"), [("", "AuthenticationFailed"), ("Bearer another", "InvalidAuthenticationToken")]
)
def test_the_token_is_required(client: httpx.Client, group: str, header: str, code: str) -> None:
    """Without the sandbox's token there is a 401 with a challenge, and no resource."""
    response = client.get(group, headers={"Authorization": header})
    assert (response.status_code, _code(response)) == (401, code)
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")


def test_nothing_can_be_written(client: httpx.Client, group: str) -> None:
    """Only reading is answered."""
    assert client.put(group, json={"location": "eastus"}).status_code == 405


def test_answers_carry_azures_headers(client: httpx.Client, group: str) -> None:
    """Request ids and the remaining reads are on each answer, errors too; the network's own id on the network's."""
    first = client.get(f"{group}/providers/Microsoft.Network/virtualNetworks")
    second = client.get(f"{group}/providers/Microsoft.Sql/servers/none")
    for response in (first, second):
        assert response.headers["x-ms-request-id"]
        assert response.headers["x-ms-correlation-request-id"] in response.headers["x-ms-routing-request-id"]
    remaining = "x-ms-ratelimit-remaining-subscription-reads"
    assert int(first.headers[remaining]) - int(second.headers[remaining]) == 1
    assert "x-ms-arm-service-request-id" in first.headers
    assert "x-ms-arm-service-request-id" not in second.headers


def test_requests_are_counted_with_their_query(sandbox: Sandbox, client: httpx.Client, group: str) -> None:
    """Method and target of each request are kept in order."""
    before = len(sandbox.resource_manager.requests_served)
    client.get(group)
    assert sandbox.resource_manager.requests_served[before:] == [("GET", f"{group}?api-version={VERSION}")]


def test_lists_come_in_pages(sandbox: Sandbox, client: httpx.Client, group: str) -> None:
    """Pages are linked by absolute links and hold each item once."""
    sandbox.resource_manager.page_size = 2
    first = client.get(f"{group}/providers/Microsoft.Network/privateEndpoints").json()
    client.params = httpx.QueryParams()  # the links hold the api-version themselves
    second = client.get(first["nextLink"]).json()
    third = client.get(second["nextLink"]).json()
    names = {one["name"] for page in (first, second, third) for one in page["value"]}
    assert [len(page["value"]) for page in (first, second, third)] == [2, 2, 1]
    assert len(names) == 5
    assert first["nextLink"].startswith(f"{sandbox.resource_manager.url}/")
    assert "nextLink" not in third


def test_a_foreign_skip_token_is_refused(client: httpx.Client, group: str) -> None:
    """A page token that the stand-in has not made is a 400."""
    path = f"{group}/providers/Microsoft.Network/privateEndpoints"
    assert client.get(path, params={"$skiptoken": "x"}).status_code == 400


def _principals(client: httpx.Client, scope: str, filter_text: str | None = None) -> list[str]:
    query = {"$filter": filter_text} if filter_text else {}
    value = client.get(f"{scope}/{ASSIGNMENTS}", params=query).json()["value"]
    return sorted(one["properties"]["scope"].split("/")[-1] for one in value)


def test_assignments_at_a_group_are_those_at_above_and_below(
    client: httpx.Client, subscription: str, group: str
) -> None:
    """Without a filter a group shows what is assigned above it and below it, and nothing beside it."""
    subscription_id = subscription.split("/")[-1]
    above = ["mg-apex", *[subscription_id] * 3]
    below = ["di-apex-sandbox", "kv-apex-sandbox-4k7x", "openai-apex-sandbox", "stapexsandbox4k7x"]
    assert _principals(client, group) == sorted([*above, "apex-rg-sandbox", *below])
    assert _principals(client, group, "atScope()") == sorted([*above, "apex-rg-sandbox"])
    assert "apexacr" in _principals(client, subscription)
    assert _principals(client, subscription, "atScope()") == sorted(above)


def test_assignments_at_a_resource(client: httpx.Client, group: str) -> None:
    """A resource shows its own assignments and those above it, in any casing of its id."""
    vault = f"{group}/providers/Microsoft.KeyVault/vaults/kv-apex-sandbox-4k7x"
    own = f"principalId eq '{IDENTITY}'"
    assert _principals(client, vault.upper(), own) == ["kv-apex-sandbox-4k7x"]
    assert _principals(client, group, f"atScope() and principalId eq '{IDENTITY}'") == []


def test_assigned_to_sees_through_groups(sandbox: Sandbox, client: httpx.Client, group: str) -> None:
    """`assignedTo` adds what a group of a group has; `principalId eq` does not."""
    sandbox.resource_manager.estate.groups["b0000000-0000-4000-8000-000000000000"] = [IDENTITY]
    sandbox.resource_manager.estate.groups[OPERATORS_GROUP].append("b0000000-0000-4000-8000-000000000000")
    own = _principals(client, group, f"principalId eq '{IDENTITY}'")
    all_of_them = _principals(client, group, f"assignedTo('{IDENTITY.upper()}')")
    assert len(all_of_them) == len(own) + 1
    assert len(_principals(client, group, f"atScope() and assignedTo('{IDENTITY}')")) == 1


def test_an_unknown_filter_is_refused(client: httpx.Client, group: str) -> None:
    """A filter that is misspelt is a 400, and not an unfiltered list."""
    response = client.get(f"{group}/{ASSIGNMENTS}", params={"$filter": f"principalId eq {IDENTITY}"})
    assert (response.status_code, _code(response)) == (400, "InvalidFilter")


def test_role_definitions_with_and_without_subscription(client: httpx.Client, subscription: str) -> None:
    """A definition is found at either scope, and its id is spelt as the scope was."""
    path = "/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d"
    assert client.get(path).json()["id"] == path
    assert client.get(subscription + path).json()["id"] == subscription + path
    listed = client.get(path.rpartition("/")[0], params={"$filter": "roleName eq 'AcrPull'"}).json()["value"]
    assert [one["id"] for one in listed] == [path]


def test_latency_is_added(sandbox: Sandbox, client: httpx.Client, group: str) -> None:
    """Each answer waits as long as it is told to."""
    sandbox.resource_manager.latency_seconds = 0.2
    started = time.monotonic()
    client.get(group)
    assert time.monotonic() - started >= 0.2


def test_a_fault_may_answer_anything(sandbox: Sandbox, client: httpx.Client, group: str) -> None:
    """Status, headers, content type and body of a fault are sent as given."""
    sandbox.resource_manager.faults.append(
        Fault(
            "resourceGroups/[^/]+[?]", status=503, body="<html>", headers={"Retry-After": "7"}, content_type="text/html"
        )
    )
    response = client.get(group)
    assert (response.status_code, response.text, response.headers["Retry-After"]) == (503, "<html>", "7")
    assert response.headers["Content-Type"] == "text/html"


def test_faults_are_consulted_in_order_until_spent(sandbox: Sandbox, client: httpx.Client, group: str) -> None:
    """The first fault that matches and is not spent is shown."""
    faults = sandbox.resource_manager.faults
    faults.append(Fault("resourceGroups", status=500, times=1))
    faults.append(Fault("resourceGroups", status=429, times=2))
    assert [client.get(group).status_code for _ in range(4)] == [500, 429, 429, 200]


def test_a_fault_without_status_lets_the_true_answer_through(
    sandbox: Sandbox, client: httpx.Client, group: str
) -> None:
    """A delay or a header alone leaves the body as it is."""
    sandbox.resource_manager.faults.append(Fault("resourceGroups", delay_seconds=0.1, headers={"x-extra": "1"}))
    response = client.get(group)
    assert (response.json()["name"], response.headers["x-extra"]) == ("apex-rg-sandbox", "1")


def test_a_cut_body(sandbox: Sandbox, client: httpx.Client, group: str) -> None:
    """Half of the announced body arrives."""
    sandbox.resource_manager.faults.append(Fault("resourceGroups", ending="cut"))
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        client.get(group)


def test_a_reset_connection(sandbox: Sandbox, group: str) -> None:
    """The connection is reset, and not ended in an orderly way, without an answer.

    TLS runs in memory here, because some versions of OpenSSL report a reset as an end.
    """
    sandbox.resource_manager.faults.append(Fault("resourceGroups", ending="reset"))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    trusted = ssl.create_default_context(cafile=str(sandbox.authority.path))
    tls = trusted.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    port = int(sandbox.resource_manager.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        while not tls.version() or outgoing.pending:
            with suppress(ssl.SSLWantReadError):
                tls.do_handshake()
            connection.sendall(outgoing.read())
            if not tls.version():
                incoming.write(connection.recv(65536))
        tls.write(f"GET {group} HTTP/1.1\r\n\r\n".encode())
        connection.sendall(outgoing.read())
        with pytest.raises(ConnectionResetError):
            _read_to_end(connection)


def _read_to_end(connection: socket.socket) -> None:
    """Read away what the server sent before the request, its session tickets, and what follows."""
    while connection.recv(65536):
        pass


def test_a_hanging_answer(sandbox: Sandbox, client: httpx.Client, group: str) -> None:
    """No answer comes until the client gives up."""
    sandbox.resource_manager.faults.append(Fault("resourceGroups", ending="hang"))
    with pytest.raises(httpx.ReadTimeout):
        client.get(group, timeout=0.3)


def test_other_ids_than_the_default_ones() -> None:
    """Subscription, tenant, group, suffix and location are parameters of the estate."""
    estate = AzureEstate.load("prod", resource_group="rg-x", subscription_id="s-1", tenant_id="t-1", suffix="zz")
    vault = estate.find("kv-apex-prod-zz")
    assert vault["id"].startswith("/subscriptions/s-1/resourceGroups/rg-x/")
    assert vault["properties"]["tenantId"] == "t-1"
