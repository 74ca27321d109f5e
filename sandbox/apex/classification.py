"""The AACE class of an estimate, and of the validation of a document, by what is known of the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from sandbox.apex.switches import Switch

DOCUMENT_TYPES = ("scope", "engineering", "schedule", "bid")

# As which class the documents of a type are validated; a bid is held to class 2.
_VALIDATED_AS: Mapping[str, str] = {
    "scope": "class_3",
    "engineering": "class_3",
    "schedule": "class_4",
    "bid": "class_2",
}


def estimate_class(documents: Sequence[Mapping[str, Any]], switches: Set[Switch]) -> str:
    """The class of an estimate made from these documents; only what has passed validation counts."""
    counting = {"passed", "pending"} if Switch.CLASS_COUNTS_PENDING in switches else {"passed"}
    types = {document["document_type"] for document in documents if document["validation_status"] in counting}
    if Switch.CLASS_IGNORES_ENGINEERING in switches:
        types.discard("engineering")
    if Switch.CLASS_ALWAYS_5 in switches:
        return "class_5"
    if Switch.CLASS_ALWAYS_3 in switches:
        return "class_3"
    if {"scope", "engineering"} <= types:
        return "class_2"
    if "scope" in types:
        return "class_3"
    return "class_4" if types else "class_5"


def validation_class(document_type: str, switches: Set[Switch]) -> str | None:
    """The class as which a document is validated."""
    if document_type == "bid" and Switch.BID_VALIDATED_AS_CLASS_5 in switches:
        return "class_5"
    if document_type == "bid" and Switch.BID_CLASS_MISSING in switches:
        return None
    return _VALIDATED_AS.get(document_type)
