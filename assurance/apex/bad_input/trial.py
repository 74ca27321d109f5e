"""The trial: each bad input, sent once, and what is found of it afterwards."""

from __future__ import annotations

import re
from functools import lru_cache
from http import HTTPStatus
from typing import Literal

from assurance.apex.access import MANAGER, Lacks, admit, give_access, look_for_access
from assurance.apex.bad_input.bases import FindLacks, demand_right, on_archived, send_grant, without_basis
from assurance.apex.bad_input.catalogue import (
    ARCHIVED,
    BASES,
    CHANGES,
    ESTIMATES,
    FILES,
    GRANTS,
    INVALID,
    PROJECTS,
    REQUESTS,
    Bad,
    BadBasis,
    BadChange,
    BadEstimate,
    BadFile,
    BadGrant,
    BadProject,
    BadRequest,
)
from assurance.apex.bad_input.description import may_be_null
from assurance.apex.bad_input.refusal import Refusal
from assurance.apex.client import Exchange, Flow, Flows, Upload
from assurance.apex.client.api import is_shown
from assurance.apex.client.question import new_project
from assurance.apex.client.sign_in import UserIds
from assurance.apex.estimation.answers import document_in, entries, id_in, tells_something, unseen
from assurance.apex.estimation.sample_documents import paper
from assurance.apex.estimation.script import create_project, generation, list_documents
from assurance.errors import NotEvaluated
from assurance.judging.nouns import Once
from assurance.world.http.attempts import SUCCESSES

FLOW = "bad-input"
ESTIMATOR = "estimator"
CATALOGUE: tuple[Bad, ...] = (*PROJECTS, *CHANGES, *FILES, *ESTIMATES, *BASES, *REQUESTS, *ARCHIVED, *GRANTS)
NUMBERS = {bad.name: number for number, bad in enumerate(CATALOGUE, start=1)}


class RefusalTrial:
    """Sends bad input, each in a flow of its own, so that nothing else explains what is found afterwards."""

    def __init__(self, flows: Flows) -> None:
        self._flows = flows
        self._once = Once()

    def refusal(self, bad: Bad) -> Refusal:
        """Return what came of a bad input.

        Raises:
            NotEvaluated: It could not be sent, or nobody could look afterwards.
        """
        return self._once.of(bad.name, lambda: self._send_alone(bad))

    def _send_alone(self, bad: Bad) -> Refusal:
        """Send a bad input; what it does to a project that stands is done while nobody else is at work there."""
        place = self._place(bad)
        if not place or not (isinstance(bad, (BadChange, BadGrant)) or (isinstance(bad, BadBasis) and not bad.lacks)):
            return self._send(bad)
        with self._flows.application.tape.holding(place):
            return self._send(bad)

    def _place(self, bad: Bad) -> str:
        """Return the standing project that a bad input takes; empty where projects are made."""
        places = self._flows.application.declared.access.places
        return places[NUMBERS[bad.name] % len(places)] if places else ""

    def _send(self, bad: Bad) -> Refusal:
        only_reads = isinstance(bad, BadRequest) and bad.only_reads(on_standing=False)
        flow = self._flows.begin(f"{FLOW}:{bad.name}", only_reads=only_reads)
        number = flow.unique(f"bad{NUMBERS[bad.name]:02d}")
        if isinstance(bad, BadProject):
            return _project(flow, number, bad, self._may_be_null("post", bad.key))
        if isinstance(bad, BadChange):
            project_id = self._managed(flow, number, bad)
            return _change(flow, project_id, bad, self._may_be_null("patch", bad.key), self._lacks)
        if isinstance(bad, BadGrant):
            return send_grant(flow, self._user_ids, self._managed(flow, number, bad), bad, self._lacks)
        if isinstance(bad, BadBasis):
            if bad.lacks:
                return without_basis(flow, number, bad)
            return on_archived(flow, self._managed(flow, number, bad), bad, self._lacks)
        if isinstance(bad, BadFile):
            return _file(flow, number, bad)
        if isinstance(bad, BadEstimate):
            return _estimate(flow, number, bad)
        answer = flow.call(bad.method, bad.path, bad.caller, text=bad.text)
        left = "" if bad.method == "GET" or answer.status not in SUCCESSES else "something was created"
        return Refusal(bad, answer, bad.statuses, left, "", ())

    @property
    def _user_ids(self) -> UserIds:
        return self._once.of("user ids", lambda: UserIds(self._flows, f"{FLOW}:user-ids"))

    def _managed(self, flow: Flow, number: str, bad: Bad) -> str:
        """Return the id of a project of which the manager is manager.

        Raises:
            NotEvaluated: There is none that may be changed.
        """
        access = flow.application.declared.access
        if access.how == "standing":
            raise NotEvaluated(
                "What a manager sends is not tried on the standing project.",
                'Let it be tried on projects that may be changed: application.access.how = "pool" or "command".',
            )
        if access.places:
            return self._place(bad)
        if access.how != "command":
            return _good_project(flow, number)
        # What the command did not do for one project it is not asked to do for the next.
        if MANAGER in self._lacks():
            raise self._lacks()[MANAGER].not_evaluated()
        project_id = _good_project(flow, number)
        admit(flow, self._user_ids, project_id)
        return project_id

    def _lacks(self) -> Lacks:
        """Return who cannot be given their access, as one project shows it."""
        return self._once.of("lacks", self._find_lacks)

    def _find_lacks(self) -> Lacks:
        places = self._flows.application.declared.access.places
        flow = self._flows.begin(f"{FLOW}:access", only_reads=bool(places))
        if places:
            return look_for_access(flow, places[0])
        return give_access(flow, self._user_ids, _good_project(flow, flow.unique("bad-access")))

    def _may_be_null(self, method: Literal["post", "patch"], key: str) -> str:
        """Return in words where the API's own description lets a value be null; empty if it does not."""
        return may_be_null(self._flows.application, method, key)


