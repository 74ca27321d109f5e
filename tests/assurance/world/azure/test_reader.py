"""The reader against the sandbox's faults: an answer, an absence, or "not evaluated" with a reason; nothing else."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.keyvault.secrets import SecretClient
from azure.keyvault.secrets._shared import HttpChallengeCache
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.security import SecurityCenter

from assurance.environment.suite_tables import Limits
from assurance.errors import BrokenReading, NotEvaluated
from assurance.tape import Tape
from assurance.tape.redaction import Redactor
from assurance.world.azure import reader
from assurance.world.azure.credential import StaticToken
from assurance.world.azure.transport import TapeTransport
from assurance.world.http.upstream import Upstream
from sandbox import Fault, Sandbox

GROUP = "apex-rg-sandbox"
NETWORK = "vnet-apex-sandbox"
MAX_PAGES = 20
LIMITS = Limits(attempts=1, throttled_seconds=0.0, timeout_seconds=5.0, pages=MAX_PAGES, rows=500)
ZONES = "/privateendpoints"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for all tests; each takes its faults back."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def faulty(sandbox: Sandbox) -> Iterator[Callable[..., Fault]]:
    """A function that adds a fault to the resource manager until the test ends."""

    def add(match: str, **what: Any) -> Fault:  # noqa: ANN401  (a fault's attributes)
        return sandbox.resource_manager.faults.append(Fault(match, **what))

    yield add
    sandbox.resource_manager.faults.clear()
    sandbox.resource_manager.page_size = 50


# An operation, its arguments, and what is found in its path.
Case = tuple[Callable[..., Any], tuple[str, ...], str]


class Clients:
    """The official clients of both generations, over one tape."""

    def __init__(self, sandbox: Sandbox, tape: Tape, redactor: Redactor) -> None:
        upstream = Upstream(sandbox.authority.path, sandbox.listeners.connect("inside"))
        host = sandbox.resource_manager.url.removeprefix("https://")
        options: dict[str, Any] = {
            "credential": StaticToken(sandbox.token),
            "subscription_id": sandbox.estate.parameters["subscription_id"],
            "base_url": sandbox.resource_manager.url,
            "credential_scopes": [f"{sandbox.resource_manager.url}/.default"],
            "transport": TapeTransport(tape, redactor, LIMITS, upstream, endpoint="resource_manager", host=host),
            "retry_total": 0,
        }
        vault = sandbox.listeners.inside["key_vault"].service.fqdn
        self.network = NetworkManagementClient(**options)
        self.cognitive = CognitiveServicesManagementClient(**options)
        self.security = SecurityCenter(**options)
        self.secrets = SecretClient(
            f"https://{vault}",
            StaticToken(sandbox.token),
            transport=TapeTransport(tape, redactor, LIMITS, upstream, endpoint="key_vault", host=vault),
            retry_total=0,
        )
        self.gets: dict[str, Case] = {
            "newer": (self.network.virtual_networks.get, (GROUP, NETWORK), "/virtualnetworks/"),
            "older": (self.cognitive.accounts.get, (GROUP, "openai-apex-sandbox"), "/accounts/"),
        }
        self.lists: dict[str, Case] = {
            "newer": (self.network.private_endpoints.list, (GROUP,), "/privateendpoints"),
            "older": (self.cognitive.accounts.list_by_resource_group, (GROUP,), "/accounts"),
        }


@pytest.fixture
def clients(sandbox: Sandbox, tape: Tape, redactor: Redactor) -> Clients:
    """The clients, over a fresh tape."""
    return Clients(sandbox, tape, redactor)


Faulty = Callable[..., Fault]
GENERATIONS = ["newer", "older"]


def reason(obtain: Callable[[], object]) -> NotEvaluated:
    """The one error that may escape."""
    with pytest.raises(NotEvaluated) as error:
        obtain()
    assert error.value.reason
    return error.value


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_resource_is_its_body_with_its_reading(clients: Clients, tape: Tape, generation: str) -> None:
    """A resource has Azure's own field names, also where the SDK's models have others, and cites its reading."""
    operation, arguments, _ = clients.gets[generation]
    document, readings = reader.get(operation, *arguments)
    assert document is not None
    assert document.id.endswith(arguments[1])
    assert document.within("properties") is not None
    assert [reading.key for reading in tape.readings()] == list(readings) == list(document.readings)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_pages_are_followed_to_the_end(
    clients: Clients, sandbox: Sandbox, faulty: Faulty, tape: Tape, generation: str
) -> None:
    """A list of several pages is the same as in one piece; every page is a numbered reading."""
    operation, arguments, _ = clients.lists[generation]
    faulty("never")
    whole = [
        resource
        for resource in sandbox.estate.resources
        if resource.count("/") == 8 and clients.lists[generation][2] in resource
    ]
    sandbox.resource_manager.page_size = 1
    documents, readings = reader.list_all(operation, *arguments)
    assert documents is not None
    assert sorted(document.id.lower() for document in documents) == sorted(whole)
    assert [tape.obtain(key, never_asked).page for key in readings] == list(range(1, len(whole) + 1))
    assert len(documents) > 1


def never_asked() -> Any:  # noqa: ANN401  (it does not return)
    """A question that must not be asked."""
    raise AssertionError("the world was asked")


def test_pages_of_two(clients: Clients, sandbox: Sandbox, faulty: Faulty) -> None:
    """Five endpoints in pages of two are five, over three readings."""
    faulty("never")
    sandbox.resource_manager.page_size = 2
    documents, readings = reader.list_all(clients.network.private_endpoints.list, GROUP)
    assert documents is not None
    assert (len(documents), len(readings)) == (5, 3)


def test_the_secrets_of_a_vault_are_listed_after_the_challenge(clients: Clients, tape: Tape) -> None:
    """The unsigned question and its 401 are readings too, but neither a page nor a part of the list."""
    HttpChallengeCache.clear()  # the client remembers, for the whole process, how a vault challenges
    documents, readings = reader.list_all(clients.secrets.list_properties_of_secrets)
    assert documents
    assert [tape.obtain(key, never_asked).status for key in readings] == [401, 200, 200]
    assert [tape.obtain(key, never_asked).page for key in readings] == [None, 1, 2]


def test_a_vault_of_many_secrets_is_listed_whole(clients: Clients, sandbox: Sandbox) -> None:
    """Key Vault names the default port in the link to each next page: it is the same origin, and is followed."""
    secrets = sandbox.estate.secrets
    before = list(secrets)
    secrets += [{**before[0], "id": f"{before[0]['id']}-{number}"} for number in range(60)]
    try:
        documents, _ = reader.list_all(clients.secrets.list_properties_of_secrets)
    finally:
        secrets[:] = before
    assert documents is not None
    assert len(documents) == len(before) + 60


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize(
    ("status", "expected", "remedy"),
    [
        (401, "did not accept the sign-in", "az login"),
        (403, "No permission", "Grant"),
        (409, "did not answer", "Run again"),
        (429, "Throttled", "less concurrency"),
        (500, "did not answer", "Run again"),
        (503, "did not answer", "Run again"),
    ],
)
def test_a_refusal_is_not_evaluated(
    clients: Clients, faulty: Faulty, tape: Tape, generation: str, status: int, expected: str, remedy: str
) -> None:
    """Each refusal says what stood in the way, at which address, and what to do; and cites its reading."""
    for operation, arguments, match in (clients.gets[generation], clients.lists[generation]):
        faulty(match, status=status)
        obtain = reader.get if operation == clients.gets[generation][0] else reader.list_all
        error = reason(lambda obtain=obtain, o=operation, a=arguments: obtain(o, *a))  # type: ignore[misc]  # a default binds the loop's value
        assert expected in error.reason
        assert f"HTTP {status}" in error.reason
        assert "GET https://" in error.reason
        assert remedy in error.remedy
        assert [tape.obtain(key, never_asked).status for key in error.readings] == [status]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_an_absent_resource_is_none(clients: Clients, generation: str, tape: Tape) -> None:
    """ResourceNotFound is an answer: there is none, and here is the reading that says so."""
    operation, arguments, _ = clients.gets[generation]
    document, readings = reader.get(operation, arguments[0], "nowhere")
    assert document is None
    assert [tape.obtain(key, never_asked).status for key in readings] == [404]


def test_a_list_within_an_absent_parent_is_none(clients: Clients) -> None:
    """A list within what does not exist is no empty list."""
    documents, readings = reader.list_all(clients.network.subnets.list, GROUP, "nowhere")
    assert documents is None
    assert len(readings) == 1


def test_a_list_without_members_is_empty(clients: Clients) -> None:
    """An empty list is an answer that was read, not an absence."""
    documents, readings = reader.list_all(clients.network.public_ip_addresses.list, GROUP)
    assert documents == ()
    assert len(readings) == 1


def test_an_unknown_group_is_a_wrong_configuration(clients: Clients) -> None:
    """ResourceGroupNotFound says that the environment file is wrong, not that the resource is absent."""
    for obtain, operation, more in (
        (reader.get, clients.network.virtual_networks.get, (NETWORK,)),
        (reader.list_all, clients.network.private_endpoints.list, ()),
    ):
        error = reason(lambda o=obtain, p=operation, m=more: o(p, "rg-nowhere", *m))  # type: ignore[misc]  # a default binds the loop's value
        assert "no such subscription or group" in error.reason
        assert "ResourceGroupNotFound" in error.reason


@pytest.mark.parametrize("code", ["SubscriptionNotFound", "InvalidSubscriptionId"])
def test_an_unknown_subscription_is_a_wrong_configuration(clients: Clients, faulty: Faulty, code: str) -> None:
    """SubscriptionNotFound says so too."""
    faulty("/virtualnetworks/", status=404, body={"error": {"code": code, "message": "x"}})
    error = reason(lambda: reader.get(clients.network.virtual_networks.get, GROUP, NETWORK))
    assert "no such subscription" in error.reason
    assert "subscription_id" in error.remedy


@pytest.mark.parametrize(
    "body",
    ["<html>not found</html>", "", "[]", {}, {"error": "gone"}, {"error": {"code": 404}}, {"error": {"code": "Other"}}],
    ids=repr,
)
@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_404_without_azures_words_is_no_absence(
    clients: Clients, faulty: Faulty, generation: str, body: object
) -> None:
    """A proxy's 404 does not say that a resource does not exist."""
    operation, arguments, match = clients.gets[generation]
    faulty(match, status=404, body=body)
    assert "404" in reason(lambda: reader.get(operation, *arguments)).reason


