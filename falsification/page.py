"""The score as a page of HTML that needs nothing beside it: the document of `report`, for readers of evidence packs."""

from __future__ import annotations

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
