"""What Azure said of a template: told whole, and bound by digest to the template that was reviewed."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from assurance.errors import BrokenReading
from assurance.planning.validation import TemplateValidation
from assurance.world.files import Artefact

TEMPLATE = b'{"resources": []}'
DIGEST = sha256(TEMPLATE).hexdigest()
ERROR = {"code": "InvalidTemplate", "message": "The resource is declared twice."}
WARNING = {"level": "Warning", "code": "NestedDeploymentShortCircuited", "message": "One was skipped."}


def validation(document: object) -> TemplateValidation:
    """Return the validation of the template, with what the command printed."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    result = Artefact("validation", "validate.json", content, ("r1",))
    return TemplateValidation(result, Artefact("template", "main.json", TEMPLATE, ("r2",)), DIGEST)


def test_a_valid_template_holds() -> None:
    """Its warnings are told."""
    fact = validation({"properties": {"provisioningState": "Succeeded", "diagnostics": [WARNING]}}).succeeded
    assert fact.holds
    assert "NestedDeploymentShortCircuited: One was skipped." in fact.observed
    assert fact.readings == ("r1", "r2")


@pytest.mark.parametrize(
    "document",
    [
        {"error": ERROR},
        {"properties": {"provisioningState": "Failed", "error": ERROR}},
        {"properties": {"provisioningState": "Succeeded"}, "error": ERROR},
        {"properties": {"provisioningState": "Succeeded", "diagnostics": [{**ERROR, "level": "Error"}]}},
        {"properties": {"provisioningState": "Running"}},
    ],
)
def test_an_invalid_one_does_not(document: object) -> None:
    """By an error wherever it stands, or by any state but success."""
    fact = validation(document).succeeded
    assert not fact.holds
    assert "az deployment group validate" in fact.remedy
    assert ("InvalidTemplate" in fact.observed) is ("InvalidTemplate" in json.dumps(document))


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"{", "it is not JSON"), (b"[]", "no JSON object"), (b"{}", "no provisioningState"), (b"null", "no JSON object")],
)
def test_what_is_no_result_is_not_judged(content: bytes, told: str) -> None:
    """Neither passed nor failed."""
    with pytest.raises(BrokenReading, match=told):
        _ = validation(content).succeeded


def test_the_template_is_known_by_its_digest() -> None:
    """The one that was reviewed holds, any other does not, and says which it is."""
    own = validation({})
    assert own.is_of(f"sha256:{DIGEST}").holds
    other = own.is_of(f"sha256:{'0' * 64}")
    assert not other.holds
    assert DIGEST in other.observed
