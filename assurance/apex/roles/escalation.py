"""Ways around the roles: granting oneself access, and reaching the objects of others by their ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from assurance.apex.access import Lack, seen
from assurance.apex.client import Exchange
from assurance.apex.client.api import (
    EXPORT_ESTIMATE,
    LIST_DOCUMENTS,
    LIST_ESTIMATES,
    READ_DOCUMENT,
    READ_ESTIMATE,
    READ_JOB,
    READ_PROJECT,
    Route,
)
from assurance.apex.client.exchange import all_readings
from assurance.apex.estimation.answers import with_id
from assurance.apex.estimation.sample_documents import paper
from assurance.apex.estimation.script import send_document
from assurance.apex.roles.scene import GRANTEE, MANAGER, Scene, Target
from assurance.apex.roles.trial import RoleTrial
from assurance.environment.application import Role
from assurance.errors import NotEvaluated
from assurance.judging.nouns import Once
from assurance.verdicts import Fact
from assurance.world.http.attempts import SUCCESSES

TELLING = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
REMEDY = "Let APEX take access from its own records of the caller, never from the request."


@dataclass(frozen=True, slots=True)
class Escalation:
    """A way around.

    Attributes:
        caller: Who tries it.
        what: What is tried, as in `outsider-makes-itself-manager`.
        route: What is read by its id; None for a grant to oneself.
    """

    caller: Role
    what: str
    route: Route | None = None

    @property
    def id(self) -> str:
        """Its id, which is the subject of its verdict."""
        return f"{self.caller}-{self.what}"


ESCALATIONS = (
    Escalation("estimator", "makes-itself-manager"),
    Escalation("auditor", "makes-itself-manager"),
    Escalation("outsider", "makes-itself-manager"),
    Escalation("other_estimator", "reads-foreign-project", READ_PROJECT),
    Escalation("other_estimator", "reads-foreign-document", READ_DOCUMENT),
    Escalation("other_estimator", "lists-foreign-documents", LIST_DOCUMENTS),
    Escalation("other_estimator", "reads-foreign-estimate", READ_ESTIMATE),
    Escalation("other_estimator", "exports-foreign-estimate", EXPORT_ESTIMATE),
    Escalation("other_estimator", "lists-foreign-estimates", LIST_ESTIMATES),
    Escalation("other_estimator", "reads-foreign-job", READ_JOB),
)


@dataclass(frozen=True, slots=True)
class TriedEscalation:
    """What came of one.

    Attributes:
        escalation: What was tried.
        answer: The answer to it.
        proof: The answer to something that only the escalated could do; None where nothing was to be gained.
        lack: Why the caller has not the access from which it tries; None if it has.
    """

    escalation: Escalation
    answer: Exchange
    proof: Exchange | None
    lack: Lack | None = None

    @property
    def is_refused(self) -> Fact:
        """Whether it was refused with 403, and nothing was gained.

        Raises:
            NotEvaluated: The caller was throttled, or nobody can tell whether something was gained.
        """
        self.answer.answers(HTTPStatus.OK)
        if self.proof is not None and self.proof.status not in (*SUCCESSES, *TELLING):
            raise NotEvaluated(
                f"Whether something was gained is unknown: {self.proof.called} {self.proof.outcome}.",
                "",
                self.proof.readings,
            )
        gained = self.proof is not None and self.proof.status in SUCCESSES
        holds = self.answer.status == HTTPStatus.FORBIDDEN and not gained
        if holds and self.lack is not None:
            raise self.lack.not_evaluated()
        aftermath = "" if self.proof is None else f"; then {self.proof.called} {self.proof.outcome}"
        seen = all_readings((self.answer,) if self.proof is None else (self.answer, self.proof))
        expected = f"{self.escalation.caller} {self.escalation.what}: refused with 403, and nothing is gained"
        return Fact(
            holds, expected, f"{self.answer.outcome}{aftermath}", self.escalation.id, seen, "" if holds else REMEDY
        )


@dataclass(frozen=True, slots=True)
class TriedGrant:
    """An auditor's access, granted to somebody who had none.

    Attributes:
        granted: The answer to the grant.
        reads: The answer to what an auditor may do.
        writes: The answers to what an auditor may not do.
    """

    granted: Exchange
    reads: Exchange
    writes: tuple[Exchange, ...]

    @property
    def gives_its_role(self) -> Fact:
        """Whether the one whose access was granted can now read."""
        return with_id(self.reads, HTTPStatus.OK)

    @property
    def gives_no_more(self) -> Fact:
        """Whether they still cannot write."""
        wrong = [write for write in self.writes if write.status != HTTPStatus.FORBIDDEN]
        return Fact(
            not wrong,
            "what an auditor may not do is refused with 403",
            "; ".join(f"{write.called} {write.outcome}" for write in wrong or self.writes),
            "a grant of the role auditor",
            all_readings((self.granted, *self.writes)),
            "Store the role that is granted, and no other." if wrong else "",
        )


class EscalationTrial:
    """Tries the ways around, each once."""

    def __init__(self, trial: RoleTrial) -> None:
        self._trial = trial
        self._once = Once()

    def attempt(self, escalation: Escalation) -> TriedEscalation:
        """Return what came of a way around.

        Raises:
            NotEvaluated: It cannot be tried.
        """
        return self._once.of(escalation.id, lambda: self._attempt(escalation))

    @property
    def grant(self) -> TriedGrant:
        """An auditor's access, granted to somebody who had none.

        Raises:
            NotEvaluated: It cannot be granted.
        """
        return self._once.of("grant", self._grant)

    def _attempt(self, escalation: Escalation) -> TriedEscalation:
        number = ESCALATIONS.index(escalation) + 1
        scene = self._trial.scene(escalation.id, f"way{number:02d}")
        if escalation.route is not None:
            path = escalation.route.path(**scene.stage().ids)
            return TriedEscalation(escalation, scene.flow.call("GET", path, escalation.caller), None)
        target, caller = scene.project(), escalation.caller
        answer = scene.grant(target.project_id, caller, scene.access.manager_role_id, caller)
        pause = scene.flow.application.declared.limits.effect_seconds
        proof = _renames(scene, target, caller, pause)
        lack = next((lack for role, lack in scene.lacks.items() if role == caller), None)
        return TriedEscalation(escalation, answer, proof, lack)

    def _grant(self) -> TriedGrant:
        scene = self._trial.scene("grant", "grant")
        lack = scene.lacks.get(MANAGER)
        if lack is not None:
            raise lack.not_evaluated()
        if scene.is_standing:
            raise NotEvaluated(
                "Nothing is granted on the standing project.",
                'Let it be tried on projects that may be changed: application.access.how = "pool" or "command".',
            )
        with scene.holding_its_place():
            return self._granted(scene)

    def _granted(self, scene: Scene) -> TriedGrant:
        target = scene.project()
        granted = scene.grant(target.project_id, GRANTEE, scene.access.auditor_role_id, MANAGER)
        scene.must(granted, "granting access")
        reads = seen(scene.flow, target.project_id, GRANTEE)
        writes = tuple(write(scene, target, GRANTEE, 0.0) for write in WRITES.values())
        if scene.access.how == "pool":
            body = {"user_id": scene.user_ids.of(GRANTEE), "role_id": scene.access.auditor_role_id}
            scene.flow.revoke_access(target.project_id, body, MANAGER)
        return TriedGrant(granted, reads, writes)


def _renames(scene: Scene, target: Target, caller: str, pause_seconds: float) -> Exchange:
    body = {"project_name": f"Renamed by {caller}"}
    return scene.flow.update_project(target.project_id, body, caller, pause_seconds=pause_seconds)


def _uploads(scene: Scene, target: Target, caller: str, _: float) -> Exchange:
    return send_document(scene.flow, target.project_id, paper("scope", target.number), caller)


WRITES: Mapping[str, Callable[[Scene, Target, str, float], Exchange]] = {"renames": _renames, "uploads": _uploads}