def _project(flow: Flow, number: str, bad: BadProject, may_be_null: str) -> Refusal:
    """Send a bad project, and then a good one of the same number, which can be created only once."""
    good = new_project(number, "Assurance of refusals", line_miles=1)
    answer = flow.create_project({**good, bad.key: bad.value}, ESTIMATOR)
    if answer.status in SUCCESSES:
        if bad.value is None and may_be_null:
            return Refusal(bad, answer, INVALID, "", f"created, as described: {may_be_null}", ())
        return Refusal(bad, answer, INVALID, "a project was created", "", ())
    probe = flow.create_project(good, ESTIMATOR)
    is_free = probe.status in SUCCESSES and bool(probe.document.id)
    left = "" if is_free else f"its project number cannot be used any more ({probe.outcome})"
    return Refusal(bad, answer, INVALID, left, "", (probe,))


def _change(flow: Flow, project_id: str, bad: BadChange, may_be_null: str, lacks: FindLacks) -> Refusal:
    """Change a project to something impossible; that null changes nothing is as good as a refusal."""
    before = _seen(flow.read_project(project_id, ESTIMATOR, until=is_shown))
    answer = flow.update_project(project_id, {bad.key: bad.value}, MANAGER)
    demand_right(answer, lacks)
    shown = _seen(flow.read_project(project_id, ESTIMATOR))
    was, now = before.document.value(bad.key), shown.document.value(bad.key)
    taken = answer.status in SUCCESSES and bad.value is None and tells_something(answer)
    if taken and (now == was or may_be_null):
        kept = f"{bad.key} stays {now}" if now == was else f"taken, as described: {may_be_null}"
        return Refusal(bad, answer, INVALID, "", kept, (before, shown))
    return Refusal(bad, answer, INVALID, f"{bad.key} {now}" if now != was else "", "", (before, shown))


def _seen(shown: Exchange) -> Exchange:
    """Return a project as it was read; what is not seen can be compared with nothing.

    Raises:
        NotEvaluated: It cannot be seen.
    """
    if shown.status != HTTPStatus.OK or not shown.document.id:
        raise unseen(shown)
    return shown


def _file(flow: Flow, number: str, bad: BadFile) -> Refusal:
    project_id = _good_project(flow, number)
    content = paper("scope", number).content if bad.content is None else bad.content
    file = Upload(bad.file_name, content.ljust(bad.size, b"\n"), bad.media_type)
    answer = flow.upload_document(project_id, bad.document_type, file, ESTIMATOR)
    listing = list_documents(flow, project_id, ESTIMATOR)
    listed = entries(listing)
    mended = _mended(answer) if bad.mends else ""
    left = "" if mended or not listed else f"{len(listed)} documents: {listed[0].text('blob_path')}"
    return Refusal(bad, answer, INVALID, left, mended, (listing,))


def _mended(answer: Exchange) -> str:
    """Return under which path a file was stored whose name was mended; empty if it was not, or still names a path."""
    document = document_in(answer)
    path = document.text("blob_path") if document is not None else None
    if path is None or re.search(r"\.\.|\\|\x00|%00|%2e%2e|/etc/", path, re.IGNORECASE):
        return ""
    return f"stored as {path}"


def _estimate(flow: Flow, number: str, bad: BadEstimate) -> Refusal:
    project_id = _good_project(flow, number)
    inputs = flow.application.declared.estimates
    body = {**generation(project_id, inputs, inputs.confidence_levels[0]), bad.key: bad.value}
    answer = flow.generate_estimate(body, ESTIMATOR)
    listing = flow.list_estimates(project_id, ESTIMATOR)
    left = f"job {id_in(answer)} was started" if answer.status in SUCCESSES else ""
    count = len(entries(listing))
    return Refusal(bad, answer, INVALID, left or (f"{count} estimates" if count else ""), "", (listing,))


def _good_project(flow: Flow, number: str) -> str:
    step = create_project(flow, number)
    failure = step.failure
    if failure is not None:
        raise NotEvaluated(f"No project to try bad input on: {failure.observed}.", "See E2E-01.", failure.readings)
    return step.id


@lru_cache(maxsize=4)
def refusals_of(flows: Flows) -> RefusalTrial:
    """Return the trial of a run: one, whoever asks."""
    return RefusalTrial(flows)
