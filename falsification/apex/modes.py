"""Every behaviour of a running build, under every way of giving roles their access, all families of checks in one run.

`python -m falsification.apex.modes` prints what fails and what is not evaluated. It ends with 1 if a case fails that is
not true of the build, or is not evaluated for a reason that an operator can do nothing about.
"""

from __future__ import annotations

import argparse
import socketserver
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal, get_args

from assurance.judging.checking import Outcome
from assurance.judging.harness import BoundCheck
from assurance.verdicts import Verdict
from falsification.apex import observed
from falsification.apex.observed import FAMILIES, Change, Family, both, declares
from falsification.apex.stage import ApexStage
from falsification.apex.stand_ins import Declared
from falsification.judge import Judged
from sandbox.apex import Observed
from sandbox.apex.service import Service

How = Literal["granted", "standing", "pool", "command"]
CALLING: tuple[Family, ...] = tuple(family for family in FAMILIES if family != "SLA")
EVERYTHING = tuple(Observed)
AUDITOR_CREATES = "RBAC-01 test_role_on_projects[auditor-creates-project]"
REFUSED_GRANT = "RBAC-02 test_role_on_access[manager-grants-access]"
# What of the role matrix is true of a build whose roles are held on one project each: whoever signs in may create.
TRUE_OF_ROLES: Mapping[str, frozenset[str]] = {
    "granted": frozenset({AUDITOR_CREATES, REFUSED_GRANT}),
    **{how: frozenset({AUDITOR_CREATES}) for how in ("standing", "pool", "command")},
}
# What an operator's script is: it passes on what it is given, and ends well once that is done.
SCRIPT = (
    "import socket, sys; s = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 20); "
    "s.sendall(' '.join(sys.argv[2:]).encode() + b'\\n'); sys.exit(s.recv(4) != b'done')"
)


@contextmanager
def granting(service: Service) -> Iterator[list[str]]:
    """Let roles be granted in a database for as long as this lasts, and give `application.access.command` for that."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            """Write one grant."""
            project_id, user_id, role_id = self.rfile.readline().decode().split()
            grant = {"project_id": project_id, "user_id": user_id, "role_id": int(role_id)}
            service.store.insert("access_grants", grant)
            self.wfile.write(b"done")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        port = str(server.server_address[1])
        try:
            yield [sys.executable, "-I", "-S", "-c", SCRIPT, port, "{project_id}", "{user_id}", "{role_id}"]
        finally:
            server.shutdown()
            thread.join()


def judged(
    stage: ApexStage,
    how: How,
    seen: Sequence[Observed],
    families: Sequence[Family] = CALLING,
    also: Change = lambda _: None,
) -> Judged:
    """Return what all cases of some families come to in one run, on a build that behaves so, and is `also` changed."""
    with granting(stage.stand_ins.apex.service) as command:
        change = both(observed.observed_on(*seen), declares(declared_under(how, seen, command)))
        return stage.outcomes_together(both(change, also), families)


def declared_under(how: How, seen: Sequence[Observed], command: Sequence[str]) -> Declared:
    """Return what the environment file of a build that behaves so declares under a way of giving access."""
    access: dict[str, object] = {"how": how}
    match how:
        case "standing":
            access |= {"project_id": observed.POOL[0]}
        case "pool":
            access |= {"project_ids": list(observed.POOL), "restores_archived": True}
        case "command":
            access |= {"command": list(command)}
    return {"application": {**observed.declared_for(*seen)["application"], "access": access}}


def wrongly_told(how: How, seen: Sequence[Observed], outcomes: Judged) -> tuple[str, ...]:
    """Return who is accused of what is not true of the build, and what is left open without a way out, in words."""
    return tuple(sentence for case, outcome in outcomes for sentence in _wrongly_told(how, seen, case, outcome))


def _wrongly_told(how: How, seen: Sequence[Observed], case: BoundCheck, outcome: Outcome) -> Iterator[str]:
    if outcome.verdict is Verdict.FAIL and not _is_true(how, seen, case):
        yield f"{case.id} fails: {outcome.observed}"
    if outcome.verdict is Verdict.NOT_EVALUATED and not outcome.remedy:
        yield f"{case.id} is not evaluated, and nobody is told what to do: {outcome.reason}"


def _is_true(how: How, seen: Sequence[Observed], case: BoundCheck) -> bool:
    if case.control.startswith("RBAC"):
        return Observed.ROLES_PER_PROJECT in seen and case.id in TRUE_OF_ROLES[how]
    names = {f"{mode.value}-{case.control.partition('-')[0].lower()}" for mode in seen}
    return any(violation.name in names and case.control in violation.controls for violation in observed.VIOLATIONS)


def told_otherwise(outcomes: Judged, replayed: Judged) -> tuple[str, ...]:
    """Return what a replay of a run's tape comes to otherwise than the run did, in words."""
    return tuple(
        f"{case.id} is {outcome.verdict}, and on replay {again.verdict}: {again.reason or again.observed}"
        for (case, outcome), (_, again) in zip(outcomes, replayed, strict=True)
        if (outcome.verdict, outcome.reason, outcome.observed) != (again.verdict, again.reason, again.observed)
    )


def reasons(outcomes: Judged) -> Counter[str]:
    """Return why cases are not evaluated, each reason with how many."""
    return Counter(outcome.reason for _, outcome in outcomes if outcome.verdict is Verdict.NOT_EVALUATED)


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge all, or what is named, and print what came of it.

    Returns:
        0, or 1 if anything was told wrongly.
    """
    parser = argparse.ArgumentParser(prog="python -m falsification.apex.modes", description=__doc__)
    parser.add_argument("--how", nargs="*", choices=get_args(How), default=get_args(How))
    parser.add_argument("--family", nargs="*", choices=CALLING, default=CALLING)
    parser.add_argument("--replay", action="store_true", help="judge each run's tape again, which must tell the same")
    options = parser.parse_args(arguments)
    stage, is_wrong = ApexStage(), False
    for how in options.how:
        for name, seen in (*((mode.value, (mode,)) for mode in Observed), ("everything", EVERYTHING)):
            outcomes = judged(stage, how, seen, options.family)
            wrong = wrongly_told(how, seen, outcomes)
            wrong += told_otherwise(outcomes, stage.outcomes_replayed()) if options.replay else ()
            is_wrong = is_wrong or bool(wrong)
            counted = Counter(outcome.verdict.value for _, outcome in outcomes)
            print(
                f"{how:<8} {name}: {', '.join(f'{number} {verdict}' for verdict, number in counted.items())}",
                flush=True,
            )
            print(*(f"  WRONG {sentence}" for sentence in wrong), sep="\n", end="\n" if wrong else "")
            for reason, number in reasons(outcomes).most_common():
                print(f"  {number} not evaluated: {reason}")
    return int(is_wrong)


if __name__ == "__main__":
    raise SystemExit(main())
