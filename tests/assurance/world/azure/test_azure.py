"""Azure's answers: documents, refusals, plain requests, and the sign-in to a registry."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import assurance
from assurance.environment import Environment, load
from assurance.errors import BrokenReading, NotEvaluated
from assurance.tape import Tape, TapeHeader, utc_now
from assurance.tape.redaction import Redactor
from assurance.world.azure.clients import CLIENTS, AzureClients
from assurance.world.azure.credential import StaticToken
from assurance.world.azure.document import Document
from assurance.world.azure.reader import get_described
from assurance.world.azure.refusals import refusal, said_in, says_absent
from assurance.world.azure.response import OPERATIONS, PlainOperation
from sandbox import Fault, Sandbox
from sandbox.azure.data_planes import HOST

BODY: dict[str, object] = {
    "id": "/subscriptions/x/resourceGroups/g/providers/Microsoft.Sql/servers/sql-1/",
    "properties": {
        "publicNetworkAccess": "Disabled",
        "enabled": False,
        "score": 0.5,
        "count": 0,
        "nothing": None,
        "empty": [],
        "names": ["a", "b"],
        "rules": [{"name": "one"}, {"name": "two"}],
        "inner": {"deep": "x"},
        "mixed": ["a", 1],
        "odd": [{"name": "one"}, None],
    },
}
# A method of a document, by name, with the path that it is given.
Read = Callable[[Document], object]


@pytest.fixture
def document() -> Document:
    """A resource with a value of every kind."""
    return Document(BODY, ("reading-1",), "GET https://x")


def test_values_are_read_by_their_path(document: Document) -> None:
    """Each kind of value is read as what it is."""
    assert document.text("properties", "publicNetworkAccess") == "Disabled"
    assert document.flag("properties", "enabled") is False
    assert document.number("properties", "score") == 0.5
    assert document.number("properties", "count") == 0
    assert document.texts("properties", "names") == ("a", "b")
    assert [rule.text("name") for rule in document.items("properties", "rules")] == ["one", "two"]
    inner = document.within("properties", "inner")
    assert inner is not None
    assert inner.required_text("deep") == "x"


@pytest.mark.parametrize("path", [("nowhere",), ("properties", "nowhere"), ("properties", "nothing"), ("a", "b", "c")])
def test_what_is_absent_or_null_is_none(document: Document, path: tuple[str, ...]) -> None:
    """Absent is not false, not zero and not empty text; only a list that is absent has no items."""
    assert document.value(*path) is None
    assert document.text(*path) is None
    assert document.flag(*path) is None
    assert document.number(*path) is None
    assert document.within(*path) is None
    assert document.items(*path) == ()
    assert document.texts(*path) == ()


@pytest.mark.parametrize(
    "read",
    [
        lambda d: d.text("properties", "enabled"),
        lambda d: d.text("properties", "count"),
        lambda d: d.text("properties", "names"),
        lambda d: d.flag("properties", "publicNetworkAccess"),
        lambda d: d.flag("properties", "count"),
        lambda d: d.number("properties", "enabled"),
        lambda d: d.number("properties", "publicNetworkAccess"),
        lambda d: d.within("properties", "names"),
        lambda d: d.within("id"),
        lambda d: d.items("properties", "inner"),
        lambda d: d.items("properties", "names"),
        lambda d: d.items("properties", "odd"),
        lambda d: d.texts("properties", "publicNetworkAccess"),
        lambda d: d.texts("properties", "mixed"),
        lambda d: d.texts("properties", "rules"),
        lambda d: d.text("properties", "publicNetworkAccess", "deeper"),
        lambda d: d.value("properties", "names", "0"),
        lambda d: d.required_items("properties", "nowhere"),
        lambda d: d.required_items("properties", "nothing"),
        lambda d: d.required_text("properties", "nowhere"),
    ],
)
def test_another_type_is_broken(document: Document, read: Read) -> None:
    """A value of another type is refused, with its place and its reading."""
    with pytest.raises(BrokenReading, match=r"GET https://x has .* at '.*', where .* was expected") as error:
        read(document)
    assert error.value.readings == ("reading-1",)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_is_broken(value: float) -> None:
    """NaN, which compares as false with everything, never decides a verdict."""
    with pytest.raises(BrokenReading):
        Document({"score": value}, ()).number("score")


def test_an_empty_text_is_no_required_text() -> None:
    """Azure always sends an id; an empty one is none."""
    with pytest.raises(BrokenReading):
        assert Document({"id": ""}, ()).id


def test_an_empty_list_was_sent(document: Document) -> None:
    """A list that is required may be empty."""
    assert document.required_items("properties", "empty") == ()


def test_the_name_is_the_last_segment_of_the_id(document: Document) -> None:
    """A resource without a name is called by its id's last segment."""
    assert document.name == "sql-1"
    assert Document({"name": "given"}, ()).name == "given"


