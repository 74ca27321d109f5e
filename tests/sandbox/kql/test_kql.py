"""The interpreter of queries: answers worked out by hand, a plain reference beside it, and refusals of the rest."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.kql import Column, KqlError, Row, Source, Table, run

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
COLUMNS = (Column("At", "datetime"), Column("Ms", "real"), Column("Weight", "int"), Column("Ok", "bool"))


def asked(query: str, rows: list[Row] | None = None) -> Table:
    """Run a query, over a table `T` of these rows."""
    return run(query, {"T": Source(COLUMNS, lambda: rows or [])}, NOW)


def cells(query: str, rows: list[Row] | None = None) -> list[tuple[object, ...]]:
    """Return the rows of an answer."""
    return [tuple(row) for row in asked(query, rows).rows]


def row(minute: float, milliseconds: float | None, weight: int = 1, succeeded: bool | None = True) -> Row:
    """A row of `T`, so many minutes after eleven."""
    return (datetime(2026, 3, 1, 11, tzinfo=UTC) + timedelta(minutes=minute), milliseconds, weight, succeeded)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("datatable(a:long)[1, 2, 3] | where a > 1 and not(a == 3)", [(2,)]),
        ("datatable(a:long)[1] | project b = a / 2, c = a / 2.0, d = 7 % 4, e = -a + 3 * 2", [(0, 0.5, 3, 5)]),
        ("datatable(a:long)[-7] | project a / 2", None),
        ("datatable(a:long)[3, 1, 2] | order by a", [(3,), (2,), (1,)]),
        ("datatable(a:long)[3, 1, 2] | sort by a asc | take 2", [(1,), (2,)]),
        ("datatable(a:long)[5, long(null), 4] | order by a asc", [(None,), (4,), (5,)]),
        ("datatable(a:long)[5, long(null), 4] | order by a", [(5,), (4,), (None,)]),
        ('datatable(s:string)["GET /a", "get /b"] | where s =~ "Get /A"', [("GET /a",)]),
        ('datatable(s:string)["a", "b", "C"] | where s in~ ("A", "c")', [("a",), ("C",)]),
        ('let X = dynamic(["a", "b"]); datatable(s:string)["b", "c"] | where s !in (X)', [("c",)]),
        ('datatable(s:string)["x"] | extend n = iff(s == "x", 1, 2.5)', [("x", 1)]),
        ("datatable(a:long)[1, 1, 2] | count", [(3,)]),
        ("datatable(t:timespan)[5m] | project t / 1m, t == timespan(300s), t + 1h > 1h", None),
        ("datatable(a:long)[1] | project now() - ago(2h) == 120m, datetime(2026-03-01T10:00:00Z) < now()", None),
        ("datatable(a:real)[2.75] | project bin(a, 0.5)", None),
    ],
)
def test_operators(query: str, answer: list[tuple[object, ...]] | None) -> None:
    """Operators give what Kusto's documentation says; columns of `project` need names."""
    if answer is None:
        with pytest.raises(KqlError, match="One name was expected"):
            asked(query)
    else:
        assert cells(query) == answer


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("-7 / 2", -3),
        ("7 / 2", 3),
        ("1 / 0.0", math.inf),
        ("1 % 0 == 1", False),
        ("bin(2.75, 0.5)", 2.5),
        ("bin(7m, 5m) == 5m", True),
        ("5m / 1m", 5.0),
        ("now() - ago(2h) == 120m", True),
        ("datetime(2026-03-01T10:00:00Z) < now()", True),
        ("isnull(real(null)) and real(null) + 1 > 0", False),
        ("real(null) != 1.0", True),
        ("3 between (1 .. 3)", True),
    ],
)
def test_expressions(expression: str, value: object) -> None:
    """Expressions have Kusto's values: whole numbers divide into whole ones, and null is neither equal nor greater."""
    found = cells(f"datatable(a:long)[1] | project x = {expression}")[0][0]

    assert found == pytest.approx(value) if isinstance(value, float) else found == value


def test_summarize_of_a_hand_computed_case() -> None:
    """Weights, conditions and the nearest rank give, in each interval, what pencil and paper give."""
    rows = [row(0.5, 10.0, 2), row(1, 20.0, 1, succeeded=False), row(4.9, 30.0, 7), row(5, 40.0, 1, succeeded=None)]
    query = """
        T
        | summarize N = sum(Weight), Failed = sumif(Weight, Ok != true), Rows = count(), Bad = countif(Ok == false),
            (P50, P95) = percentilesw(Ms, Weight, 50, 95), Low = min(Ms), High = max(Ms)
          by At = bin(At, 5m)
        | order by At asc
    """
    eleven = datetime(2026, 3, 1, 11, tzinfo=UTC)

    assert cells(query, rows) == [
        (eleven, 10, 1, 3, 1, 30.0, 30.0, 10.0, 30.0),
        (eleven + timedelta(minutes=5), 1, 1, 1, 0, 40.0, 40.0, 40.0, 40.0),
    ]


