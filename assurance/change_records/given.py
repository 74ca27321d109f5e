"""The change that a run belongs to: found by its number, read once, and kept on the tape."""

from __future__ import annotations

from pathlib import Path

from assurance.change_records.change import Change
from assurance.change_records.loading import parse
from assurance.environment.toml_files import find_file, names_in
from assurance.errors import NotEvaluated, UsageError
from assurance.tape import Tape, key_of
from assurance.tape.redaction import Redactor
from assurance.world.files import FileReader

NAME = "change record"
FOLDER = "changes"


def find_record(name_or_file: str, folder: Path) -> Path:
    """Return the file that `--change` means: a path, or a number such as CR-2026-0042 in `folder`.

    Raises:
        UsageError: There is no such file; the message lists the records that there are.
    """
    path, exists = find_file(name_or_file, folder)
    if not exists:
        raise UsageError(
            f"{name_or_file}: there is no change record {path}; give a path to a TOML file or one of: "
            f"{names_in(folder)}; `apex-assurance change new` begins one"
        )
    return path


def read_record(path: Path) -> bytes:
    """Return the bytes of a change record.

    Raises:
        UsageError: The file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: the change record cannot be read: {error.strerror}") from error


class GivenChange:
    """The change of a run.

    Args:
        path: Its record; None where the run was given none.
    """

    def __init__(self, tape: Tape, redactor: Redactor, environment: str, path: Path | None) -> None:
        self._tape = tape
        self._environment = environment
        # A replay reads the tape, whatever lies on this machine.
        given = Path(f"{NAME}.toml") if tape.replaying else path
        self._files = FileReader(tape, redactor, {NAME: given} if given is not None else {})
        self.is_given = tape.look_up(key_of("file", NAME)) is not None if tape.replaying else path is not None

    def change(self) -> Change:
        """Return the change, judged at the moment when its record was read.

        Raises:
            NotEvaluated: The run was given none.
            UsageError: The record is not valid.
        """
        if not self.is_given:
            raise NotEvaluated(
                "This run belongs to no change record.", "Give it: --change CR-..., for changes/CR-....toml."
            )
        artefact = self._files.read(NAME)
        reading = self._tape.look_up(artefact.readings[0])
        if reading is None:
            raise RuntimeError("a reading that was just obtained is not on the tape")
        now = reading.started_at
        return Change(parse(artefact.content, artefact.file), self._environment, now, artefact.readings)
