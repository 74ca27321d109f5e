"""The PDFs of the workflow, made on the fly: real pages with text, the same bytes whenever the same is asked for."""

from __future__ import annotations

import textwrap
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assurance.environment.application_tables import DocumentType
from assurance.errors import NotEvaluated

if TYPE_CHECKING:
    from assurance.environment.application import DeclaredApplication

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


MEDIA_TYPE = "application/pdf"


@dataclass(frozen=True, slots=True)
class Paper:
    """One PDF to be uploaded.

    Attributes:
        document_type: What it is uploaded as.
        name: Its file name.
        content: Its bytes.
    """

    document_type: DocumentType
    name: str
    content: bytes


Section = tuple[str, tuple[str, ...]]

SCOPE: tuple[Section, ...] = (
    ("Scope of Work", (
        "Project {number}. A single-circuit overhead transmission line of {voltage} kV, {miles} miles long.",
        "It runs between two existing substations, in rolling terrain.",
        "The contractor furnishes all labor, equipment and materials not listed as owner-furnished.",
    )),
    ("Structures and Foundations", (
        "Steel monopoles, 110 to 140 ft, about 7 per mile; tangent ones 85 %, angles and dead ends 15 %.",
        "Drilled pier foundations, 7 ft diameter, 25 to 35 ft deep, in stiff clay; rock at one tenth of them.",
    )),
    ("Conductor and Hardware", (
        "Two-bundle 954 kcmil ACSR Cardinal for each phase, one OPGW of 48 fibers, one EHS shield wire.",
        "Polymer V-string insulator assemblies; spacers and dampers as the sag and tension study demands.",
    )),
    ("Right of Way, Access and Environment", (
        "150 ft right of way, of which 40 % is to be cleared; access roads of 2.5 miles; matting across wetlands.",
        "Erosion control, and restoration after construction, in accordance with the permits.",
    )),
    ("Schedule", (
        "Notice to proceed in March; foundations April to August; erection June to October; energization in December.",
        "Outages of the crossed 138 kV line are limited to two windows of five days.",
    )),
    ("Assumptions and Exclusions", (
        "Included: mobilization, survey, geotechnical confirmation, testing and commissioning of the line.",
        "Excluded: substation works, land acquisition, owner's engineering, sales tax.",
    )),
)  # fmt: skip

DRAWINGS: tuple[Section, ...] = (
    ("Drawing E-101: Plan and Profile", (
        "Project {number}, {voltage} kV. Stations 0+00 to 132+00, {miles} miles; 15 spans of about 750 ft.",
        "Maximum sag 28.4 ft at 212 F; clearance to ground 27 ft at the least.",
    )),
    ("Drawing E-201: Tangent Monopole", (
        "Steel monopole, 120 ft, class H5; davit arms at 12 ft spacing; moment at the ground line 2 150 kip-ft.",
    )),
    ("Drawing E-301: Drilled Pier Foundation", (
        "Diameter 7 ft, depth 30 ft, 43 cubic yards of concrete of 4 000 psi, 24 bars number 11, ties number 5.",
    )),
    ("Drawing E-401: Insulator Assembly and Bill of Materials", (
        "Structures 105; insulator assemblies 315; conductor 95 000 ft for each phase; OPGW 81 000 ft.",
    )),
)  # fmt: skip

BID: tuple[Section, ...] = (
    ("Bid Form", (
        "Project {number}: {voltage} kV transmission line, {miles} miles. Lump sum and unit prices, valid for 90 days.",
    )),
    ("Schedule of Prices", (
        "1 Mobilization, 1 lot, 410 000 USD. 2 Foundations, 105 each, 38 500 USD. 3 Structures, 105 each, 61 200 USD.",
        "4 Conductor and OPGW, 15 miles, 186 000 USD. 5 Clearing and access, 1 lot, 1 240 000 USD.",
    )),
    ("Qualifications", (
        "Bond of 100 %; safety record EMR 0.72; key personnel and equipment as listed.",
        "Exceptions: none. Clarification: rock excavation is measured and paid by unit price.",
    )),
)  # fmt: skip

CONTENTS: dict[DocumentType, tuple[Section, ...]] = {
    "scope": SCOPE,
    "engineering": DRAWINGS,
    "schedule": SCOPE[4:5],
    "bid": BID,
}


def paper_of(declared: DeclaredApplication, document_type: DocumentType, project_number: str) -> Paper:
    """Return what is uploaded as a type: the environment's own file, or one that is made for the project.

    Raises:
        NotEvaluated: The environment's own file cannot be read.
    """
    own = declared.documents.of(document_type)
    if own is None:
        return paper(document_type, project_number)
    try:
        return Paper(document_type, f"{project_number}-{document_type}.pdf", own.read_bytes())
    except OSError as error:
        raise NotEvaluated(
            f"The document to upload as {document_type} cannot be read: {own}: {error.strerror}.",
            f"Correct application.documents.{document_type} of the environment file.",
        ) from error


def paper(document_type: DocumentType, project_number: str, voltage_kv: int = 345, miles: float = 15.0) -> Paper:
    """Return the PDF of a project: a page for each section.

    Args:
        document_type: What it is.
        project_number: The project that it is about.
        voltage_kv: The line's voltage, in kV.
        miles: The line's length, in miles.
    """
    filled = {"number": project_number, "voltage": str(voltage_kv), "miles": f"{miles:g}"}
    pages = [
        (heading, tuple(paragraph.format(**filled) for paragraph in paragraphs))
        for heading, paragraphs in CONTENTS[document_type]
    ]
    content = pdf(f"{project_number} {document_type}", pages)
    return Paper(document_type, f"{project_number}-{document_type}.pdf", content)
