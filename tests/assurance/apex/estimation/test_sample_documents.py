"""The PDFs that are uploaded."""

from __future__ import annotations

import re

import pytest

from assurance.apex.estimation.sample_documents import CONTENTS, paper
from assurance.environment.classification import DocumentType


@pytest.mark.parametrize("document_type", list(CONTENTS))
def test_a_paper_is_the_same_whenever_it_is_made(document_type: DocumentType) -> None:
    """The same paper has the same bytes, and that of another project has others: a replay asks what was asked."""
    first, second = paper(document_type, "E2E-1"), paper(document_type, "E2E-1")
    assert first == second
    assert paper(document_type, "E2E-2").content != first.content
    assert first.name == f"E2E-1-{document_type}.pdf"


@pytest.mark.parametrize("document_type", list(CONTENTS))
def test_a_paper_is_a_pdf_with_a_page_for_each_section(document_type: DocumentType) -> None:
    """A paper is a real PDF with as many pages as it has sections."""
    content = paper(document_type, "E2E-1").content
    assert content.startswith(b"%PDF-1.")
    assert content.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type /Page\b(?!s)", content)) == len(CONTENTS[document_type])
