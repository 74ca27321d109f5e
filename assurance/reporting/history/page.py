"""`reports/ENVIRONMENT/index.html`: the history as one static page that opens offline and links every pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from assurance.evidence.pack import write_whole
from assurance.judging.controls import CONTROLS
from assurance.reporting.history import charts
from assurance.reporting.history.charts import Column, Track, chart
from assurance.reporting.history.courses import Course, courses
from assurance.reporting.history.model import Gap, History, PastRun
from assurance.reporting.history.text import green, night_problems, problem_lines, series_sentence, shown
from assurance.reporting.html.parts import Content, Html, definitions, element, join, section, table, verdict_badge
from assurance.reporting.html.report import STYLE_FILE, VIEWPORT, shipped
from assurance.reporting.wording import VERDICT_WORDS, counted
from assurance.verdicts import Source, Verdict

INDEX = "index.html"
REPORT = "report.html"
WORTH = {
    Source.LIVE: "Statistics count complete live runs; replays and interrupted runs are shown, and not counted.",
    Source.RECORDED: "There is no live run: this history is no audit evidence of a deployment.",
    Source.SANDBOX: "There is no live run, only the sandbox: this history is no audit evidence of a deployment.",
}


def write_index(directory: Path, history: History) -> Path:
    """Write the page of a history beside its packs, whole or not at all, and return its path."""
    path = directory / INDEX
    write_whole(path, page(history).encode("utf-8", "replace"))
    return path


def page(history: History) -> Html:
    """Return the whole page."""
    columns = charts.columns(history.runs, history.series.gaps)
    title = f"APEX Assurance: history of {history.environment}"
    style = join(Html(shipped(STYLE_FILE)), Html(_own("history.css")))
    head = Html(f'<meta charset="utf-8">{VIEWPORT}{element("title", title)}<style>{style}</style>')
    known = sorted({control for run in history.runs for control in run.controls})
    body = join(
        element("h1", title),
        _banner(history),
        _summary(history),
        _problems(history),
        _nights(history),
        _grid(history, columns, known),
        _trend(history),
        _controls(history),
        _figures(history),
        _approvals(history),
        _runs(columns),
    )
    script = Html(f"<script>{_own('history.js')}</script>")
    return Html(
        f'<!DOCTYPE html><html lang="en"><head>{head}</head><body>{element("main", body)}{script}</body></html>'
    )


def _own(name: str) -> str:
    """Return the text of a file that stands beside this module."""
    return files(__package__).joinpath(name).read_text("utf-8")


def _banner(history: History) -> Html:
    number = len(history.counted)
    paragraph = element(
        "p", element("strong", str(history.basis)), counted(number, "run"), " counts." if number == 1 else " count."
    )
    worth = element("p", WORTH[history.basis], class_="worth")
    return element("div", paragraph, worth, class_=f"banner {history.basis.lower()}")


def _summary(history: History) -> Html:
    latest = history.counted[-1] if history.counted else None
    packs = (
        "Each pack's manifest and results were compared with the ledger."
        if history.packs_were_opened
        else f"Looked for, not opened; apex-assurance history --env {history.environment} --html compares each of them."
    )
    since = f"{history.since:%Y-%m-%d}" if history.since is not None else "the first line of the ledger"
    of_source = ((source, sum(run.source is source for run in history.runs)) for source in Source)
    facts: tuple[tuple[str, Content], ...] = (
        ("Period", f"from {since} to {shown(history.until)} UTC"),
        ("Latest that counts", _link(latest) if latest is not None else "none"),
        ("Runs", ", ".join(f"{number:,} {source}" for source, number in of_source if number) or "none"),
        ("Nights", series_sentence(history.series)),
        ("Packs", packs),
        ("End of the ledger", element("code", history.end or "not known")),
    )
    return element("section", definitions(facts), id="run")


def _problems(history: History) -> Html:
    lines = problem_lines(history)
    if not lines:
        return Html()
    listed = element("ul", *(element("li", line) for line in lines))
    return section("problems", f"Problems ({len(lines):,})", element("div", listed, class_="item fail"))


def _nights(history: History) -> Html:
    lines = night_problems(history.series.gaps)
    missing = element("ul", *(element("li", line) for line in lines)) if lines else Html()
    style = "item not-evaluated" if lines else "item pass"
    held = element("p", series_sentence(history.series))
    return section(
        "nights", f"Missing nights ({len(history.series.gaps):,})", element("div", held, missing, class_=style)
    )


def _grid(history: History, found: Sequence[Column], known: Sequence[str]) -> Html:
    if not found:
        return section("grid-of-runs", "Controls by run", element("p", "No run in this period."))
    caption = (
        f"{counted(len(known), 'control')} by {counted(len(history.runs), 'run')} and "
        f"{counted(len(history.series.gaps), 'missing night')}, the latest first; the tables below say the same."
    )
    names = element("ul", *(_name(row) for row in charts.rows(known)), class_="row-names")
    drawn = element(
        "div",
        charts.drawing(found, known, caption),
        class_="grid-scroll",
        tabindex="0",
        role="region",
        aria_label="The grid",
    )
    pointed = element("p", "Point at a cell to see which run it is; a click opens its report.", id="pointed")
    both = element("div", names, drawn, class_="history-grid")
    return section("grid-of-runs", "Controls by run, the latest first", _legend(), both, pointed)


def _name(row: str) -> Html:
    title = CONTROLS[row].title if row in CONTROLS else row
    return element("li", row, title=title)


def _legend() -> Html:
    marks = [verdict_badge(verdict) for verdict in VERDICT_WORDS]
    marks += [element("span", f"{source[0]} {source}", class_=f"verdict {source.lower()}") for source in Source]
    marks += [element("span", "▨ missing night", class_="verdict missing")]
    return element("ul", *(element("li", mark) for mark in marks), class_="legend")


def _controls(history: History) -> Html:
    controls = courses(history.counted)
    if not controls:
        return Html()
    header = ("Control", "Now", "Runs", "Failed", "Not judged", "First failure", "Last failure", "Mean time to green")
    listed = table("Each control over the runs that count", header, map(_course, controls), "courses")
    note = "Green is a pass: neither a waiver nor what could not be judged ends a failure. Times are UTC."
    return section("controls", "Controls over time", listed, element("p", note, class_="note"))


def _course(one: Course) -> tuple[Content, ...]:
    title = CONTROLS[one.control].title if one.control in CONTROLS else "no control of this version"
    name = join(element("span", one.control, class_="ids"), f" {title}")
    numbers = (f"{one.judged:,}", f"{one.failed:,}", f"{one.unjudged:,}")
    return (name, verdict_badge(one.now), *numbers, shown(one.first_failure), shown(one.last_failure), green(one))


TRENDS = ((Verdict.FAIL, "Failing cases"), (Verdict.NOT_EVALUATED, "Cases not evaluated"))


def _trend(history: History) -> Html:
    """Draw how many cases failed, and how many could not be judged, from run to run of those that count."""
    known = [(run.started, run.outcome.verdicts) for run in history.counted if run.outcome is not None]
    if not known:
        return Html()
    drawn = [
        chart(Track(title, "cases", [(at, _number_of(verdict, controls)) for at, controls in known], 0.0))
        for verdict, title in TRENDS
    ]
    return section("trend", "Trend", element("div", *drawn, class_="small-charts"))


def _number_of(verdict: Verdict, controls: Mapping[str, Mapping[Verdict, int]]) -> float:
    return float(sum(counted.get(verdict, 0) for counted in controls.values()))


def _figures(history: History) -> Html:
    drawn = [chart(track) for control in CONTROLS if (track := _track(control, history.counted)) is not None]
    if not drawn:
        return Html()
    return section("figures", "Service levels", element("div", *drawn, class_="small-charts"))


def _track(control: str, runs: Sequence[PastRun]) -> Track | None:
    """Return a service level over the runs that judged it; None if none could tell."""
    judging = [run for run in runs if run.outcome is not None and control in run.outcome.verdicts]
    figures = [run.outcome.figures.get(control) for run in judging if run.outcome is not None]
    known = [figure for figure in figures if figure is not None]
    if not known:
        return None
    points = [
        (run.started, None if figure is None else figure.value) for run, figure in zip(judging, figures, strict=True)
    ]
    return Track(f"{control} {CONTROLS[control].title}", known[-1].unit, points, known[-1].limit)


def _approvals(history: History) -> Html:
    rows = [
        (shown(approval.approved), approval.change, approval.approver, approval.run) for approval in history.approvals
    ]
    if not rows:
        return section("approvals", "Baselines approved", element("p", "None in this period."))
    header = ("Approved (UTC)", "Change", "Approver", "Run")
    return section("approvals", "Baselines approved", table("Approvals of baselines", header, rows, "plain"))


def _runs(found: Sequence[Column]) -> Html:
    header = ("Began (UTC)", "Decision", "Source", "Fails", "Not judged", "Notes")
    rows = (_missing(column) if isinstance(column, Gap) else _run(column) for column in found)
    return section(
        "runs", "Every run", table("Every run and every missing night, the latest first", header, rows, "runs")
    )


def _missing(gap: Gap) -> tuple[Content, ...]:
    return (
        str(gap.night),
        element("span", "▨ missing night", class_="verdict missing"),
        "",
        "",
        "",
        gap.instead or "no run",
    )


def _run(run: PastRun) -> tuple[Content, ...]:
    decision = element("span", str(run.decision), class_=f"verdict {charts.DECISION_STYLES[run.decision]}")
    source = element("span", str(run.source), class_=f"verdict {run.source.lower()}")
    notes = [*run.problems, *([] if run.complete else ["interrupted"])]
    if run.outcome is None:
        notes.append("its verdicts are not known")
    failing = _with(run, Verdict.FAIL), _with(run, Verdict.NOT_EVALUATED)
    return (_link(run), decision, source, *failing, "; ".join(notes))


def _link(run: PastRun) -> Content:
    """Return when a run began, as a link to its report if its pack is there."""
    began = shown(run.started)
    return element("a", began, href=f"{run.id}/{REPORT}", title=run.id) if run.has_pack else began


def _with(run: PastRun, verdict: Verdict) -> str:
    named = (control for control in sorted(run.controls) if run.outcome and run.outcome.verdicts[control].get(verdict))
    return ", ".join(named)
