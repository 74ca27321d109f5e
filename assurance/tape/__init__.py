"""The tape: readings on disk, redacted before they get there, and what keys and digests were made of."""

from assurance.tape.tape import FORMAT, Call, Reading, Tape, TapeHeader, key_of, sha256, utc_now

__all__ = ["FORMAT", "Call", "Reading", "Tape", "TapeHeader", "key_of", "sha256", "utc_now"]