WEIRD: dict[str, Any] = {
    "HTML": "<html><body>Sign in</body></html>",
    "nothing": "",
    "empty object": {},
    "null": "null",
    "list": [1, 2],
    "number": "17",
    "text": '"hello"',
    "cut JSON": '{"id": "/x", "prop',
    "invalid UTF-8": b'{"id": "\xff\xfe\xff"',
    "half a surrogate pair": '{"name": "\\ud800"}',
    "deep nesting": "[" * 50_000,
    "deep objects": '{"a":' * 50_000,
    "null id": {"id": None, "properties": None},
    "number for an id": {"id": 5, "properties": 7},
    "numbers for all": {"id": 5, "name": 6, "tags": 7, "properties": {"addressSpace": 8, "subnets": 9}},
    "list for properties": {"id": None, "properties": [[[None]]]},
    "nulls in lists": {"properties": {"subnets": [None, None]}},
    "wrong dates": {"properties": {"dateCreated": "yesterday"}, "systemData": {"createdAt": "never"}},
    "text for a list": {"value": "x"},
    "null value": {"value": None},
    "number value": {"value": 5},
    "object value": {"value": {"a": 1}},
    "null elements": {"value": [None]},
    "texts as elements": {"value": ["x", "y"]},
    "numbers as elements": {"value": [1]},
    "lists as elements": {"value": [[]]},
    "number as nextLink": {"value": [], "nextLink": 5},
    "object as nextLink": {"value": [], "nextLink": {"a": 1}},
    "list as nextLink": {"value": [], "nextLink": [1]},
    "truth as nextLink": {"value": [], "nextLink": True},
    "text as nextLink": {"value": [], "nextLink": "::::"},
    "another host as nextLink": {"value": [], "nextLink": "https://evil.invalid/next?api-version=1"},
    "another port as nextLink": {"value": [], "nextLink": "https://127.0.0.1:1/next?api-version=1"},
    "a user name in nextLink": {"value": [], "nextLink": "https://somebody@127.0.0.1/next?api-version=1"},
    "plain HTTP as nextLink": {"value": [], "nextLink": "http://evil.invalid/next"},
    "broken address as nextLink": {"value": [], "nextLink": "https://[::1/next"},
    "port beyond all as nextLink": {"value": [], "nextLink": "https://127.0.0.1:999999/x"},
}


