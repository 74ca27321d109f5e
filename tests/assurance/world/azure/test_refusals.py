"""What a refusal says, in each of Azure's forms, and what it means."""

import json

import pytest

from assurance.world.azure.error_forms import said_in
from assurance.world.azure.refusals import refusal, says_absent

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


def test_a_table_that_does_not_exist_means_that_no_telemetry_came() -> None:
    """Kusto makes the table with its first row; another semantic error stays one."""
    codes = ("BadArgumentError", "SemanticError", "SEM0100")
    words = "'where' operator: Failed to resolve table or column expression named 'AppRequests'"
    error = refusal(400, said_in(inner(*codes, message=words)), {}, "POST x", ())
    assert "No telemetry has ever arrived: the workspace has no table AppRequests" in error.reason
    other = "'where' operator: Failed to resolve scalar expression named 'Duration'"
    error = refusal(400, said_in(inner(*codes, message=other)), {}, "POST x", ())
    assert "No telemetry" not in error.reason
