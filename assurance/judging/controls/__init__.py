"""The controls: what the guide demands, with its step and the ISO/IEC 27001 clauses that it supports.

Guide: "Deployment Operations Guide" 2.0.0. Clause numbers of the 2022 edition first, the 2013 edition as
cross-reference, since the guide cites the latter. One module for each family of controls.
"""

from collections.abc import Mapping
from types import MappingProxyType

from assurance.judging.controls.application import APPLICATION, SERVER_ERRORS, SERVICE_LEVELS, WORKFLOW
from assurance.judging.controls.deployment import DEPLOYMENT
from assurance.judging.controls.drift import ATTESTATIONS, DRIFT, WAIVERS
from assurance.judging.controls.model import Control, Severity
from assurance.judging.controls.security import SECURITY

__all__ = ["CONTROLS", "Control", "Severity", "security"]

CONTROLS: Mapping[str, Control] = MappingProxyType(
    {
        control.id: control
        for control in (
            *SECURITY,
            *APPLICATION,
            *WORKFLOW,
            *SERVER_ERRORS,
            *SERVICE_LEVELS,
            *ATTESTATIONS,
            *DEPLOYMENT,
            *DRIFT,
            *WAIVERS,
        )
    }
)
