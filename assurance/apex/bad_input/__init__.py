"""What APEX must refuse: a catalogue of bad input, and the trial that sends each and looks for what it left behind."""

__all__ = [
    "catalogue",
    "described",
    "description",
    "trial",
]