def test_what_is_within_cites_the_same_reading(document: Document) -> None:
    """Parts of a document know where they stand and which reading they are of."""
    rule = document.items("properties", "rules")[1]
    assert rule.readings == ("reading-1",)
    with pytest.raises(BrokenReading, match=r"properties\.rules\[1\] has nothing at 'priority'"):
        rule.required_text("priority")


def test_a_long_value_is_cut_in_the_message() -> None:
    """A message stays readable, whatever was found."""
    with pytest.raises(BrokenReading) as error:
        Document({"a": ["x" * 1000]}, ()).text("a")
    assert len(error.value.reason) < 250


IN_GROUP = "/resourceGroups/apex-rg/providers/"
SOURCES = Path(assurance.__file__).parent


def asked_for() -> set[tuple[str, str, str]]:
    """Return the operations that stand in the sources: in a call, in a table, or as a kind of service's LISTING."""
    areas = CLIENTS.keys() | {client for client, _, _ in OPERATIONS}
    found = set()
    for file in SOURCES.rglob("*.py"):
        if file.name == "plain_requests.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for values in _three_values(node):
                words = tuple(str(value.value) for value in values if isinstance(value, ast.Constant))
                if len(words) == 3 and words[0] in areas:
                    found.add((words[0], words[1], words[2]))
    return found


def _three_values(node: ast.AST) -> list[list[ast.expr]]:
    """Return the places below a node where an operation's three names may stand."""
    if isinstance(node, ast.Call):
        return [node.args[:3]]
    if isinstance(node, ast.Dict):
        return [value.elts for value in node.values if isinstance(value, ast.Tuple)]
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
        return [node.value.elts]
    return []


def test_every_operation_is_there() -> None:
    """Each is a plain request, or a method of the installed client's group of operations."""
    asked = asked_for()
    assert asked >= OPERATIONS.keys()
    for client, group, name in sorted(asked - OPERATIONS.keys()):
        module, class_name = CLIENTS[client].split(":")
        made = getattr(importlib.import_module(module), class_name)
        assert group in inspect.getsource(inspect.getmodule(made) or made), (client, group, name)


@pytest.mark.parametrize(
    ("operation", "arguments", "options", "address"),
    [
        (
            OPERATIONS["portal", "dashboards", "get"],
            ("apex-rg", "dash"),
            {},
            f"/subscriptions/S{IN_GROUP}Microsoft.Portal/dashboards/dash?api-version=2020-09-01-preview",
        ),
        (
            OPERATIONS["alerts", "alerts", "get_all"],
            (),
            {"time_range": "30d"},
            "/subscriptions/S/providers/Microsoft.AlertsManagement/alerts?timeRange=30d&api-version=2019-05-05-preview",
        ),
    ],
)
def test_addresses(
    operation: PlainOperation, arguments: tuple[str, ...], options: dict[str, str], address: str
) -> None:
    """The address is the one that the SDK's own client asks, parameters in its order."""
    assert operation.address("S", arguments, options) == address


FORMS = {
    "Resource Manager": {"error": {"code": "ResourceNotFound", "message": "m"}},
    "capitals": {"Code": "ResourceNotFound", "Message": "m", "Details": []},
    "capital error": {"Error": {"Code": "ResourceNotFound", "Message": "m"}},
    "flat": {"code": "ResourceNotFound", "message": "m"},
    "OData": {"odata.error": {"code": "ResourceNotFound", "message": {"lang": "en", "value": "m"}}},
    "registry": {"errors": [{"code": "ResourceNotFound", "message": "m", "detail": None}]},
    "JSON in a text": json.dumps({"error": {"code": "ResourceNotFound", "message": "m"}}),
}
FORMLESS = {
    b"": "an empty body",
    b" \r\n": "an empty body",
    b"null": "null",
    b"[]": "JSON that is no object",
    b"<!DOCTYPE html><html></html>": "an HTML page",
    b"Not Found": "the text 'Not Found'",
    b"{}": "JSON without an error code",
    b'{"error": "gone"}': "JSON without an error code",
    b'{"error": {"code": 404}}': "JSON without an error code",
}


@pytest.mark.parametrize("form", sorted(FORMS))
def test_each_form_is_read(form: str) -> None:
    """Code and message, and that the resource is absent."""
    said = said_in(json.dumps(FORMS[form]).encode())
    assert (said.code, said.message, said.form) == ("ResourceNotFound", "m", "")
    assert says_absent(404, said)
    assert not says_absent(403, said)


