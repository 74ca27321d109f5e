"""Texts are replaced in one pass, in any casing, the longer of two that begin alike first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assurance.evidence.substitution import Substitution


def test_the_longer_of_two_is_replaced() -> None:
    """A name within a longer name does not cut it."""
    table = Substitution({"sql-apex": "n1", "pe-sql-apex": "n2", "sql-apex-prod": "n3"})
    assert table.text("pe-sql-apex sql-apex-prod SQL-Apex sql-ape") == "n2 n3 n1 sql-ape"


def test_a_replacement_is_not_replaced_again() -> None:
    """A token that holds another original stays what it is."""
    assert Substitution({"alpha": "beta", "beta": "gamma"}).text("alpha beta") == "beta gamma"


def test_bytes_that_are_no_text_stay() -> None:
    """Bytes that are no UTF-8 pass unchanged around what is replaced."""
    assert Substitution({"alpha": "a"}).content(b"\xff\x00alpha\xfe") == b"\xff\x00a\xfe"


NAMES = st.lists(st.text("abc-.(*", min_size=1, max_size=6), min_size=1, max_size=8, unique=True)


@given(NAMES, st.text("abcABC-.(* ", max_size=60))
def test_nothing_is_left(names: list[str], text: str) -> None:
    """Whatever the names, with signs that patterns know too, none is left in the text."""
    table = Substitution(dict.fromkeys(names, "0"))
    replaced = table.text(text)
    assert table.left_in(replaced.encode()) == []
    assert all(name not in replaced.casefold() for name in table.table)
