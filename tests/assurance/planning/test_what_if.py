"""What-if results as the command line and the API give them."""

import json

import pytest

from assurance.planning import ChangeKind, PlanRefused
from tests.assurance.planning.plans import SERVER, modify, read, server, what_if


def test_ids_alone_are_refused_once() -> None:
    """With ResourceIdOnly whatever exists is `Deploy`, without a word of what it would be."""
    changes = [{"resourceId": SERVER, "changeType": "Deploy"}, {"resourceId": f"{SERVER}x", "changeType": "Create"}]
    with pytest.raises(PlanRefused, match="--result-format FullResourcePayloads") as refused:
        read(what_if(*changes))
    assert str(refused.value).count("changes[") == 1


def test_what_has_no_effect_changes_nothing() -> None:
    """What-if tells it in the resource as it would be, and says in `delta` that it is not set."""
    before = json.loads(server())
    rules = [{"name": "a", "priority": 1}]
    before["properties"]["rules"] = rules
    change = modify(SERVER, before, version="99", state="Gone", rules=[{"name": "a", "priority": 2}])
    inner = {"path": "priority", "propertyChangeType": "NoEffect", "before": None, "after": 2}
    change["delta"] = [
        {"path": "properties.version", "propertyChangeType": "Modify", "before": "12.0", "after": "99"},
        {"path": "properties.state", "propertyChangeType": "NoEffect", "before": None, "after": "Gone"},
        {"path": "properties.rules", "propertyChangeType": "Array",
         "children": [{"path": "0", "propertyChangeType": "Modify", "children": [inner]}]},
    ]  # fmt: skip
    [found] = read(what_if(change)).changes
    assert found.after is not None
    assert found.after["properties"]["version"] == "99"
    assert found.after["properties"].get("state") == before["properties"].get("state")
    assert found.after["properties"]["rules"] == rules


def test_a_resource_without_an_id_is_told() -> None:
    """What-if names by its expression what it cannot compute."""
    untold = {"resourceId": "[resourceId('Microsoft.Sql/servers', reference('x').y)]", "changeType": "Unsupported",
              "unsupportedReason": "Cannot be calculated."}  # fmt: skip
    plan = read(what_if(untold))
    assert plan.changes == ()
    assert "Cannot be calculated." in plan.unplaced[0]


def test_a_failure_is_told_in_azures_words() -> None:
    """Whether there is a status beside the error or not."""
    for document in ({"error": {"code": "InvalidTemplate", "message": "no"}},
                     {"status": "Failed", "error": {"code": "InvalidTemplate", "message": "no"}}):  # fmt: skip
        with pytest.raises(PlanRefused, match="InvalidTemplate: no"):
            read(json.dumps(document).encode())


def test_the_apis_own_example_is_read() -> None:
    """Its changes stand under `properties`, and a resource group is one of them."""
    example = {
        "status": "Succeeded",
        "properties": {"changes": [
            {"resourceId": SERVER, "changeType": "Modify", "before": {"tags": {}}, "after": {"tags": {"a": "b"}},
             "delta": [{"path": "tags.a", "propertyChangeType": "Create", "after": "b"}]},
            {"resourceId": SERVER.partition("/providers/")[0] + "2", "changeType": "Create",
             "after": {"location": "westeurope"}},
        ]},
    }  # fmt: skip
    kinds = [one.kind for one in read(json.dumps(example).encode()).changes]
    assert kinds == [ChangeKind.MODIFY, ChangeKind.CREATE]
