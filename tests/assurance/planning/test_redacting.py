"""A plan passes through the redaction that answers pass through, before it is judged or kept."""

import json

from assurance.planning.redacting import kept
from assurance.planning.unknown import is_unknown
from assurance.tape.redaction import kind_of_token
from tests.assurance.planning.plans import GROUP, Body, read, template, what_if

APP = f"{GROUP}/providers/Microsoft.App/containerApps/ca-apex-prod"
PLAIN = "sixteen-plain-ones"


def _app(**variables: str) -> Body:
    env = [{"name": name, "value": value} for name, value in variables.items()]
    container = {"name": "apex-backend", "env": env}
    return {"name": "ca-apex-prod", "type": "Microsoft.App/containerApps", "apiVersion": "2024-03-01",
            "properties": {"template": {"containers": [container]}}}  # fmt: skip


def _values(content: bytes) -> dict[str, str]:
    """Return the variables of the planned application."""
    [change] = read(content).changes
    assert change.after is not None
    return {one["name"]: one["value"] for one in change.after["properties"]["template"]["containers"][0]["env"]}


def _what_if(**variables: str) -> bytes:
    return what_if({"resourceId": APP, "changeType": "Create", "after": {**_app(**variables), "id": APP}})


def test_a_variable_says_whether_it_seems_to_be_a_secret() -> None:
    """As in an answer: the kind stays, the value goes."""
    found = _values(_what_if(FEATURE="new-page", DB_PASSWORD=PLAIN))
    assert {name: kind_of_token(value) for name, value in found.items()} == {
        "FEATURE": "environment-value",
        "DB_PASSWORD": "named-secret",
    }


def test_a_parameter_is_put_in_before_it_is_judged() -> None:
    """An expression is no value: what it comes to is taken out, by the name of the variable."""
    resource = _app(DB_PASSWORD="[parameters('given')]", FEATURE="[parameters('given')]")
    found = _values(template(resource, given=PLAIN))
    assert kind_of_token(found["DB_PASSWORD"]) == "named-secret"
    assert kind_of_token(found["FEATURE"]) == "environment-value"
    assert found == _values(_what_if(DB_PASSWORD=PLAIN, FEATURE=PLAIN))


def test_what_azure_computes_stays_an_expression() -> None:
    """The check which needs it is not evaluated; a variable that is called a secret counts as one all the same."""
    found = _values(template(_app(FEATURE="[reference('x').outputs.y.value]", DB_PASSWORD="[reference('x').y]")))
    assert is_unknown(found["FEATURE"])
    assert "reference('x').outputs" in found["FEATURE"]
    assert kind_of_token(found["DB_PASSWORD"]) == "named-secret"


def test_a_kept_plan_is_read_to_the_same() -> None:
    """Whatever form it had: the pack judges again by what the run judged by, and holds no secret."""
    resource = _app(DB_PASSWORD=PLAIN, FEATURE="[reference('x').y]")
    plan = read(template(resource))
    assert read(kept(plan)) == plan
    assert PLAIN not in kept(plan).decode()
    assert json.loads(kept(plan))["form"] == "ARM template"
