"""Bad input that lies in what a request builds on, or in who is granted what: projects that are archived or empty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus

from assurance.apex.access import MANAGER, Lacks
from assurance.apex.bad_input.catalogue import INVALID, NOBODY, BadBasis, BadGrant
from assurance.apex.bad_input.refusal import Refusal
from assurance.apex.client import Exchange, Flow
from assurance.apex.client.api import is_shown
from assurance.apex.client.question import new_project
from assurance.apex.client.sign_in import UserIds
from assurance.apex.estimation.answers import GONE, id_in, tells_something
from assurance.apex.estimation.estimate import Figures
from assurance.apex.estimation.sample_documents import paper
from assurance.apex.estimation.script import follow, generation, send_document
from assurance.environment.application import Role
from assurance.errors import NotEvaluated
from assurance.world.http.attempts import SUCCESSES

ESTIMATOR = "estimator"
GRANTEE: Role = "other_estimator"
FORBIDDEN = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
REFUSING = INVALID | {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.LOCKED}
"""The statuses that refuse work on an archived project."""
FindLacks = Callable[[], Lacks]
"""Finds out who cannot be given their access at all."""


def without_basis(flow: Flow, number: str, bad: BadBasis) -> Refusal:
    """Ask for an estimate of a project that lacks something: to be refused, to fail, or to cost something."""
    good = new_project(number, "Assurance of refusals", line_miles=15, terrain_type="flat")
    created = flow.create_project({key: value for key, value in good.items() if key not in bad.lacks}, ESTIMATOR)
    if created.status in INVALID:
        return Refusal(bad, created, INVALID, "", "", ())
    project_id = id_in(created)
    if not project_id:
        raise NotEvaluated(f"No project to try on: {created.outcome}.", "See E2E-01.", created.readings)
    flow.read_project(project_id, ESTIMATOR, until=is_shown)
    inputs = flow.application.declared.estimates
    answer = flow.generate_estimate(generation(project_id, inputs, inputs.confidence_levels[0]), ESTIMATOR)
    if answer.status not in SUCCESSES:
        return Refusal(bad, answer, INVALID | {HTTPStatus.CONFLICT}, "", "", (created,))
    work = follow(flow, answer, ESTIMATOR)
    result = work.job.result()
    if result is None:
        ended = work.job.has_ended
        observed = work.job.is_completed.observed
        return Refusal(
            bad, answer, INVALID, "" if ended else f"a job that never ends: {observed}", f"its job {observed}", ()
        )
    costs = Figures("the estimate", result, work.job.readings).are_present
    left = "" if costs.holds else f"an estimate of nothing: {costs.observed}"
    return Refusal(bad, answer, INVALID, left, "" if left else f"estimated all the same: {costs.observed}", ())


def on_archived(flow: Flow, project_id: str, bad: BadBasis, lacks: FindLacks) -> Refusal:
    """Archive a project, and ask for work on it.

    Raises:
        NotEvaluated: It cannot be archived, or is not seen to be, or archiving would use up a project that the operator
            has provided.
    """
    access = flow.application.declared.access
    if access.places and not access.restores_archived:
        raise NotEvaluated(
            "Nothing is archived where projects stand: it would use one up.",
            "If a manager brings an archived project back by its status, say so: access.restores_archived = true.",
        )
    archived = flow.archive_project(project_id, MANAGER)
    demand_right(archived, lacks)
    if archived.status not in SUCCESSES:
        raise NotEvaluated(f"No archived project: {archived.cause}.", "See RBAC-01.", archived.readings)
    shown = flow.read_project(project_id, ESTIMATOR, until=_is_archived)
    if shown.status not in GONE and (shown.status not in SUCCESSES or not _is_archived(shown)):
        raise NotEvaluated(f"No archived project is seen: {shown.cause}.", "See SMK-03.", shown.readings)
    answer = _ask(flow, project_id, bad)
    if access.places:
        flow.update_project(project_id, {"status": "draft"}, MANAGER)
    left = (
        "" if answer.status not in SUCCESSES else f"{bad.asks} {id_in(answer) or 'without id'} on an archived project"
    )
    return Refusal(bad, answer, REFUSING, left, "", (archived, shown))


def send_grant(flow: Flow, user_ids: UserIds, project_id: str, bad: BadGrant, lacks: FindLacks) -> Refusal:
    """Grant what is odd, and judge the last answer.

    Raises:
        NotEvaluated: The manager is refused as such, or there was no first grant for the judged one to follow, or a
            success says nothing that APEX would say.
    """
    whom = user_ids.of(GRANTEE) if bad.is_known else NOBODY
    access = flow.application.declared.access
    numbers = {1: access.estimator_role_id, 2: access.manager_role_id, 3: access.auditor_role_id}
    answers = [
        flow.grant_access(project_id, {"user_id": whom, "role_id": numbers.get(role_id, role_id)}, MANAGER)
        for role_id in bad.role_ids
    ]
    demand_right(answers[-1], lacks)
    demand_granted(answers[:-1])
    for answer in answers:
        if answer.status in SUCCESSES:
            tells_something(answer)
    if bad.is_known:
        # Whatever was granted is taken back: the project may be one that stands.
        body = {"user_id": whom, "role_id": access.auditor_role_id}
        flow.revoke_access(project_id, body, MANAGER)
    return Refusal(bad, answers[-1], bad.statuses, "", "", tuple(answers[:-1]))


def demand_right(answer: Exchange, lacks: FindLacks) -> None:
    """Go on only if a refusal is about the input, and not about the manager who sent it.

    Raises:
        NotEvaluated: The manager may not do this at all.
    """
    if answer.status in FORBIDDEN:
        lack = lacks().get(MANAGER)
        if lack is not None:
            raise lack.not_evaluated()
        raise NotEvaluated(
            f"Bad input cannot be tried by who may not send good: {answer.cause}.",
            "Let the manager have its role on the project: see [application.access].",
            answer.readings,
        )


def demand_granted(answers: Sequence[Exchange]) -> None:
    """Go on only if the grants before the judged one were made, or had been made already (409).

    Raises:
        NotEvaluated: One was not.
    """
    for answer in answers:
        if answer.status not in SUCCESSES and answer.status != HTTPStatus.CONFLICT:
            raise NotEvaluated(
                f"No first grant for another to follow: {answer.cause}.",
                "See RBAC-02.",
                answer.readings,
            )


def _is_archived(shown: Exchange) -> bool:
    return shown.status not in SUCCESSES or shown.document.text("status") == "archived"


def _ask(flow: Flow, project_id: str, bad: BadBasis) -> Exchange:
    if bad.asks == "document":
        return send_document(flow, project_id, paper("scope", project_id), ESTIMATOR)
    inputs = flow.application.declared.estimates
    body = generation(project_id, inputs, inputs.confidence_levels[0])
    return flow.generate_estimate(body, ESTIMATOR)
