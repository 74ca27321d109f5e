"""The stage of drift: the drift checks judge worlds that differ from the one whose state was approved."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from assurance.drift.baseline import write
from assurance.drift.families import family_of
from assurance.estate.resources.resource import folded, name_of
from falsification.azure.stage import ROOT, AzureStage
from falsification.azure.world import World, compliant_world
from falsification.catalogue import Harmless, Inability, Violation
from falsification.drift import catalogue, noise
from falsification.drift.judging import DriftJudge

FOLDERS = (ROOT / "checks" / "drift",)
SOMETHING_NEW = "DRF-08"
# Faults by which nobody learns what is there. An answer that tells something else is no such fault: it is drift.
WITHHELD = frozenset({"401", "403", "429", "500", "503", "hang", "reset", "cut", "html", "empty-body", "null"})


class DriftStage(AzureStage):
    """Has the drift checks judge worlds, against a baseline that is the compliant one.

    Args:
        azure: The stage of Azure, whose readings the baseline is made from.
    """

    def __init__(self, azure: AzureStage) -> None:
        self._baseline = DriftJudge(azure).baseline
        self._folder = tempfile.TemporaryDirectory(prefix="falsification-")
        path = Path(self._folder.name) / "baseline.json"
        write(self._baseline, path)
        super().__init__(FOLDERS, path)
        self.violations = {one.name: self._violation(one) for one in catalogue.CATALOGUE if one.weight.is_finding}
        mild = (one for one in catalogue.CATALOGUE if not one.weight.is_finding)
        harmless = (*noise.CATALOGUE, *(Harmless(one.name, one.told, one.change) for one in mild))
        self.harmless = {one.name: one for one in harmless}

    def inabilities(self, control: str | None = None) -> Mapping[str, Inability[World]]:
        """Return every fault that withholds an answer, in the place of every reading that the checks rest on."""
        return {name: one for name, one in super().inabilities(control).items() if name.partition(": ")[0] in WITHHELD}

    def _violation(self, drift: catalogue.Drift) -> Violation[World]:
        """Return a change that matters: the control of the resource must report it, or that of what is new."""
        before, world = _resources(compliant_world()), compliant_world()
        drift.change(world)
        after = _resources(world)
        changed = sorted(one for one in before.keys() | after.keys() if before.get(one) != after.get(one))
        named = [one for one in changed if name_of(one).startswith(drift.on.casefold())]
        place = next((one for one in (*named, *changed) if one in self._baseline.entries), "")
        control = family_of(self._baseline.entries[place].type) if place else SOMETHING_NEW
        return Violation(drift.name, drift.told, drift.change, (control,), is_exclusive=False)


def _resources(world: World) -> dict[str, object]:
    """Return what a world holds, by ids as a baseline spells them."""
    tracked = {folded(key): values for key, values in world.azure.resources.items()}
    secrets = {str(one["id"]).rstrip("/").casefold(): one for one in world.azure.secrets}
    return {**tracked, **secrets}
