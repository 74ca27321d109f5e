"""Documents: absent is None, another type than Azure documents is broken, and nothing is made up."""

from collections.abc import Callable

import pytest

from assurance.errors import BrokenReading
from assurance.world.azure.document import Document

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
