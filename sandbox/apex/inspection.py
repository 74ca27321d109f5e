"""Reading a document: what Document Intelligence finds in a file, as far as that needs no machine learning."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The MIME types that are taken, and how a file of each begins.
SIGNATURES = {PDF: b"%PDF-", WORD: b"PK\x03\x04", SHEET: b"PK\x03\x04"}

# An unpacked part larger than this is not read on.
MAXIMUM_PART_BYTES = 16 * 1024 * 1024
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_SHOWN = re.compile(rb"\(((?:[^()\\]|\\.)*)\)\s*(?:Tj|'|\")|\[((?:[^\]\\]|\\.)*)\]\s*TJ", re.DOTALL)
_PART = re.compile(rb"\(((?:[^()\\]|\\.)*)\)", re.DOTALL)
_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
_TAG = re.compile(rb"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in a document.

    Attributes:
        pages: How many pages it has; 0 where it could not be read.
        text: Its text.
    """

    pages: int
    text: str

    @property
    def words(self) -> int:
        """How many words the text has."""
        return len(self.text.split())


def inspect(content: bytes) -> Inspection:
    """Read a PDF, or a Word or Excel file; what is none of them has no page."""
    if content.startswith(SIGNATURES[PDF]) and b"%%EOF" in content[-1024:]:
        return _pdf(content)
    if content.startswith(SIGNATURES[WORD]):
        return _office(content)
    return Inspection(0, "")


def _pdf(content: bytes) -> Inspection:
    shown = [_shown_text(_unpacked(match[1])) for match in _STREAM.finditer(content)]
    return Inspection(len(_PAGE.findall(content)), " ".join(text for text in shown if text))


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream, MAXIMUM_PART_BYTES)
    except zlib.error:
        return stream


def _shown_text(stream: bytes) -> str:
    parts = []
    for match in _SHOWN.finditer(stream):
        pieces = _PART.findall(match[2]) if match[2] else [match[1]]
        parts.append(b"".join(pieces).decode("latin-1"))
    return " ".join(parts)


def _office(content: bytes) -> Inspection:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if name.endswith(("document.xml", "sharedStrings.xml"))]
            parts = [archive.open(name).read(MAXIMUM_PART_BYTES) for name in names]
    except (zipfile.BadZipFile, zlib.error, OSError):
        return Inspection(0, "")
    text = b" ".join(_TAG.sub(b" ", part) for part in parts).decode("utf-8", "replace")
    return Inspection(1 if parts else 0, " ".join(text.split()))