@pytest.mark.parametrize("body", sorted(FORMLESS), ids=repr)
def test_what_came_instead_is_told(body: bytes) -> None:
    """A 404 without Azure's words is no absence, and the reason says what came."""
    said = said_in(body)
    assert not says_absent(404, said)
    assert f"HTTP 404 ({FORMLESS[body]}) to GET x" in refusal(404, said, {}, "GET x", ()).reason


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("NotFound", True),
        ("AuthConfigNotFound", True),
        ("resourcenotfound", True),
        ("MANIFEST_UNKNOWN", True),
        ("ResourceGroupNotFound", False),
        ("SubscriptionNotFound", False),
        ("ApiNotFound", False),
        ("OPERATION_UNKNOWN", False),
        ("ResourceTypeNotSupported", False),
        ("NotFoundYet", False),
    ],
)
def test_only_what_was_asked_for_is_absent(code: str, absent: bool) -> None:
    """A wrong group, or a way that does not exist, says nothing of the resource."""
    assert says_absent(404, said_in(json.dumps({"error": {"code": code}}).encode())) is absent


def inner(*codes: str, message: str = "") -> bytes:
    """An error with errors within it."""
    error: dict[str, object] = {"code": codes[-1], "message": message}
    for code in reversed(codes[:-1]):
        error = {"code": code, "message": "outer", "innererror": error}
    return json.dumps({"error": error}).encode()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (inner("Forbidden", "ForbiddenByFirewall"), {}),
        (inner("Forbidden", "ForbiddenByConnection"), {}),
        (
            inner("Forbidden"),
            {"x-ms-keyvault-network-info": "conn_type=Ipv4;addr=203.0.113.7"},
        ),
    ],
    ids=["firewall", "connection", "header"],
)
def test_a_vaults_firewall_is_no_missing_role(body: bytes, headers: dict[str, str]) -> None:
    """The remedy is another place to run from, and no role."""
    error = refusal(403, said_in(body), headers, "GET x", ("k",))
    assert "firewall" in error.reason
    assert "inside the network" in error.remedy
    missing = refusal(403, said_in(inner("Forbidden", "ForbiddenByRbac")), {}, "GET x", ("k",))
    assert "No permission" in missing.reason
    assert "Grant" in missing.remedy


SUBSCRIPTION = "management.azure.com/subscriptions/1"
VNET = "virtualNetworks/vnet-apex-prod"


