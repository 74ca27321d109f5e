"""SMK-04: a document can be uploaded and is stored."""

from assurance.apex.smoke.projects import SmokeDocument
from assurance.judging.checking import control

pytestmark = control("SMK-04", "post_deployment")


def test_document_is_uploaded(smoke_document: SmokeDocument) -> None:
    """A PDF can be uploaded to the project, and waits for its validation."""
    assert smoke_document.is_uploaded
    assert smoke_document.waits_for_validation


def test_document_is_stored(smoke_document: SmokeDocument) -> None:
    """The document is read back, and says where in Blob Storage it stands."""
    assert smoke_document.has_a_blob
    assert smoke_document.is_found_again
