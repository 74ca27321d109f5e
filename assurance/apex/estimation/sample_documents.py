"""The PDFs of the workflow, made on the fly: real pages with text, the same bytes whenever the same is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assurance.apex.estimation.pdf import pdf
from assurance.environment.classification import DocumentType
from assurance.errors import NotEvaluated

if TYPE_CHECKING:
    from assurance.environment.application import DeclaredApplication

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
