"""Normalising: what is the same comes to the same values, and nothing that matters is lost."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.drift.compare import differences
from assurance.drift.normalise import noise, normalised

NETWORK = "microsoft.network/virtualnetworks"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "a", "A ", "/subscriptions/X/y", "East US"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "id", "etag", "location", "b", "c"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["properties", "tags", "sku", "location"]), json_values))
def test_normalising_again_changes_nothing_and_is_json(values: dict[str, object]) -> None:
    """Values that are normal stay as they are, through JSON and when normalised again, whatever they were made from."""
    once = normalised(values, NETWORK)
    stored = json.loads(json.dumps(once))
    assert differences(once, stored) == ()
    assert differences(once, normalised(stored, NETWORK)) == ()


@given(st.dictionaries(st.sampled_from(["properties", "tags"]), json_values))
def test_the_order_of_keys_does_not_matter(values: dict[str, object]) -> None:
    """The same object with its keys the other way round comes to the same values."""
    assert normalised(dict(reversed(values.items())), NETWORK) == normalised(values, NETWORK)


def test_absent_is_not_false() -> None:
    """Null, an empty text, list and table are as if absent; false and zero are values."""
    values: dict[str, object] = {"properties": {"a": None, "b": "", "c": [], "d": {}, "e": False, "f": 0}}
    assert normalised(values, NETWORK) == {"properties": {"e": False, "f": 0}}


def test_lists_are_keyed_by_what_tells_their_items_apart() -> None:
    """A list of named things is a table by name; a list of texts is sorted; a command keeps its order."""
    values = {
        "rules": [{"name": "B", "x": 1}, {"name": "a", "x": 2}],
        "prefixes": ["10.1.0.0/16", "10.0.0.0/16"],
        "containers": [{"name": "app", "args": ["run", "--all", "again"]}],
    }
    found = normalised(values, "microsoft.app/containerapps")
    assert list(found["rules"]) == ["[a]", "[b]"]
    assert found["prefixes"] == ["10.0.0.0/16", "10.1.0.0/16"]
    assert found["containers"]["[app]"]["args"] == ["run", "--all", "again"]


def test_namesakes_in_a_list_are_not_merged() -> None:
    """Where two items have the same name, both are kept."""
    values = {"rules": [{"name": "a", "x": 1}, {"name": "A", "x": 2}]}
    assert sorted(one["x"] for one in normalised(values, NETWORK)["rules"].values()) == [1, 2]


def test_a_failed_deployment_is_no_noise() -> None:
    """A passing state is left out, a failed one is kept."""
    states = ("Succeeded", "updating", "Failed", "Canceled")
    kept = [normalised({"properties": {"provisioningState": one}}, NETWORK) for one in states]
    assert kept == [
        {},
        {},
        {"properties": {"provisioningState": "Failed"}},
        {"properties": {"provisioningState": "Canceled"}},
    ]


@pytest.mark.parametrize("kind", ["properties", "ordered", "events"])
def test_every_rule_of_noise_says_why(kind: str) -> None:
    """Each rule that leaves something out has a reason in a sentence, and none leaves out everything."""
    rules = getattr(noise(), kind)
    assert rules
    assert all(rule.reason.endswith(".") and (rule.path, rule.type) != ("*", "*") for rule in rules)
