"""The stage of a deployment of another shape: the security controls on its estate, by its own file and catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from falsification.azure.changes import Violation
from falsification.azure.deployments import CATALOGUES
from falsification.azure.stage import ROOT, AzureStage
from falsification.azure.world import World
from falsification.catalogue import Inability

SECURITY = (ROOT / "checks" / "security",)


class DeploymentStage(AzureStage):
    """Judges worlds that differ little from one compliant deployment.

    What must not matter and what cannot be read is the same there as in the guide's, and tried there.

    Args:
        name: What the deployment is called, as its environment file is.
    """

    def __init__(self, name: str) -> None:
        super().__init__(SECURITY, file=ROOT / "environments" / f"{name}.toml")
        self.violations: Mapping[str, Violation] = {one.name: one for one in CATALOGUES[name]}
        self.harmless = {}

    def inabilities(self, control: str | None = None) -> Mapping[str, Inability[World]]:  # noqa: ARG002  (there are none)
        """Return nothing."""
        return {}
