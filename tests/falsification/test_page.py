"""The score as a page."""

from __future__ import annotations

import re

from falsification import report
from falsification.page import page
from falsification.results import Result, Score

SCORE = Score((Result("violation", "one", "SEC-01", 1, ("not reported by <SEC-01>",)),))


def test_every_word_of_the_document_is_on_the_page() -> None:
    """Nothing of the document is lost: its words, in order, are those of the page."""
    document = report.document(SCORE)
    rows = [line for line in document.splitlines() if not re.fullmatch(r"[|:\- ]+", line)]
    plain = re.sub(r"^(#+|-) ", "", "\n".join(rows), flags=re.M).replace("**", "").replace("|", " ").replace("`", "")
    body = page(document).partition("<main>")[2].partition("</main>")[0]
    shown = re.sub(r"<[^>]+>", " ", body)
    for escaped, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&")):
        shown = shown.replace(escaped, character)
    assert "".join(shown.split()) == "".join(plain.split())


def test_forms_of_the_document() -> None:
    """Headings, lists that go on in the next line, tables, code and strong words have their elements."""
    made = page("# One\n\n- a `x<y`\n  goes on\n- **b**\n\n| A | B |\n|---|---:|\n| c | 1 |\n")
    assert "<h1>One</h1>" in made
    assert "<li>a <code>x&lt;y</code>\ngoes on</li>\n<li><strong>b</strong></li>" in made
    assert '<td>c</td>\n<td style="text-align:right">1</td>' in made
    assert made.count("<table>") == made.count('<div class="scroll"') == 1


def test_page_needs_nothing_beside_it() -> None:
    """The page loads nothing and runs nothing, and markup in the document is text."""
    made = page("<script>alert(1)</script> `<img src=x>` an odd ` backtick")
    assert "<script" not in made
    assert "<img" not in made
    assert not re.search(r"\b(src|href)=", made.replace("&lt;img src=", ""))
