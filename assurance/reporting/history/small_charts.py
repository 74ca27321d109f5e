"""Small charts of one figure over time, as inline SVG with a scale of its own: what matters is far from zero; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from assurance.reporting.html.charts import section
from assurance.reporting.html.markup import Html, element, join

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
    told = (
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
    return section(track.title, told, drawing, WIDTH, HEIGHT)


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
