"""Drift: every change is told apart by how much it matters, and noise is silent."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pytest

from assurance.drift.classify import Weight, heaviest
from falsification.azure import violations
from falsification.azure.stage import AzureStage
from falsification.azure.world import World, compliant_world
from falsification.drift import catalogue, noise
from falsification.drift.stage import DriftJudge
from falsification.score import attempt_all, stage, tasks
from sandbox.azure.azure_estate import DATA_PLANES, RESOURCE_FILES, AzureEstate
from sandbox.azure.resource_ids import normalized

MIN_CHANGES, MIN_NOISE = 100, 40
# What drift leaves to the security checks: alerts are events, a passing state of Azure's own work is no change, a
# revision comes with every deployment, and tags are the organisation's own.
LEFT_TO_SECURITY = (
    "alert-", "-waiting", "-without-state", "-updating", "-creating", "plain-revision-", "plain-tag-",
    "plain-environment-tag",
)  # fmt: skip


@lru_cache(maxsize=1)
def _judge() -> DriftJudge:
    found = stage("azure")
    assert isinstance(found, AzureStage)
    return DriftJudge(found)


def _changed(change: object) -> World:
    world = compliant_world()
    assert callable(change)
    change(world)
    return world


def test_catalogues_are_as_large_as_the_bar() -> None:
    """There are at least 100 changes and 40 kinds of noise, each with its own name, and changes of every weight."""
    assert len(catalogue.CATALOGUE) >= MIN_CHANGES
    assert len(noise.CATALOGUE) >= MIN_NOISE
    names = [*(one.name for one in catalogue.CATALOGUE), *(one.name for one in noise.CATALOGUE)]
    assert len(set(names)) == len(names)
    assert {one.weight for one in catalogue.CATALOGUE} == set(Weight)


def test_two_nights_without_a_change_have_no_drift() -> None:
    """The compliant world, asked again in full, differs from its baseline in nothing, cosmetic things included."""
    assert _judge().drift_afresh(compliant_world()) == ()


def _a_day_later(text: str) -> str:
    """Return a time of the sandbox's, a day later; what is no time is returned as it is."""
    if re.fullmatch(r"\d{8}", text):
        return f"{datetime.strptime(text, '%Y%m%d').replace(tzinfo=UTC) + timedelta(days=1):%Y%m%d}"
    if re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", text):
        return (datetime.fromisoformat(text) + timedelta(days=1)).isoformat(timespec="milliseconds")
    return text


def test_the_sandbox_of_another_day_has_only_what_is_expected() -> None:
    """A day later the sandbox's own times have moved on, and nothing of that is a finding."""
    world = compliant_world()
    azure = AzureEstate({name: _a_day_later(text) for name, text in world.azure.parameters.items()})
    assert azure.parameters != world.azure.parameters
    read = (resource for name in RESOURCE_FILES for resource in azure.read(name))
    azure.resources = {normalized(resource["id"]): resource for resource in read}
    azure.groups, azure.images = world.azure.groups, world.azure.images
    azure.secrets = azure.read(DATA_PLANES)["key_vault_secrets"]
    world.azure = azure
    assert {one.change.weight for one in _judge().drift(world)} <= {Weight.EXPECTED}


@pytest.mark.parametrize("name", [one.name for one in catalogue.CATALOGUE])
def test_a_change_is_told_with_its_weight(name: str) -> None:
    """Each change shows at its resource, and the heaviest of what shows is as heavy as the catalogue says."""
    expected = next(one for one in catalogue.CATALOGUE if one.name == name)
    found = _judge().drift(_changed(expected.change))
    assert found
    weight = heaviest(one.change for one in found)[0].weight
    assert weight is expected.weight, [str(one.change) for one in found]
    assert any(one.name.startswith(expected.on) for one in found if one.change.weight is weight)
    assert all(one.change.reason.endswith(".") for one in found)


@pytest.mark.parametrize("name", [one.name for one in noise.CATALOGUE])
def test_noise_is_silent(name: str) -> None:
    """Each kind of noise changes what Azure answers, and is no drift, not even a cosmetic one."""
    world = _changed(next(one for one in noise.CATALOGUE if one.name == name).change)
    assert _judge().shows(world)
    assert [(one.name, str(one.change)) for one in _judge().drift(world)] == []


@pytest.mark.parametrize("name", ["internet-let-in", "role-withdrawn", "secret-renamed", "resource-renamed"])
def test_asking_for_less_finds_the_same(name: str) -> None:
    """What is found by asking only for what could have changed is what asking for everything finds."""
    world = _changed(next(one for one in catalogue.CATALOGUE if one.name == name).change)
    assert set(map(str, _judge().drift(world))) == set(map(str, _judge().drift_afresh(world)))


def test_what_breaks_security_is_drift() -> None:
    """Of a sample of the violations, whatever breaks a security control in Azure's state is a finding here too."""
    unseen = []
    for violation in violations.CATALOGUE[::4]:
        world = _changed(violation.change)
        if not violation.controls[0].startswith("SEC-") or not _judge().shows(world):
            continue
        # An answer that is withheld is no state: drift of what it is about is then not evaluated.
        if world.faults or any(part in violation.name for part in LEFT_TO_SECURITY):
            continue
        if not any(one.change.weight.is_finding for one in _judge().drift(world)):
            unseen.append(violation.name)
    assert unseen == []


def test_the_judge_tries_drift_as_it_tries_the_rest() -> None:
    """Of a sample: a change that matters is reported, noise changes nothing, and what is withheld passes nowhere."""
    tried = [task for task in tasks("DRF-02") if task.kind != "inability"]
    tried += [task for task in tasks("DRF-02") if task.kind == "inability"][::9]
    assert {task.kind for task in tried} == {"violation", "harmless", "inability"}
    assert [(one.name, one.survivors) for one in attempt_all(tried[::4]) if one.survivors] == []