@pytest.mark.parametrize("name", sorted(WEIRD))
@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_weird_list_is_not_evaluated(clients: Clients, faulty: Faulty, generation: str, name: str) -> None:
    """Whatever stands where a list should, nothing but "not evaluated" escapes, and it cites the reading."""
    operation, arguments, match = clients.lists[generation]
    fault = faulty(match, body=WEIRD[name])
    error = reason(lambda: reader.list_all(operation, *arguments))
    assert fault.met == 1
    assert error.readings


@pytest.mark.parametrize("name", sorted(name for name in WEIRD if "nextLink" not in name))
@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_weird_resource_is_not_evaluated(clients: Clients, faulty: Faulty, generation: str, name: str) -> None:
    """Whatever stands where a resource should, nothing but "not evaluated" escapes, and it cites the reading."""
    operation, arguments, match = clients.gets[generation]
    faulty(match, body=WEIRD[name])
    if isinstance(WEIRD[name], dict) and "value" in WEIRD[name] and name != "null value":
        # Lists in one piece are got in this way too; as a resource such a body is of no use.
        document, _ = reader.get(operation, *arguments)
        assert document is not None
        with pytest.raises(BrokenReading):
            assert document.id
    else:
        assert reason(lambda: reader.get(operation, *arguments)).readings


