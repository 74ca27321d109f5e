"""The history drawn as inline SVG: the grid of controls and runs, and one figure over time; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from assurance.reporting.history.model import Gap, PastRun
from assurance.reporting.html.charts import section
from assurance.reporting.html.parts import SYMBOLS, Html, element, join, verdict_style
from assurance.verdicts import Decision, Source, Verdict

CELL = 22
"""Width and height of a cell, in pixels."""
DATE_COLUMNS = 4
"""How many columns a date is wide."""
HEAD = 22
Column = PastRun | Gap

GAP = "gap"
UNKNOWN = "unknown"
SOURCE_ROW, DECISION_ROW = "Source", "Decision"
DECISION_STYLES: Mapping[Decision, str] = MappingProxyType(
    {Decision.GO: "pass", Decision.NO_GO: "fail", Decision.INCONCLUSIVE: "not-evaluated"}
)
# Style by what a cell says, with its sign.
SIGNS: Mapping[str, str] = MappingProxyType(
    {
        **{verdict_style(verdict): symbol for verdict, symbol in SYMBOLS.items()},
        **{source.lower(): source[0] for source in Source},
        UNKNOWN: "·",
    }
)


def columns(runs: Sequence[PastRun], gaps: Sequence[Gap]) -> tuple[Column, ...]:
    """Return runs and missing nights, the latest first."""
    return tuple(sorted([*runs, *gaps], key=_place, reverse=True))


def rows(controls: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the grid's rows, from the top."""
    return (SOURCE_ROW, DECISION_ROW, *controls)


def drawing(found: Sequence[Column], controls: Sequence[str], told: str) -> Html:
    """Return the grid; its element has its size in pixels.

    Args:
        found: The columns.
        controls: The controls, in order.
        told: What the grid shows, for who cannot see it.
    """
    # A date takes more than its column, also above the last.
    width, height = (len(found) + DATE_COLUMNS - 1) * CELL, HEAD + len(rows(controls)) * CELL
    parts = [element("defs", *(_pattern(style, sign) for style, sign in SIGNS.items()), _gap_pattern())]
    parts += _dates(found)
    parts.append(_filled(GAP, _gaps(found, height - HEAD)))
    for number, name in enumerate(rows(controls)):
        parts += _row(found, name, HEAD + number * CELL)
    size = {"width": str(width), "height": str(height), "viewBox": f"0 0 {width} {height}"}
    return element(
        "svg", *parts, role="img", aria_label=told, id="grid", data_cell=str(CELL), data_head=str(HEAD), **size
    )


def style_of(column: Column, row: str) -> str:
    """Return the style of one cell; empty where it says nothing."""
    if isinstance(column, Gap):
        return ""
    if row == SOURCE_ROW:
        return column.source.lower()
    if row == DECISION_ROW:
        return DECISION_STYLES[column.decision]
    if column.outcome is None:
        return UNKNOWN
    verdict: Verdict | None = column.verdict_of(row)
    return verdict_style(verdict) if verdict is not None else ""


def _place(column: Column) -> tuple[date, str]:
    return (column.night, "") if isinstance(column, Gap) else (column.night, column.started.isoformat() + column.id)


def _row(found: Sequence[Column], name: str, top: int) -> list[Html]:
    """Return one path for each style of a row, made of streaks of equal cells."""
    paths: dict[str, list[str]] = {}
    begin, before = 0, ""
    for number in range(len(found) + 1):
        style = style_of(found[number], name) if number < len(found) else ""
        if style != before:
            if before:
                paths.setdefault(before, []).append(_rectangle(begin, number, top, CELL))
            begin, before = number, style
    return [_filled(style, "".join(streaks)) for style, streaks in paths.items()]


def _gaps(found: Sequence[Column], height: int) -> str:
    places = (number for number, column in enumerate(found) if isinstance(column, Gap))
    return "".join(_rectangle(number, number + 1, HEAD, height) for number in places)


def _rectangle(begin: int, end: int, top: int, height: int) -> str:
    return f"M{begin * CELL} {top}H{end * CELL}v{height}H{begin * CELL}z"


def _filled(style: str, path: str) -> Html:
    return element("path", d=path, fill=f"url(#cell-{style})") if path else Html()


