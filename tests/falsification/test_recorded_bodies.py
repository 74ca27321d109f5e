"""Bodies that Azure really sent, planted in the compliant world: every case comes to a verdict, and none breaks down.

They are not kept here: set APEX_RECORDED_BODIES to a folder of exchanges as JSON (`status`, `body`), in any subfolders.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from assurance.estate.resources.resource import type_of
from falsification.azure.stage import AzureStage
from falsification.azure.world import World, compliant_world
from falsification.score import stage

FOLDER = os.environ.get("APEX_RECORDED_BODIES")
MAX_OF_ONE_LIST = 4
Body = Mapping[str, Any]  # JSON


def _resources() -> Iterator[tuple[str, Body]]:
    """Return the resources in the recorded answers, each with the name of its file."""
    for path in sorted(Path(FOLDER or "").rglob("*.json")):
        exchange = json.loads(path.read_text(encoding="utf-8"))
        body = exchange.get("body") if isinstance(exchange, dict) and exchange.get("status") == 200 else None
        if isinstance(body, dict):
            listed = body["value"] if isinstance(body.get("value"), list) else [body]
            yield from ((path.name, one) for one in listed[:MAX_OF_ONE_LIST] if isinstance(one, dict) and one.get("id"))


@pytest.mark.skipif(not FOLDER, reason="APEX_RECORDED_BODIES names no folder of recorded answers")
def test_no_recorded_resource_breaks_a_check() -> None:
    """The first resource of the sandbox of its type takes over everything of it but its name."""
    azure = stage("azure")
    assert isinstance(azure, AzureStage)
    stands_for: dict[str, str] = {}
    for key, resource in compliant_world().azure.resources.items():
        stands_for.setdefault(type_of(str(resource["id"])), key)
    planted: dict[str, int] = defaultdict(int)
    broken: list[str] = []
    for name, body in _resources():
        key = stands_for.get(type_of(str(body["id"])), "")
        if not key:
            continue
        planted[type_of(str(body["id"]))] += 1

        def change(world: World, key: str = key, body: Body = body) -> None:
            taken = {part: value for part, value in body.items() if part not in {"id", "name", "type"}}
            world.azure.resources[key].update(json.loads(json.dumps(taken)))

        outcomes = azure.outcomes(change)
        broken += [f"{name}: {case.id}: {one.reason}" for case, one in outcomes if "broke down" in one.reason]
    assert len(planted) > 10, dict(planted)
    assert broken == []
