"""Writes a plain PDF: pages of headings and paragraphs in Helvetica, the same bytes for the same text.

Of PDF 1.7 (ISO 32000-1) it needs pages, one of the fourteen standard fonts, and text in WinAnsiEncoding; a library for
that would be a quarter of what the suite installs.
"""

from __future__ import annotations

import textwrap
import zlib
from collections.abc import Sequence

LETTER_POINTS = (612, 792)
MARGIN_POINTS = 57
HEADING_POINTS, TEXT_POINTS, LEADING_POINTS, GAP_POINTS = 16, 11, 17, 9
# Helvetica's mean width of English text is half its size: a line of this many characters stays within the margins.
LINE_CHARACTERS = 84

Page = tuple[str, Sequence[str]]


def pdf(title: str, pages: Sequence[Page]) -> bytes:
    """Return a document with a page for each heading and its paragraphs.

    Raises:
        UnicodeEncodeError: A text has a character that WinAnsiEncoding lacks.
    """
    first_page = 6
    kids = " ".join(f"{first_page + 2 * number} 0 R" for number in range(len(pages)))
    width, height = LETTER_POINTS
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} /MediaBox [0 0 {width} {height}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        b"<< /Title " + _text(title) + b" >>",
    ]
    for number, page in enumerate(pages):
        resources = "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >>"
        contents = first_page + 2 * number + 1
        objects.append(f"<< /Type /Page /Parent 2 0 R {resources} /Contents {contents} 0 R >>".encode())
        drawn = zlib.compress(_drawn(page))
        heading = f"<< /Length {len(drawn)} /Filter /FlateDecode >>\nstream\n".encode()
        objects.append(heading + drawn + b"\nendstream")
    return _file(objects)


def _drawn(page: Page) -> bytes:
    """Return the operators that draw a page, from the top down."""
    heading, paragraphs = page
    top = LETTER_POINTS[1] - MARGIN_POINTS - HEADING_POINTS
    lines = [f"BT /F2 {HEADING_POINTS} Tf {MARGIN_POINTS} {top} Td ".encode(), _text(heading), b" Tj "]
    lines.append(f"/F1 {TEXT_POINTS} Tf 0 -{GAP_POINTS} Td ".encode())
    for paragraph in paragraphs:
        for line in textwrap.wrap(paragraph, LINE_CHARACTERS):
            lines += [f"0 -{LEADING_POINTS} Td ".encode(), _text(line), b" Tj "]
        lines.append(f"0 -{GAP_POINTS} Td ".encode())
    return b"".join([*lines, b"ET"])


def _text(text: str) -> bytes:
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return b"(" + escaped.encode("cp1252") + b")"


def _file(objects: Sequence[bytes]) -> bytes:
    """Return the file of these objects, of which the first is the catalogue and the fifth tells of the document."""
    parts = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"]
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(sum(map(len, parts)))
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, content))
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    start = sum(map(len, parts))
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return b"".join([*parts, b"xref\n0 %d\n0000000000 65535 f \n" % size, table, trailer])
