"""ERR-01: no server errors, whatever is called; judged at the end of a run, by all that APEX answered in it."""

from assurance.judging.controls.model import Control

SERVER_ERRORS = (
    Control(
        id="ERR-01",
        title="Server errors",
        requirement="No call of the application's API that a run makes is answered by a server error.",
        guide_step="Step 16, beyond it: whatever is called",
        iso_2022=("8.29", "8.26"),
        iso_2013=("A.14.2.8", "A.14.1.2"),
        severity="high",
    ),
)
