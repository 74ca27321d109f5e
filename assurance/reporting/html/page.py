"""The HTML report's page, from its cover to the last reading; `html` hands it to pytest-html."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from assurance.reporting.html.controls import clauses, controls
from assurance.reporting.html.cover import cover, printed_on_every_page
from assurance.reporting.html.data import embedded, embedded_bodies
from assurance.reporting.html.estate_figure import estate_section
from assurance.reporting.html.figures import drawn
from assurance.reporting.html.findings import findings, not_applicable, unjudged, waived
from assurance.reporting.html.grid import role_grid
from assurance.reporting.html.markup import Html, element, join
from assurance.reporting.html.parts import section
from assurance.reporting.model import RunModel
from assurance.reporting.wording import counted

STYLE_FILE = "report.css"
SCRIPT_FILE = "report.js"
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'
CONTENTS = (
    ("decision", "Decision"),
    ("findings", "Findings"),
    ("not-evaluated", "Not judged"),
    ("waived", "Waived"),
    ("network", "Network"),
    ("controls", "Controls"),
    ("clauses", "ISO 27001"),
    ("roles", "Roles"),
    ("figures", "Figures"),
    ("cases", "Every case"),
    ("readings", "Readings"),
)
NEEDS_SCRIPT = "This list needs JavaScript; results.csv and results.json beside this page hold the same."


def page(model: RunModel, *, falsifiability: str = "", without_verdict: Sequence[str] = ()) -> Html:
    """Return the whole page.

    Args:
        model: The run.
        falsifiability: Address of the page that shows that the checks can fail; empty if it is not beside the report.
        without_verdict: Node ids of what broke down without a verdict, such as a file that could not be imported.
    """
    body = join(
        cover(model, falsifiability),
        _without_verdict(without_verdict),
        findings(model),
        unjudged(model),
        waived(model),
        estate_section(model),
        annex(),
        not_applicable(model),
        controls(model),
        clauses(model),
        role_grid(model),
        drawn(model),
        _cases(model),
        _readings(model),
    )
    head = join(Html(f"{VIEWPORT}<style>{shipped(STYLE_FILE)}</style>"), printed_on_every_page(model))
    data = join(embedded(model), Html(f"<script>{shipped(SCRIPT_FILE)}</script>"), embedded_bodies(model))
    return join(head, _contents(body), element("main", body, lang="en"), data)


def shipped(name: str) -> str:
    """Return the text of a file that stands beside this module: the page's style sheet or its script."""
    return files(__package__).joinpath(name).read_text("utf-8")


def annex() -> Html:
    """Return what stands on paper before all that is not decision, findings or network."""
    return element("p", "Annex: controls, clauses, roles, figures, every case and reading.", class_="annex")


def _contents(body: Html) -> Html:
    there = [(place, name) for place, name in CONTENTS if f'id="{place}"' in body]
    links = (element("li", element("a", name, href=f"#{place}")) for place, name in there)
    return element("nav", element("ul", *links), aria_label="Contents", lang="en", class_="contents")


def _without_verdict(node_ids: Sequence[str]) -> Html:
    if not node_ids:
        return Html()
    listed = element("ul", *(element("li", element("code", node_id)) for node_id in node_ids))
    told = "The traceback and the captured output stand in this run's terminal: nothing has redacted them."
    return section("without-verdict", f"Without a verdict ({len(node_ids):,})", element("p", told), listed)


def _cases(model: RunModel) -> Html:
    introduction = element("p", f"{counted(len(model.verdicts), 'case')}; open one to see what it rests on.")
    place = element("div", id="case-list")
    return section("cases", "Every case", introduction, element("noscript", NEEDS_SCRIPT), place)


def _readings(model: RunModel) -> Html:
    introduction = element(
        "p",
        f"{counted(len(model.readings), 'reading')}, in the order in which they were begun. Secrets and personal data "
        "were taken out before a body was written and digested; its digest is its file's name in the tape's bodies/.",
    )
    place = element("div", id="reading-list")
    return section("readings", "Readings", introduction, element("noscript", NEEDS_SCRIPT), place)
