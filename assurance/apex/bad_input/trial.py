"""The trial: each bad input, sent once, and what is found of it afterwards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assurance.apex.bad_input.catalogue import (
    ESTIMATES,
    FILES,
    INVALID,
    PROJECTS,
    REQUESTS,
    STATUS,
    Bad,
    BadEstimate,
    BadFile,
    BadProject,
)
from assurance.apex.client import Exchange, Flow, Flows, Upload
from assurance.apex.client.exchange import all_readings
from assurance.apex.estimation.answers import OK, SUCCESSES, document_in, entries, id_in
from assurance.apex.estimation.sample_documents import paper
from assurance.apex.estimation.script import create_project, generation, list_documents
from assurance.errors import NotEvaluated
from assurance.judging.once import Once
from assurance.verdicts import Fact

FLOW = "bad-input"
ESTIMATOR, MANAGER = "estimator", "manager"
CATALOGUE: tuple[Bad, ...] = (*PROJECTS, STATUS, *FILES, *ESTIMATES, *REQUESTS)
NUMBERS = {bad.name: number for number, bad in enumerate(CATALOGUE, start=1)}
# What an answer must not tell: where in the code, the database or the machine something went wrong (CWE-209).
INWARD = re.compile(
    r"Traceback \(most recent call last\)|File \"[^\"]+\.py\", line \d+|site-packages|sqlalchemy|pyodbc|ODBC Driver"
    r"|(?-i:\bSELECT\b.+\bFROM\b|\bINSERT INTO\b)|/home/\w+/|/usr/(?:local/)?lib/",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What came of one bad input.

    Attributes:
        bad: The input.
        answer: The answer to it.
        statuses: The statuses that refuse it.
        left: What was found of it afterwards; empty if nothing was.
        mended: How APEX took it in another form that does no harm; empty if it did not.
        looked: The answers in which was looked for it.
    """

    bad: Bad
    answer: Exchange
    statuses: frozenset[int]
    left: str
    mended: str
    looked: tuple[Exchange, ...]

    @property
    def is_refused(self) -> Fact:
        """Whether it was refused for what it is, or taken in a form that does no harm where that is as good."""
        self.answer.answers(OK)
        holds = self.answer.status in self.statuses or bool(self.mended)
        return self._fact(
            holds, f"refused with {_listed(self.statuses)}", f"{self.answer.outcome} {self.mended}".strip()
        )

    @property
    def left_nothing(self) -> Fact:
        """Whether nothing of it is found afterwards."""
        observed = self.left or self.mended or f"nothing found in {len(self.looked)} answers"
        return self._fact(not self.left, "nothing of it is stored", observed)

    @property
    def tells_nothing_inward(self) -> Fact:
        """Whether the answer tells nothing of code, database or machine (CWE-209)."""
        found = INWARD.search(self.answer.content.decode("utf-8", "replace"))
        observed = f"the answer tells {found.group(0)[:60]!r}" if found else "nothing of the kind"
        return self._fact(found is None, "no stack trace, statement or path of the server in the answer", observed)

    def _fact(self, holds: bool, expected: str, observed: str) -> Fact:
        remedy = "" if holds else "Validate this input before anything is done with it, and answer 4xx."
        return Fact(
            holds, expected, observed, f"bad input {self.bad.name}", all_readings((self.answer, *self.looked)), remedy
        )


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
        return self._once.of(bad.name, lambda: self._send(bad))

    def _send(self, bad: Bad) -> Refusal:
        flow = self._flows.begin(f"{FLOW}:{bad.name}")
        number = flow.unique(f"bad{NUMBERS[bad.name]:02d}")
        if isinstance(bad, BadProject):
            return _status(flow, number, bad) if bad is STATUS else _project(flow, number, bad)
        if isinstance(bad, BadFile):
            return _file(flow, number, bad)
        if isinstance(bad, BadEstimate):
            return _estimate(flow, number, bad)
        answer = flow.call(bad.method, bad.path, bad.caller, text=bad.text)
        left = "" if bad.method == "GET" or answer.status not in SUCCESSES else "something was created"
        return Refusal(bad, answer, bad.statuses, left, "", ())


def _project(flow: Flow, number: str, bad: BadProject) -> Refusal:
    """Send a bad project, and then a good one of the same number, which can be created only once."""
    good = {"project_number": number, "project_name": "Assurance of refusals", "voltage_level": 345, "line_miles": 1}
    answer = flow.call("POST", "/projects", ESTIMATOR, json={**good, bad.key: bad.value})
    if answer.status in SUCCESSES:
        return Refusal(bad, answer, INVALID, "a project was created", "", ())
    probe = flow.call("POST", "/projects", ESTIMATOR, json=good)
    is_free = probe.status in SUCCESSES and bool(probe.document.id)
    left = "" if is_free else f"its project number cannot be used any more ({probe.outcome})"
    return Refusal(bad, answer, INVALID, left, "", (probe,))


def _status(flow: Flow, number: str, bad: BadProject) -> Refusal:
    project_id = _good_project(flow, number)
    answer = flow.call("PATCH", f"/projects/{project_id}", MANAGER, json={bad.key: bad.value})
    shown = flow.call("GET", f"/projects/{project_id}", ESTIMATOR)
    told = shown.document.text("status")
    return Refusal(bad, answer, INVALID, f"status {told}" if told != "draft" else "", "", (shown,))


def _file(flow: Flow, number: str, bad: BadFile) -> Refusal:
    project_id = _good_project(flow, number)
    content = paper("scope", number).content if bad.content is None else bad.content
    file = Upload(bad.file_name, content.ljust(bad.size, b"\n"), bad.media_type)
    form = {"project_id": project_id, "document_type": bad.document_type}
    answer = flow.call("POST", "/documents/upload", ESTIMATOR, data=form, files={"file": file})
    listing = list_documents(flow, project_id, ESTIMATOR)
    found = entries(listing)
    mended = _mended(answer) if bad.mends else ""
    left = "" if mended or not found else f"{len(found)} documents: {found[0].text('blob_path')}"
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
    answer = flow.call("POST", "/estimates/generate", ESTIMATOR, json=body)
    listing = flow.call("GET", f"/estimates/projects/{project_id}/estimates", ESTIMATOR)
    left = f"job {id_in(answer)} was started" if answer.status in SUCCESSES else ""
    found = len(entries(listing))
    return Refusal(bad, answer, INVALID, left or (f"{found} estimates" if found else ""), "", (listing,))


def _good_project(flow: Flow, number: str) -> str:
    step = create_project(flow, number)
    failure = step.failure
    if failure is not None:
        raise NotEvaluated(f"No project to try bad input on: {failure.observed}.", "See E2E-01.", failure.readings)
    return step.id


def _listed(statuses: frozenset[int]) -> str:
    return ", ".join(map(str, sorted(statuses)))


@lru_cache(maxsize=4)
def refusals_of(flows: Flows) -> RefusalTrial:
    """Return the trial of a run: one, whoever asks."""
    return RefusalTrial(flows)
