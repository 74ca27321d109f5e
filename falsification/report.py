"""The score in words and as a page: a table for the terminal, a document, and HTML that needs nothing beside it."""

from __future__ import annotations

from typing import Any

from assurance.judging.controls import CONTROLS
from falsification.apex.stage import ApexStage
from falsification.azure import harmless, violations
from falsification.azure.rewrites import REWRITES
from falsification.catalogue import Harmless, Violation
from falsification.change_records.stage import ChangeRecordStage
from falsification.judge import Score

STYLE = """
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #fff; --text: #1b2027; --quiet: #56606b; --line: #d8dde3; --code: #e9ecf0
}
@media (prefers-color-scheme: dark) {
  :root { --page: #0f1318; --card: #181d24; --text: #e4e8ed; --quiet: #a6b0bb; --line: #343c46; --code: #232a33 }
}
body { max-width: 900px; margin: 0 auto; padding: 28px 20px 64px; background: var(--page); color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif }
h1 { font-size: 28px; letter-spacing: -.015em }
h2 { margin-top: 40px; font-size: 21px }
h3 { margin-top: 28px; font-size: 16px }
h1, h2, h3 { line-height: 1.25 }
li { margin: 4px 0 }
code { padding: 1px 5px; border-radius: 4px; background: var(--code); font-size: 13px; overflow-wrap: anywhere }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--card) }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: 8px 12px; border-bottom: 1px solid var(--line); text-align: left }
tr:last-child td { border-bottom: 0 } thead th { color: var(--quiet); font-size: 13px }
@media print {
  body { max-width: none; padding: 0; background: #fff; color: #000; font-size: 10pt }
  h2, h3 { break-after: avoid }
}
"""


TITLE = "Falsifiability of APEX Assurance"
SCROLLING = '<div class="scroll" tabindex="0" role="region" aria-label="Score by control">'


def page(document: str) -> str:
    """Return the page that shows `document`, which is Markdown with tables; markup within it is shown as text."""
    # Importing it costs more than the rest of the command's start.
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link", "autolink"])
    rendered = body.render(document).replace("<table>", f"{SCROLLING}<table>").replace("</table>", "</table></div>")
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{TITLE}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{rendered}</main>\n</body>\n</html>\n"
    )


METHOD = """# Falsifiability

A check that cannot fail proves nothing. So the suite is tried on worlds that are wrong on purpose, and this is how it
did.

- **Violations**: each is one way in which reality breaks a requirement. The controls named must report it, by the check
  that it is meant for, and no other control may.
- **Harmless changes**: the world is other than it was, and still as the guide demands. No verdict may change.
- **Inability**: in the place of every reading that the checks rest on, every fault in turn: no permission, throttling,
  a hang, a reset, a page that never ends, a body of another resource or of another api-version. Every case that rests
  on the reading must be not evaluated, or fail; none may pass. What is counted are the cases.

The worlds are the sandbox's, in one process: the checks themselves, over the official SDK's clients, our transport,
redaction and tape, with functions in the place of sockets. A case is judged again if any reading that it asks for is
other than in the compliant world. The application is the sandbox's APEX, called over its web interface (ASGI): a
violation is one broken behaviour, judged by the whole family of controls that it belongs to; a fault comes in the place
of one answer that facts cite, while all other answers stay what they were.

Our bar is: all violations found, no false alarm, no false pass. `make falsify` computes this page; a survivor is a
defect of a check, and the check is mended, not the catalogue.
"""


def table(score: Score) -> str:
    """Return the score by control, as a table in Markdown."""
    lines = [
        "| Control | Violations found / all | False alarms / harmless | False passes / inability |",
        "|---|---:|---:|---:|",
    ]
    named = [(control, f"{control} {requirement.title}") for control, requirement in CONTROLS.items()]
    for control, title in named:
        if any(result.control == control for result in score.results):
            lines.append(f"| {title} | {_cells(score, control)} |")
    return "\n".join([*lines, f"| **All** | {_cells(score, None)} |"])


def document(score: Score) -> str:
    """Return the whole document, in Markdown."""
    survivors = "\n".join(f"- {survivor}" for survivor in score.survivors) or "None."
    parts = [
        METHOD,
        f"## Score\n\n{table(score)}\n\nA violation that several controls report counts once in the last line.",
    ]
    parts += [
        f"## Survivors\n\n{survivors}",
        f"## Violations\n\n{_violations()}",
        f"## Harmless changes\n\n{_harmless()}",
    ]
    return "\n\n".join((*parts, f"## Faults\n\n{_faults(score)}")) + "\n"


def _cells(score: Score, control: str | None) -> str:
    missed, all_of_them = score.counts("violation", control)
    alarms, harmless_ones = score.counts("harmless", control)
    passes, cases = score.counts("inability", control)
    return f"{all_of_them - missed} / {all_of_them} | {alarms} / {harmless_ones} | {passes} / {cases}"


def _violations() -> str:
    sections = []
    every: list[Violation[Any]] = [*violations.CATALOGUE]  # Any: of every kind of world
    every += [*ApexStage.violations.values(), *ChangeRecordStage.violations.values()]
    for control, described in CONTROLS.items():
        own = [violation for violation in every if violation.controls[0] == control]
        if own:
            entries = "\n".join(
                f"- `{violation.name}`: {violation.wrong}{_others(violation.controls, control)}" for violation in own
            )
            sections.append(f"### {control} {described.title} ({len(own)})\n\n{entries}")
    return "\n\n".join(sections)


def _others(controls: tuple[str, ...], control: str) -> str:
    others = [other for other in controls if other != control]
    return f" Reported by {', '.join(others)} as well." if others else ""


def _harmless() -> str:
    every: list[Harmless[Any]] = [*harmless.CATALOGUE]  # Any: as above
    every += [*ApexStage.harmless.values(), *ChangeRecordStage.harmless.values()]
    return "\n".join(f"- `{entry.name}`: {entry.other}" for entry in every)


def _faults(score: Score) -> str:
    names = {result.name.split(": ", 1)[0] for result in score.results if result.kind == "inability"}
    readings = {result.name.split(": ", 1)[1] for result in score.results if result.kind == "inability"}
    lines = "\n".join(f"- `{name}`{_meaning(name)}" for name in sorted(names))
    return f"Each in the place of every reading that it can befall, of {len(readings)}:\n\n{lines}"


def _meaning(fault: str) -> str:
    rewrite = REWRITES.get(fault)
    sentence = (rewrite.__doc__ or "").strip() if rewrite is not None else ""
    return f": {sentence}" if sentence else ""