@pytest.mark.parametrize("content_type", ["text/html", "application/json; charset=klingon", "", "application/xml"])
@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_sign_in_page_is_told_as_such(clients: Clients, faulty: Faulty, generation: str, content_type: str) -> None:
    """HTML with status 200 is a broken reading, not a failed request, and points to a proxy."""
    operation, arguments, match = clients.gets[generation]
    faulty(match, status=200, body="<html>Sign in</html>", content_type=content_type)
    error = reason(lambda: reader.get(operation, *arguments))
    assert isinstance(error, BrokenReading)
    assert "is not JSON" in error.reason
    assert "proxy" in error.remedy


@pytest.mark.parametrize("ending", ["cut", "reset"])
@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_broken_connection_is_not_evaluated(clients: Clients, faulty: Faulty, generation: str, ending: str) -> None:
    """A body that is cut, and a connection that is reset, are no answer."""
    operation, arguments, match = clients.gets[generation]
    faulty(match, ending=ending)
    error = reason(lambda: reader.get(operation, *arguments))
    assert re.search("No (whole )?answer from", error.reason)
    assert "network" in error.remedy
    assert len(error.readings) == 1


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_looping_next_link_ends(clients: Clients, sandbox: Sandbox, faulty: Faulty, generation: str) -> None:
    """A list whose next page is the one before is told, with its readings."""
    operation, arguments, match = clients.lists[generation]
    link = f"{sandbox.resource_manager.url}/loop?api-version=2024-01-01"
    faulty("/loop", body={"value": [], "nextLink": link})
    faulty(match, body={"value": [], "nextLink": link})
    error = reason(lambda: reader.list_all(operation, *arguments))
    assert "circle" in error.reason
    assert 2 <= len(error.readings) <= 4


def test_an_endless_list_ends(clients: Clients, sandbox: Sandbox, faulty: Faulty) -> None:
    """A list that always has one page more is given up at the bound."""
    served = iter(range(10_000))
    for number in served:
        if number > MAX_PAGES + 1:
            break
        link = f"{sandbox.resource_manager.url}/endless{number + 1}/?api-version=2024-01-01"
        faulty(f"/endless{number}/" if number else ZONES, body={"value": [], "nextLink": link})
    error = reason(lambda: reader.list_all(clients.network.private_endpoints.list, GROUP))
    assert f"longer than {MAX_PAGES} pages" in error.reason
    assert "[limits]" in error.remedy


