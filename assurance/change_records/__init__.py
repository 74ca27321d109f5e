"""Change records: what only people can know of a deployment, attested in a file that a run judges and binds."""

from assurance.changes.change import Change
from assurance.changes.loading import parse
from assurance.changes.model import ChangeRecord

__all__ = ["Change", "ChangeRecord", "parse"]