def test_weighted_percentiles_of_the_documentation() -> None:
    """The example in Kusto's documentation of percentilesw comes out as printed there."""
    query = """
        let latencies = datatable(ReqCount:long, LatencyBucket:long)[8, 10, 6, 20, 3, 30, 1, 40];
        latencies | summarize percentilesw(LatencyBucket, ReqCount, 50, 75, 99.9)
    """
    found = asked(query)

    assert [tuple(one) for one in found.rows] == [(20, 20, 40)]
    assert [column.name for column in found.columns] == [
        "percentile_LatencyBucket_50",
        "percentile_LatencyBucket_75",
        "percentile_LatencyBucket_99_9",
    ]


def test_nothing_to_summarize() -> None:
    """Of no rows, one row comes without keys, counts being 0 and percentiles no number; with keys none comes."""
    [found] = cells("T | summarize count(), sum(Weight), max(Ms), percentile(Ms, 95), dcount(Ok)")

    assert found[:3] == (0, 0, None)
    assert all(isinstance(value, float) and math.isnan(value) for value in found[3:4])
    assert found[4] == 0
    assert cells("T | summarize count() by Ok") == []


def test_expressions_around_aggregates() -> None:
    """A share is computed of aggregates, and the difference between 100 * and 100.0 * is Kusto's."""
    rows = [row(0, 1.0), row(1, 1.0), row(2, 1.0, succeeded=False)]

    assert cells("T | summarize A = 100.0 * countif(Ok) / count(), B = 100 * countif(Ok) / count()", rows) == [
        (pytest.approx(200 / 3), 66)
    ]


WEIGHED = st.lists(
    st.tuples(st.integers(0, 59), st.floats(0, 10_000), st.integers(1, 50), st.booleans()), min_size=1, max_size=60
)


@given(values=WEIGHED, share=st.sampled_from([1, 25, 50, 95, 99, 99.9]))
def test_summarize_agrees_with_a_plain_reference(values: list[tuple[int, float, int, bool]], share: float) -> None:
    """Sums, conditional sums and weighted percentiles by interval equal those of a naive computation."""
    rows = [row(minute, milliseconds, weight, ok) for minute, milliseconds, weight, ok in values]
    groups: dict[datetime, list[Row]] = defaultdict(list)
    for one in rows:
        at = one[0]
        assert isinstance(at, datetime)
        groups[at.replace(minute=at.minute // 5 * 5)].append(one)
    expected = []
    for begin, members in sorted(groups.items()):
        repeated = sorted(member[1] for member in members for _ in range(member[2]))  # type: ignore[type-var,arg-type]  # cells of one kind
        rank = max(1, math.ceil(share / 100 * len(repeated)))
        failed = sum(member[2] for member in members if not member[3])  # type: ignore[misc]  # cells of one kind
        expected.append((begin, len(repeated), failed, repeated[rank - 1]))

    query = f"T | summarize sum(Weight), sumif(Weight, not(Ok)), percentilew(Ms, Weight, {share}) by bin(At, 5m)"
    assert sorted(cells(query, rows)) == expected


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("T | render timechart", "operator 'render' is not supported"),
        ("T | mv-expand Ms", "operator 'mv' is not supported"),
        ("T | project-away Ms", "operator 'project-away' is not supported"),
        ("T | join kind=inner T on Ms", "operator 'join' is not supported"),
        ("T | distinct Ms", "operator 'distinct' is not supported"),
        ("T | summarize make_list(Ms)", "An aggregate was expected"),
        ("T | where Ms > strcat('a', 'b')", "function 'strcat'"),
        ("T | where Duration > 5", "Failed to resolve column or scalar expression named 'Duration'"),
        ("T | where ms > 5", "named 'ms'"),
        ("U | take 1", "'U' could not be resolved"),
        ("T | where Ok == 'True'", "Cannot compare values of types bool and string"),
        ("T | where Ms", "A condition was expected"),
        ("T | extend x = Ms + At", "cannot be applied"),
        ("T | summarize sum(Ok)", "does not take values of type bool"),
        ("T | summarize percentile(Ms, 101)", "constant from 0 to 100"),
        ("T | summarize percentilew(Ms, Ms, 95)", "weighs by whole numbers"),
        ("T | summarize (A, B) = count()", "2 names are given to 1 columns"),
        ("T | summarize A = count(), A = sum(Ms)", "'A' already exists"),
        ("T | take x", "a whole number was expected"),
        ("T | where Ms >", "a name was expected"),
        ("T where Ms > 1", "end of the query was expected"),
        ("T | where At > datetime(yesterday)", "is no datetime"),
        ("T | where 'open", "unexpected"),
        ("let U = T | where Nonsense; T | count", "named 'Nonsense'"),
    ],
)
def test_what_is_not_known_is_refused(query: str, told: str) -> None:
    """What the interpreter does not know is an error, also in a part that nothing uses; never is it skipped."""
    with pytest.raises(KqlError, match=told.replace("(", r"\(").replace(")", r"\)")):
        asked(query)
