"""JSON that two readers may take for two things is refused, with the reason."""

import pytest

from assurance.tape.strict_json import NO_JSON, UnfitJson, parse


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"state": "Disabled", "state": "Enabled"}', "'state' stands twice"),
        ('{"a": [{"b": 1, "c": 2, "b": 1}]}', "'b' stands twice"),
        ('{"\\u0061": 1, "a": 2}', "'a' stands twice"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": -Infinity}', "-Infinity is no number"),
        ('{"a": 1e999}', "too large"),
        ('{"a": "\\ud800"}', "half a surrogate pair"),
        ('{"\\udfff": 1}', "half a surrogate pair"),
        ("[" * 100_000, "nested too deep"),
        ("1" * 5000, "number in it is too long"),
        ("{", NO_JSON),
        ("", NO_JSON),
        ("<html>", NO_JSON),
    ],
    ids=lambda value: value[:30],
)
def test_what_is_unfit(text: str, reason: str) -> None:
    """As text and as bytes."""
    for content in (text, text.encode()):
        with pytest.raises(UnfitJson, match=reason):
            parse(content)


def test_bytes_that_are_no_text_are_unfit() -> None:
    """Nothing is guessed of another encoding."""
    with pytest.raises(UnfitJson, match="not UTF-8"):
        parse(b'{"a": "\xff"}')


def test_what_is_fit() -> None:
    """A whole surrogate pair, a byte order mark, an exponent, and one name in two objects."""
    content = '\ufeff{"a": {"b": "\\ud83d\\ude00"}, "b": 1e100, "c": [{"b": 1}, {"b": 2}], "d": null}'.encode()
    assert parse(content) == {"a": {"b": "\U0001f600"}, "b": 1e100, "c": [{"b": 1}, {"b": 2}], "d": None}
