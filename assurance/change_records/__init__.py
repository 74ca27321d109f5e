"""Change records: what only people can know of a deployment, attested in a file that a run judges and binds."""

from assurance.change_records.change import Change
from assurance.change_records.loading import parse
from assurance.change_records.model import ChangeRecord

__all__ = ["Change", "ChangeRecord", "change", "checklist", "given", "loading", "parse", "rules", "template"]
