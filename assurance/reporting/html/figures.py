"""Charts of the HTML report: functions that draw a run as inline SVG, registered in one tuple.

To add one, write a function from the model to a section (see `section`), or to None where the run has nothing for it,
and name it in `FIGURES`. It may use the colours of report.css by their class names, so that it follows light and dark.
"""

from __future__ import annotations

from collections.abc import Callable

from assurance.reporting.html.charts import section
from assurance.reporting.html.load_figures import load_percentiles, load_response_times, load_throughput
from assurance.reporting.html.markup import Html, element, join
from assurance.reporting.html.parts import verdict_style
from assurance.reporting.html.telemetry_figures import list_latencies, response_times, throughput
from assurance.reporting.model import ControlSummary, RunModel
from assurance.reporting.wording import counts_in_words
from assurance.verdicts import Verdict

Figure = Callable[[RunModel], Html | None]

ORDER = (Verdict.FAIL, Verdict.NOT_EVALUATED, Verdict.WAIVED, Verdict.PASS, Verdict.NOT_APPLICABLE)
WIDTH = 1000
NAME_WIDTH = 90
NUMBER_WIDTH = 70
ROW = 24


def drawn(model: RunModel) -> Html:
    """Return the section with every figure that has something to show."""
    figures = [figure for draw in FIGURES if (figure := draw(model)) is not None]
    if not figures:
        return Html()
    return element("section", element("h2", "Figures"), *figures, class_="apex-section", id="figures")


def cases_by_control(model: RunModel) -> Html | None:
    """Draw one bar for each control, as long as it has cases, in the colours of its verdicts."""
    summaries = model.controls()
    if not summaries:
        return None
    most = max(sum(summary.counts.values()) for summary in summaries)
    bars = (_bar(summary, ROW * row, most) for row, summary in enumerate(summaries))
    told = f"A bar is as long as its control has cases, at most {most:,}; what fails or is not judged comes first."
    return section("Cases by control", told, join(*bars), WIDTH, ROW * len(summaries))


def _bar(summary: ControlSummary, top: int, most: int) -> Html:
    scale = (WIDTH - NAME_WIDTH - NUMBER_WIDTH) / most
    parts = [element("text", summary.control.id, x="0", y=f"{top + 16}", class_="name")]
    left = float(NAME_WIDTH)
    for verdict in ORDER:
        width = summary.counts[verdict] * scale
        if width:
            style = f"bar {verdict_style(verdict)}"
            parts.append(
                element("rect", x=f"{left:.1f}", y=f"{top + 4}", width=f"{width:.1f}", height="16", class_=style)
            )
            left += width
    total = f"{sum(summary.counts.values()):,}"
    parts.append(element("text", total, x=f"{left + 8:.1f}", y=f"{top + 16}", class_="number"))
    title = element("title", f"{summary.control.id}: {counts_in_words(summary.counts)}")
    return element("g", title, *parts)


FIGURES: tuple[Figure, ...] = (
    cases_by_control,
    response_times,
    throughput,
    list_latencies,
    load_response_times,
    load_throughput,
    load_percentiles,
)
