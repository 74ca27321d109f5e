"""The score as a page of HTML that needs nothing beside it: the document of `report`, for readers of evidence packs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

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
.number { text-align: right }
@media print {
  body { max-width: none; padding: 0; background: #fff; color: #000; font-size: 10pt }
  h2, h3 { break-after: avoid }
}
"""


def page(document: str) -> str:
    """Return the page that shows `document`, Markdown of the few forms that `report` writes.

    Headings, paragraphs, lists of one level, tables, code and strong words; whatever else comes is shown as text.
    """
    blocks = (block for block in document.split("\n\n") if block.strip())
    body = "\n".join(_block(block.strip("\n")) for block in blocks)
    title = "Falsifiability of APEX Assurance"
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _block(block: str) -> str:
    lines = block.split("\n")
    heading = re.fullmatch(r"(#{1,3}) (.+)", block)
    if heading is not None:
        level = len(heading.group(1))
        return f"<h{level}>{_inline(heading.group(2))}</h{level}>"
    if lines[0].startswith("| ") and len(lines) > 1 and set(lines[1]) <= set("|-: "):
        return _table(lines)
    if lines[0].startswith("- "):
        items = re.split(r"^- ", block, flags=re.M)[1:]
        return "<ul>\n" + "\n".join(f"<li>{_inline(' '.join(item.split()))}</li>" for item in items) + "\n</ul>"
    return f"<p>{_inline(' '.join(lines))}</p>"


def _table(lines: list[str]) -> str:
    styles = [' class="number"' if cell.endswith(":") else "" for cell in _cells(lines[1])]
    head = _row("th", _cells(lines[0]), [f'{style} scope="col"' for style in styles])
    body = "\n".join(_row("td", _cells(line), styles) for line in lines[2:])
    table = f"<table>\n<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="Score by control">{table}</div>'


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _row(tag: str, cells: Iterable[str], styles: Iterable[str]) -> str:
    made = (f"<{tag}{style}>{_inline(cell)}</{tag}>" for cell, style in zip(cells, styles, strict=False))
    return f"<tr>{''.join(made)}</tr>"


def _inline(text: str) -> str:
    """Return escaped text with code and strong words marked; within code nothing else is markup."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return "".join(f"<code>{escape(part)}</code>" if place % 2 else _strong(part) for place, part in enumerate(parts))


def _strong(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text))