@pytest.mark.parametrize(
    ("url", "named", "role"),
    [
        (f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/{VNET}", VNET, "Reader"),
        (f"{SUBSCRIPTION}/resourceGroups/rg/resources?x=1", "subscriptions/1/resourceGroups/rg/resources", "Reader"),
        (f"{SUBSCRIPTION}/providers/Microsoft.Security/pricings/", "pricings", "Security Reader"),
        ("kv-apex.vault.azure.net/secrets?x=1", "kv-apex.vault.azure.net/secrets", "Key Vault Reader"),
        ("api.loganalytics.azure.com/v1/query", "api.loganalytics.azure.com/v1/query", "Log Analytics Reader"),
        ("acrapex.azurecr.io/acr/v1/apex/_tags", "acrapex.azurecr.io/acr/v1/apex/_tags", "AcrPull"),
    ],
)
def test_a_missing_role_is_named_after_what_was_asked_for(url: str, named: str, role: str) -> None:
    """The reason begins with the resource, so that no report cuts it off; the remedy names role and document."""
    error = refusal(403, said_in(b'{"error": {"code": "AuthorizationFailed"}}'), {}, f"GET https://{url}", ("k",))
    assert error.reason.startswith(f"No permission to ask for {named}: HTTP 403 AuthorizationFailed")
    assert role in error.remedy
    assert "docs/running.md" in error.remedy


def test_a_table_that_does_not_exist_means_that_no_telemetry_came() -> None:
    """Kusto makes the table with its first row; another semantic error stays one."""
    codes = ("BadArgumentError", "SemanticError", "SEM0100")
    words = "'where' operator: Failed to resolve table or column expression named 'AppRequests'"
    error = refusal(400, said_in(inner(*codes, message=words)), {}, "POST x", ())
    assert "No telemetry has ever arrived: the workspace has no table AppRequests" in error.reason
    other = "'where' operator: Failed to resolve scalar expression named 'Duration'"
    error = refusal(400, said_in(inner(*codes, message=other)), {}, "POST x", ())
    assert "No telemetry" not in error.reason


ENVIRONMENT = Path(__file__).parents[4] / "environments" / "sandbox.toml"
HEADER = TapeHeader("sandbox", "s", "g", "SANDBOX", "a test", ("inside",), utc_now())
QUICK = {"limits": {"attempts": 1, "retry_budget_seconds": 0.0, "throttled_seconds": 0.0}}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """The stand-ins on their sockets."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def environment(sandbox: Sandbox) -> Iterator[Environment]:
    """The environment that uses them; what a test made the registry do is undone."""
    yield load(ENVIRONMENT, {**sandbox.overlay(), **QUICK})
    sandbox.registry.faults.clear()


def _clients(environment: Environment, tape: Tape, token: str) -> AzureClients:
    return AzureClients(environment, tape, Redactor("a test"), StaticToken(token))


def test_tag_is_read_after_the_exchange(sandbox: Sandbox, environment: Environment, tmp_path: Path) -> None:
    """The registry challenges, tokens are exchanged, and the tag's digest is read; the sign-in leaves no reading."""
    tape = Tape.create(tmp_path, HEADER)
    client = _clients(environment, tape, sandbox.token).registry(HOST)
    found, readings = get_described(client.get_tag_properties, "tag", "apex-backend", "1.4.2")
    assert found is not None
    assert found.required_text("tag", "digest") == sandbox.estate.images[1]["digest"]
    assert {reading.status for reading in tape.readings()} == {200, 401}
    assert set(readings) <= {reading.key for reading in tape.readings()}


def test_tokens_never_reach_the_tape(sandbox: Sandbox, environment: Environment, tmp_path: Path) -> None:
    """Neither the Microsoft Entra token nor the registry's own is anywhere on the tape."""
    client = _clients(environment, Tape.create(tmp_path, HEADER), sandbox.token).registry(HOST)
    get_described(client.get_tag_properties, "tag", "apex-backend", "1.4.2")
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert sandbox.token.encode() not in kept
    assert sandbox.registry.access_token.encode() not in kept
    assert b"refresh_token" not in kept


def test_replay_signs_in_nowhere(sandbox: Sandbox, environment: Environment, tmp_path: Path) -> None:
    """A replay answers from the tape, without a credential and without a request."""
    tape = Tape.create(tmp_path, HEADER)
    live = _clients(environment, tape, sandbox.token).registry(HOST)
    first, _ = get_described(live.get_tag_properties, "tag", "apex-backend", "1.4.2")
    tape.seal(utc_now())
    served = len(sandbox.registry.requests_served)
    replayed = _clients(environment, Tape.open(tmp_path), "replayed").registry(HOST)
    second, _ = get_described(replayed.get_tag_properties, "tag", "apex-backend", "1.4.2")
    assert first is not None
    assert second is not None
    assert first.values == second.values
    assert len(sandbox.registry.requests_served) == served


@pytest.mark.parametrize(("repository", "tag"), [("apex-backend", "9.9.9"), ("unknown", "1.4.2")])
def test_what_is_not_there_is_none(
    sandbox: Sandbox, environment: Environment, tmp_path: Path, repository: str, tag: str
) -> None:
    """A tag, or a repository, that the registry does not know is absent, and no inability."""
    client = _clients(environment, Tape.create(tmp_path, HEADER), sandbox.token).registry(HOST)
    assert get_described(client.get_tag_properties, "tag", repository, tag)[0] is None


def test_refused_sign_in_is_not_evaluated(environment: Environment, tmp_path: Path) -> None:
    """Who may not sign in to the registry learns nothing of its images."""
    client = _clients(environment, Tape.create(tmp_path, HEADER), "another token").registry(HOST)
    with pytest.raises(NotEvaluated, match="did not accept the sign-in"):
        get_described(client.get_tag_properties, "tag", "apex-backend", "1.4.2")


@pytest.mark.parametrize("code", ["TAG_UNKNOWN", "ResourceNotFound"])
def test_missing_sign_in_is_no_missing_image(
    sandbox: Sandbox, environment: Environment, tmp_path: Path, code: str
) -> None:
    """A sign-in that is answered by 404 says nothing of the image: it is not evaluated, and not absent."""
    sandbox.registry.faults.append(Fault("/oauth2/", status=404, body={"errors": [{"code": code, "message": "no"}]}))
    client = _clients(environment, Tape.create(tmp_path, HEADER), sandbox.token).registry(HOST)
    with pytest.raises(NotEvaluated):
        get_described(client.get_tag_properties, "tag", "apex-backend", "1.4.2")


def test_answer_without_its_subject_is_broken(sandbox: Sandbox, environment: Environment, tmp_path: Path) -> None:
    """An answer that describes no tag is none to a question for one."""
    sandbox.registry.faults.append(Fault("/_tags/", status=200, body={"registry": HOST, "tags": []}))
    client = _clients(environment, Tape.create(tmp_path, HEADER), sandbox.token).registry(HOST)
    with pytest.raises(BrokenReading):
        get_described(client.get_tag_properties, "tag", "apex-backend", "1.4.2")
