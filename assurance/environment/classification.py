"""The table `[application.classification]`: what the guide's three AACE cases are made from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assurance.environment.base import Declared

DocumentType = Literal["scope", "engineering", "schedule", "bid"]
AaceClass = Literal["class_1", "class_2", "class_3", "class_4", "class_5"]
Documents = Annotated[tuple[DocumentType, ...], Field(strict=False)]


class ClassifiedCase(Declared):
    """A project with these documents, uploaded and validated in this order, must come to this class."""

    documents: Documents
    expected: AaceClass


class BidCase(Declared):
    """A project whose last document is a bid, which must be held to this class."""

    documents: Annotated[Documents, Field(min_length=1)]
    expected: AaceClass


class Classification(Declared):
    """The guide's Step 16, "AACE Classification Testing".

    Attributes:
        conceptual: A conceptual project.
        budget: A budget project; its estimate must not have its class before the documents are validated.
        bid: Whose last document is validated, and must be held to the class.
        definitive: A project whose estimate must reach the bid's class.
    """

    conceptual: ClassifiedCase = ClassifiedCase(documents=(), expected="class_5")
    budget: ClassifiedCase = ClassifiedCase(documents=("scope",), expected="class_3")
    bid: BidCase = BidCase(documents=("bid",), expected="class_2")
    definitive: ClassifiedCase = ClassifiedCase(documents=("scope", "engineering"), expected="class_2")
