"""Draws values as inline SVG: lines, points and columns in one frame. Pure functions; colours come from report.css."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assurance.reporting.html.parts import Html, element, join

WIDTH = 1000
HEIGHT = 300
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 34, 34
MAX_TICKS = 6
LEGEND_STEP = 210

Shape = Literal["line", "points", "columns"]
Tone = Literal["first", "second", "bad"]


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one kind.

    Attributes:
        name: What the legend calls them.
        shape: How they are drawn.
        points: Each with its place on the horizontal axis; one without a value is a gap, and a line stops there.
        tone: Its colour, by what it means.
    """

    name: str
    shape: Shape
    points: Sequence[tuple[float, float | None]]
    tone: Tone = "first"


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart.

    Attributes:
        unit: The unit of the vertical axis.
        series: What is drawn, the first behind the others; at least one value among them.
        marks: Labels of the horizontal axis, each with its place.
        limit: A value that is drawn as a line across, with its name; None for none.
    """

    unit: str
    series: Sequence[Series]
    marks: Sequence[tuple[float, str]]
    limit: tuple[float, str] | None = None


def section(title: str, explanation: str, drawing: Html, width: int, height: int) -> Html:
    """Return a figure: its title, a drawing (what stands within `<svg>`), and the sentence that says what it shows."""
    svg = element("svg", drawing, viewBox=f"0 0 {width} {height}", role="img", aria_label=f"{title}. {explanation}")
    return element("figure", element("h3", title), svg, element("figcaption", explanation), class_="chart")


def figure(title: str, explanation: str, chart: Chart) -> Html:
    """Return a chart as a figure of the report."""
    return section(title, explanation, drawing(chart), WIDTH, HEIGHT)


def drawing(chart: Chart) -> Html:
    """Return what stands within `<svg>`, `WIDTH` by `HEIGHT`.

    Raises:
        ValueError: There is no value to draw.
    """
    frame = _frame(chart)
    parts = [_grid(chart, frame), _marks(chart, frame)]
    parts += [_series(series, frame) for series in chart.series]
    if chart.limit is not None:
        parts.append(_limit(chart.limit, frame))
    return join(*parts, _legend(chart))


def ticks(highest: float) -> tuple[float, ...]:
    """Return round values from 0 to at least the highest, at most seven of them."""
    if highest <= 0:
        return (0.0, 1.0)
    power = 10.0 ** math.floor(math.log10(highest / MAX_TICKS))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor * MAX_TICKS >= highest * (1 - 1e-9))
    return tuple(step * number for number in range(math.ceil(highest / step * (1 - 1e-9)) + 1))


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where values stand in the drawing."""

    first: float
    last: float
    ticks: tuple[float, ...]

    def across(self, place: float) -> float:
        span = self.last - self.first
        share = (place - self.first) / span if span else 0.5
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def down(self, value: float) -> float:
        return HEIGHT - BOTTOM - value / self.ticks[-1] * (HEIGHT - TOP - BOTTOM)


def _frame(chart: Chart) -> _Frame:
    places = [place for series in chart.series for place, _ in series.points]
    values = [value for series in chart.series for _, value in series.points if value is not None]
    if not values:
        raise ValueError("a chart needs a value")
    limits = [chart.limit[0]] if chart.limit is not None else []
    return _Frame(min(places), max(places), ticks(max([*values, *limits])))


def _grid(chart: Chart, frame: _Frame) -> Html:
    lines = []
    for tick in frame.ticks:
        height = f"{frame.down(tick):.1f}"
        lines.append(element("line", x1=str(LEFT), x2=str(WIDTH - RIGHT), y1=height, y2=height, class_="grid"))
        label = f"{tick:,g} {chart.unit}" if tick == frame.ticks[-1] else f"{tick:,g}"
        lines.append(element("text", label, x=str(LEFT - 8), y=height, dy="4", text_anchor="end", class_="number"))
    return join(*lines)


def _marks(chart: Chart, frame: _Frame) -> Html:
    return join(
        *(
            element(
                "text", label, x=f"{frame.across(place):.1f}", y=str(HEIGHT - 12), text_anchor="middle", class_="number"
            )
            for place, label in chart.marks
        )
    )


def _series(series: Series, frame: _Frame) -> Html:
    style = f"series {series.tone}"
    match series.shape:
        case "line":
            return element("path", d=_path(series, frame), class_=f"{style} drawn-line")
        case "points":
            return join(
                *(
                    element("circle", cx=f"{frame.across(at):.1f}", cy=f"{frame.down(value):.1f}", r="3", class_=style)
                    for at, value in series.points
                    if value is not None
                )
            )
        case "columns":
            return _columns(series, frame, style)


def _path(series: Series, frame: _Frame) -> str:
    """Return a path that is interrupted where a value is missing; one alone between gaps is a dot."""
    parts: list[str] = []
    drawing_on = False
    for place, value in series.points:
        if value is not None:
            spot = f"{frame.across(place):.1f} {frame.down(value):.1f}"
            parts.append(f"L{spot}" if drawing_on else f"M{spot}h0")
        drawing_on = value is not None
    return "".join(parts)


def _columns(series: Series, frame: _Frame, style: str) -> Html:
    width = 0.8 * (WIDTH - LEFT - RIGHT) / max(1, len(series.points))
    floor = frame.down(0)
    return join(
        *(
            element(
                "rect",
                x=f"{frame.across(place) - width / 2:.1f}",
                y=f"{frame.down(value):.1f}",
                width=f"{width:.1f}",
                height=f"{floor - frame.down(value):.1f}",
                class_=style,
            )
            for place, value in series.points
            if value
        )
    )


def _limit(limit: tuple[float, str], frame: _Frame) -> Html:
    height = frame.down(limit[0])
    line = element("line", x1=str(LEFT), x2=str(WIDTH - RIGHT), y1=f"{height:.1f}", y2=f"{height:.1f}", class_="limit")
    name = element("text", limit[1], x=str(WIDTH - RIGHT), y=f"{height - 6:.1f}", text_anchor="end", class_="number")
    return join(line, name)


def _legend(chart: Chart) -> Html:
    parts = []
    for number, series in enumerate(chart.series):
        left = LEFT + LEGEND_STEP * number
        parts.append(element("rect", x=str(left), y="6", width="14", height="10", class_=f"series {series.tone}"))
        parts.append(element("text", series.name, x=str(left + 20), y="16"))
    return join(*parts)
