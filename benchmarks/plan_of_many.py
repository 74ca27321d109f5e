"""A plan of many resources: what is on the bundled tape as it is, and the same once more in other groups."""

from __future__ import annotations

import json
from itertools import cycle
from pathlib import Path

from assurance.planning.deployment import resources_in
from assurance.tape import Tape


def plan_of_many(recorded: Path, count: int) -> bytes:
    """Return a what-if result of as many resources, none of which the controls of the recorded environment object to.

    Args:
        recorded: The tape's directory.
        count: How many resources.
    """
    found, _ = resources_in(Tape.open(recorded).readings())
    there = [one for key, one in found.items() if "/resourcegroups/" in key]
    changes = [{"resourceId": one["id"], "changeType": "NoChange", "before": one, "after": one} for one in there]
    for number, one in enumerate(cycle(there)):
        if len(changes) >= count:
            return json.dumps({"status": "Succeeded", "changes": changes[:count]}).encode()
        home, _, rest = one["id"].partition("/providers/")
        if "/microsoft.authorization/" in one["id"].casefold():
            continue  # what is granted elsewhere reaches here
        elsewhere = json.loads(json.dumps(one).replace(home, f"{home}-{number}"))
        changes.append({"resourceId": f"{home}-{number}/providers/{rest}", "changeType": "Create", "after": elsewhere})
    return b""