def _pattern(style: str, sign: str) -> Html:
    """Return the pattern of one style: a cell with its sign, repeated from the grid's corner."""
    side = str(CELL)
    square = element("rect", x="1", y="1", width=str(CELL - 2), height=str(CELL - 2), rx="4", class_=f"back {style}")
    middle = str(CELL // 2)
    text = element("text", sign, x=middle, y=middle, dy=".35em", text_anchor="middle", class_=f"sign {style}")
    # Rows begin below the dates, which are as high as a cell.
    return element("pattern", square, text, id=f"cell-{style}", width=side, height=side, patternUnits="userSpaceOnUse")


def _gap_pattern() -> Html:
    line = element("path", d="M-1 1l2-2M0 8l8-8M7 9l2-2", class_="hatch")
    return element("pattern", line, id=f"cell-{GAP}", width="8", height="8", patternUnits="userSpaceOnUse")


def _dates(found: Sequence[Column]) -> list[Html]:
    """Return a date above every column that has room for one: the first of its night, four columns apart."""
    labels: list[Html] = []
    last, free = None, 0
    for number, column in enumerate(found):
        if column.night != last and number >= free:
            labels.append(element("text", str(column.night), x=str(number * CELL + 2), y="15", class_="date"))
            free = number + DATE_COLUMNS
        last = column.night
    return labels


WIDTH, HEIGHT = 360, 150
LEFT, RIGHT, TOP, BOTTOM = 8, 64, 12, 26
MARGIN = 0.08
"""Share of the scale that is left free above and below."""


@dataclass(frozen=True, slots=True)
class Track:
    """One figure over time.

    Attributes:
        title: What it is.
        unit: Its unit.
        points: When, and what it was: None where a run judged and could not tell, so that the line is interrupted.
        limit: The latest threshold.
    """

    title: str
    unit: str
    points: Sequence[tuple[datetime, float | None]]
    limit: float


def chart(track: Track) -> Html:
    """Return a figure with the line, the threshold, and the latest, the highest and the lowest value in words."""
    values = [value for _, value in track.points if value is not None]
    if not values:
        raise ValueError("a chart needs a value")
    frame = _Frame.of(track, values)
    low, high = f"{min(values):,g}", f"{max(values):,g}"
    caption = (
        f"Latest {values[-1]:,g} {track.unit}; lowest {low}, highest {high}, threshold {track.limit:,g}. "
        f"{len(values):,} of {len(track.points):,} runs have a figure."
    )
    limit_at = f"{frame.down(track.limit):.1f}"
    drawing = join(
        element("line", x1=str(LEFT), x2=str(WIDTH - RIGHT), y1=limit_at, y2=limit_at, class_="limit"),
        element("path", d=frame.path(track.points), class_="series first drawn-line"),
        _label(f"{track.limit:,g}", limit_at),
        *_latest(frame, track, values[-1]),
        _date(track.points[0][0], LEFT, "start"),
        _date(track.points[-1][0], WIDTH - RIGHT, "end"),
    )
    return section(track.title, caption, drawing, WIDTH, HEIGHT)


@dataclass(frozen=True, slots=True)
class _Frame:
    first: float
    last: float
    low: float
    high: float

    @classmethod
    def of(cls, track: Track, values: Sequence[float]) -> _Frame:
        low, high = min(*values, track.limit), max(*values, track.limit)
        free = (high - low or abs(high) or 1.0) * MARGIN
        times = [at.timestamp() for at, _ in track.points]
        return cls(min(times), max(times), low - free, high + free)

    def across(self, at: datetime) -> float:
        span = self.last - self.first
        share = (at.timestamp() - self.first) / span if span else 0.5
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def down(self, value: float) -> float:
        return TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)

    def path(self, points: Sequence[tuple[datetime, float | None]]) -> str:
        """Return a path that is interrupted where a value is missing; one alone between gaps is a dot."""
        parts: list[str] = []
        goes_on = False
        for at, value in points:
            if value is not None:
                spot = f"{self.across(at):.1f} {self.down(value):.1f}"
                parts.append(f"L{spot}" if goes_on else f"M{spot}h0")
            goes_on = value is not None
        return "".join(parts)


def _latest(frame: _Frame, track: Track, latest: float) -> list[Html]:
    """Return the label of the latest value, unless it would stand on the threshold's."""
    height = frame.down(latest)
    apart = abs(height - frame.down(track.limit)) >= 14
    return [_label(f"{latest:,g}", f"{height:.1f}", "name")] if apart else []


def _label(text: str, height: str, style: str = "number") -> Html:
    return element("text", text, x=str(WIDTH - RIGHT + 6), y=height, dy="4", class_=style)


def _date(at: datetime, across: int, anchor: str) -> Html:
    return element("text", f"{at:%Y-%m-%d}", x=str(across), y=str(HEIGHT - 6), text_anchor=anchor, class_="number")
