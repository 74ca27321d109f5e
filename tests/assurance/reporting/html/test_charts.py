"""Charts: values stand where they should, a gap interrupts a line, and nothing that is drawn is markup."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.reporting.html.charts import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Chart,
    Series,
    drawing,
    figure,
    ticks,
)


def drawn(chart: Chart) -> Xml.Element:
    """Return the drawing as XML: it must be well-formed."""
    return Xml.fromstring(f"<svg>{drawing(chart)}</svg>")  # noqa: S314  (of our own making)


def test_points_stand_where_their_values_are() -> None:
    """The first value stands at the left edge, the last at the right; 0 at the bottom, the highest tick at the top."""
    circles = drawn(Chart("ms", [Series("a", "points", [(0, 0.0), (5, 50.0), (10, 100.0)])], [])).findall("circle")

    assert [float(one.attrib["cx"]) for one in circles] == [LEFT, (LEFT + WIDTH - RIGHT) / 2, WIDTH - RIGHT]
    assert [float(one.attrib["cy"]) for one in circles] == [HEIGHT - BOTTOM, (TOP + HEIGHT - BOTTOM) / 2, TOP]


def test_a_gap_interrupts_a_line() -> None:
    """Where a value is missing the line ends, and begins again at the next; nothing is drawn between."""
    points = [(0.0, 1.0), (1.0, 2.0), (2.0, None), (3.0, 3.0), (4.0, 1.0)]
    path = drawn(Chart("ms", [Series("a", "line", points)], [])).find("path")
    assert path is not None

    assert re.sub(r"[\d. ]", "", path.attrib["d"]) == "MhLMhL"


def test_columns_stand_on_the_floor() -> None:
    """A column reaches from the floor to its value; one of nothing is not drawn."""
    columns = drawn(Chart("", [Series("a", "columns", [(0, 10.0), (1, 0.0), (2, None)])], [])).findall("rect")
    [column, legend] = columns

    assert float(column.attrib["y"]) + float(column.attrib["height"]) == pytest.approx(HEIGHT - BOTTOM)
    assert legend.attrib["height"] == "10"


def test_a_limit_is_drawn_and_named() -> None:
    """A limit above all values is within the drawing, and has its name."""
    chart = drawn(Chart("ms", [Series("a", "points", [(0, 10.0)])], [(0, "now")], (500.0, "threshold")))
    limit = next(line for line in chart.findall("line") if line.attrib["class"] == "limit")

    assert TOP <= float(limit.attrib["y1"]) < HEIGHT - BOTTOM
    assert {"threshold", "now", "a", "500 ms"} <= {text.text for text in chart.findall("text")}


def test_texts_are_escaped() -> None:
    """Whatever a name holds, it is text."""
    html = figure("<b>", "5 < 6 & more", Chart("ms", [Series("<script>", "points", [(0, 1.0)])], []))

    assert "<script>" not in html
    assert "<b>" not in html
    assert "5 &lt; 6 &amp; more" in html


def test_nothing_is_no_chart() -> None:
    """Without a value there is nothing to draw, and that is an error of who asks."""
    with pytest.raises(ValueError, match="needs a value"):
        drawing(Chart("ms", [Series("a", "line", [(0, None)])], []))


@given(highest=st.floats(1e-6, 1e12))
def test_ticks_are_round_and_reach_the_highest(highest: float) -> None:
    """There are few ticks, evenly apart, from 0 to no less than the highest value, and not far beyond it."""
    found = ticks(highest)
    step = found[1]

    assert found[0] == 0
    assert 2 <= len(found) <= 8
    assert highest * (1 - 1e-6) <= found[-1] <= highest + step * (1 + 1e-6)
    assert round(step / 10 ** math.floor(math.log10(step) + 1e-9), 3) in {1, 2, 2.5, 5, 10}


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0, (0, 1)),
        (10, (0, 2, 4, 6, 8, 10)),
        (487, (0, 100, 200, 300, 400, 500)),
        (0.3, (0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)),
    ],
)
def test_ticks_of_known_values(highest: float, expected: tuple[float, ...]) -> None:
    """Ticks are what a person would draw."""
    assert ticks(highest) == pytest.approx(expected)
