"""Deployments of other shapes than the guide's: compliant as they stand, and each thing that is wrong is reported."""

from __future__ import annotations

import pytest

from falsification.azure.deployments import CATALOGUES
from falsification.judge import try_violation
from falsification.score import stage

FEWEST = 8
TEN_CONTROLS = {f"SEC-{number:02}" for number in range(1, 11)}


@pytest.mark.parametrize("name", CATALOGUES)
def test_deployment_is_compliant_and_judged_on_the_ten_controls(name: str) -> None:
    """Each case passes on it as it stands, and each of the ten controls has cases there."""
    judged = {case.control for case, outcome in stage(name).outcomes(lambda _: None) if outcome.verdict == "pass"}
    assert judged >= TEN_CONTROLS
    assert len(CATALOGUES[name]) >= FEWEST


@pytest.mark.parametrize("name", CATALOGUES)
def test_what_is_wrong_with_it_is_reported(name: str) -> None:
    """Each violation is reported by the controls that it names, and by no others."""
    found = [one for violation in CATALOGUES[name] for one in try_violation(stage(name), violation)]
    assert found
    assert [told for one in found for told in one.survivors] == []