def test_a_list_of_too_many_rows_ends(clients: Clients, faulty: Faulty) -> None:
    """The bound is on what all pages hold together."""
    faulty(ZONES, body={"value": [{"id": f"/{number}"} for number in range(501)]})
    error = reason(lambda: reader.list_all(clients.network.private_endpoints.list, GROUP))
    assert "or 500 rows" in error.reason


@pytest.mark.parametrize("generation", GENERATIONS)
def test_an_answer_with_a_name_twice_is_not_evaluated(
    clients: Clients, faulty: Faulty, tape: Tape, generation: str
) -> None:
    """The second would flip the first. The tape shows that it came twice, also to a replay."""
    operation, arguments, match = clients.gets[generation]
    faulty(match, body='{"id": "/x", "properties": {"state": "Enabled", "state": "Disabled"}}')
    error = reason(lambda: reader.get(operation, *arguments))
    assert "'state' stands twice" in error.reason
    body = tape.obtain(error.readings[-1], never_asked).body
    assert body.count(b'"state"') == 2


@pytest.mark.parametrize("status", [403, 404, 429, 500])
@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_page_that_fails_midway_leaves_no_half_list(
    clients: Clients, sandbox: Sandbox, faulty: Faulty, generation: str, status: int
) -> None:
    """Half a list is not judged; the readings of both pages are cited."""
    operation, arguments, _ = clients.lists[generation]
    sandbox.resource_manager.page_size = 1
    faulty("skiptoken", status=status)
    error = reason(lambda: reader.list_all(operation, *arguments))
    assert f"HTTP {status}" in error.reason
    assert len(error.readings) == 2


def test_a_page_that_is_not_followed_is_told(clients: Clients, faulty: Faulty) -> None:
    """A list that the SDK gets in one piece, but that has a next page, is not taken for whole."""
    body = {"value": [{"id": "/x", "name": "VirtualMachines"}], "nextLink": "https://x.invalid/"}
    faulty("/pricings", body=body)
    scope = f"subscriptions/{clients.security._config.subscription_id}"
    error = reason(lambda: reader.get(clients.security.pricings.list, scope))
    assert "first page" in error.reason


def test_an_unforeseen_error_of_an_operation_is_not_evaluated() -> None:
    """Whatever an SDK raises, and an operation that asks nothing, is "not evaluated"."""

    class OddError(Exception):
        pass

    def odd(**_: object) -> None:
        raise OddError("nobody foresaw this")

    def silent(**_: object) -> None:
        return None

    assert "nobody foresaw this" in reason(lambda: reader.get(odd)).reason
    assert "nobody foresaw this" in reason(lambda: reader.list_all(odd)).reason
    assert "without any answer" in reason(lambda: reader.get(silent)).reason
    assert reason(lambda: reader.list_all(silent)).reason


def test_a_refused_sign_in_passes_through() -> None:
    """The reason that nobody is signed in is told in its own words."""

    def refuse(**_: object) -> None:
        raise NotEvaluated("No credential: x", "Run az login")

    error = reason(lambda: reader.get(refuse))
    assert (error.reason, error.remedy) == ("No credential: x", "Run az login")
    assert error.__cause__ is None


def test_the_tape_of_faults_replays_to_the_same_reason(
    clients: Clients, faulty: Faulty, tape: Tape, redactor: Redactor
) -> None:
    """What could not be read live cannot be read from its tape either, for the same reason."""
    faulty("/virtualnetworks/", status=403)
    live = reason(lambda: reader.get(clients.network.virtual_networks.get, GROUP, NETWORK))
    tape.seal("2026-03-01T10:00:00.000Z")
    transport = TapeTransport(
        Tape.open(tape.directory), redactor, LIMITS, None, endpoint="resource_manager", host="management.azure.com"
    )
    replaying = NetworkManagementClient(
        StaticToken("replayed"),
        clients.network._config.subscription_id,
        transport=transport,
        retry_total=0,
    )
    replayed = reason(lambda: reader.get(replaying.virtual_networks.get, GROUP, NETWORK))
    assert (replayed.reason, replayed.readings) == (live.reason, live.readings)
    assert json.loads((Path(tape.directory) / "readings" / f"{live.readings[0]}.json").read_text())["status"] == 403
