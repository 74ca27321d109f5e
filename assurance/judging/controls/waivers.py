"""WVR-01: the discipline of waivers, which the guide does not have and an auditor asks for."""

from assurance.judging.controls.model import Control

WAIVERS = (
    Control(
        id="WVR-01",
        title="Waivers",
        requirement="Each waiver is in force, is about a case that there is, and is still needed.",
        guide_step="Steps 10 and 22, sign-off",
        iso_2022=("5.36", "8.32"),
        iso_2013=("A.18.2.2", "A.12.1.2"),
        severity="medium",
    ),
)
