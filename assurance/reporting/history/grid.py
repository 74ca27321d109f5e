"""The grid of controls and runs as one inline SVG; pure.

A column is a run or a missing night, the latest first; a row is a control. Each row has one path for each verdict,
filled with a pattern that draws the verdict's sign in every cell: sixty thousand cells are some hundred elements, and
need no script.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from assurance.reporting.history.model import Gap, PastRun
from assurance.reporting.html.markup import Html, element
from assurance.reporting.html.parts import SYMBOLS, verdict_style
from assurance.verdicts import Decision, Source, Verdict

CELL = 22
"""Width and height of a cell, in pixels."""
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
    width, height = len(found) * CELL, HEAD + len(rows(controls)) * CELL
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
    places = (number for number, one in enumerate(found) if isinstance(one, Gap))
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
            free = number + 4
        last = column.night
    return labels
