"""Change records: what only people can know of a deployment, attested in a file that a run judges and binds."""

from assurance.change_records.change import Change
from assurance.change_records.model import ChangeRecord, parse

__all__ = [
    "Change",
    "ChangeRecord",
    "change",
    "model",
    "parse",
    "rules",
    "template",
]
