"""The words and groups that every report shares, so that no two of them tell a run differently."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.judging.checking import leaves_most_out
from assurance.reporting.causes import SEVERITIES, rank_of
from assurance.reporting.model import RunModel, RunRecord, VerdictRecord
from assurance.tape.moments import from_text
from assurance.verdicts import Decision, Source, Verdict

VERDICT_WORDS = {
    Verdict.PASS: "pass",
    Verdict.FAIL: "fail",
    Verdict.NOT_EVALUATED: "not evaluated",
    Verdict.WAIVED: "waived",
    Verdict.NOT_APPLICABLE: "not applicable",
}


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """The cases that one reason kept from being judged, or excused."""

    reason: str
    remedy: str
    records: tuple[VerdictRecord, ...]

    @property
    def controls(self) -> tuple[str, ...]:
        """The controls that the cases belong to, sorted."""
        return tuple(sorted({record.control for record in self.records}))

    @property
    def severity(self) -> str:
        """The worst severity of those controls."""
        return SEVERITIES[min(rank_of(record) for record in self.records)]


def by_reason(model: RunModel, verdict: Verdict) -> tuple[ReasonGroup, ...]:
    """Return the cases of one verdict by reason and remedy: the worst severity first, then as the reasons appear."""
    groups: dict[tuple[str, str], list[VerdictRecord]] = {}
    for record in model.verdicts:
        if record.verdict is verdict:
            groups.setdefault((record.reason, record.remedy), []).append(record)
    groups_by_reason = (ReasonGroup(reason, remedy, tuple(records)) for (reason, remedy), records in groups.items())
    return tuple(sorted(groups_by_reason, key=lambda group: SEVERITIES.index(group.severity)))


def counted(number: int, noun: str) -> str:
    """Return `1 case`, `2 cases`, `1,234 cases`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def counts_in_words(counts: dict[Verdict, int]) -> str:
    """Return the counts that are not zero, such as `3 pass, 1 not evaluated`."""
    return ", ".join(f"{number} {VERDICT_WORDS[verdict]}" for verdict, number in counts.items() if number)


def utc_in_words(moment: str) -> str:
    """Return an ISO 8601 time as `2026-03-01 09:30:05 UTC`; what is no such time is returned as it is."""
    return f"{moment[:19].replace('T', ' ')} UTC" if from_text(moment) else moment


def seconds_between(started: str, finished: str) -> float | None:
    """Return the seconds between two ISO 8601 times; None if either is no such time."""
    first, last = from_text(started), from_text(finished)
    return (last - first).total_seconds() if first is not None and last is not None else None


def oldest_reading(model: RunModel) -> str:
    """Return when the oldest reading that the run rests on was begun (ISO 8601); empty if there is none."""
    return min((reading.started for reading in model.readings), default="")


def age_in_words(model: RunModel) -> str:
    """Return how old the oldest reading was when the run ended, such as `6 h 10 min`."""
    seconds = seconds_between(oldest_reading(model), model.run.finished)
    return "unknown: there is no reading" if seconds is None else duration_in_words(max(0.0, seconds))


def duration_in_words(seconds: float) -> str:
    """Return a duration in its two largest units, such as `45 s`, `3 min 20 s` or `2 d 4 h`."""
    left = round(seconds)
    parts: list[str] = []
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        number, left = divmod(left, length)
        if number or (unit == "s" and not parts):
            parts.append(f"{number} {unit}")
        elif parts:
            break
    return " ".join(parts[:2])


def requests_in_words(run: RunRecord) -> str:
    """Return how many requests went to Azure."""
    return "none, this is a replay" if run.source is Source.RECORDED else f"{run.requests:,}, retries included"


def evidence_sentence(run: RunRecord) -> str:
    """Return what the run is worth as evidence, given what it rests on."""
    if not run.complete:
        return "INCOMPLETE: the run was interrupted, so it is no evidence."
    if run.source is Source.LIVE:
        return "Every verdict rests on answers that the deployment gave during this run."
    return f"This run is {run.source}: it is no audit evidence of a deployment."


MAX_LEFT_OUT = 3
"""How many things that a file leaves out are named beside the decision; the report has all."""


def decision_sentence(model: RunModel) -> str:
    """Return what the decision is about, why the run came to it, and what was declared less than the guide demands."""
    return " ".join((judged_sentence(model), *declared_less(model)))


def declared_less(model: RunModel) -> tuple[str, ...]:
    """Return, in a sentence, what the environment file leaves out against the guide, if it does."""
    sentences = model.run.left_out
    if not sentences:
        return ()
    named = "; ".join(sentences[:MAX_LEFT_OUT])
    more = f"; and {len(sentences) - MAX_LEFT_OUT:,} more" if len(sentences) > MAX_LEFT_OUT else ""
    return (f"Less than the guide demands: the environment file {named}{more}.",)


def judged_sentence(model: RunModel) -> str:
    """Return what the decision is about, and why the run came to it."""
    counts = model.counts()
    failed, unjudged = counts[Verdict.FAIL], counts[Verdict.NOT_EVALUATED]
    also = f"; {counted(unjudged, 'case')} could not be judged" if unjudged else ""
    if model.decision is Decision.NO_GO:
        sentence = f"{failed:,} of {counted(len(model.verdicts), 'case')} {'fails' if failed == 1 else 'fail'}{also}."
    elif model.decision is Decision.GO:
        what = "Every requirement that applies" if model.run.selected.whole else "Every case that was selected"
        sentence = f"{what} was judged and holds, or is waived."
    elif unjudged:
        sentence = f"Nothing fails, but {counted(unjudged, 'case')} could not be judged."
    elif counts[Verdict.PASS] or counts[Verdict.WAIVED]:
        most = leaves_most_out((verdict.control, verdict.verdict) for verdict in model.verdicts)
        left = "most of the guide's security controls are declared not applicable" if most else "not all was judged"
        sentence = f"Nothing that was judged fails, but {left}."
    else:
        sentence = "Nothing was judged."
    further = () if model.run.complete else ("INCOMPLETE: the run was interrupted.",)
    scope = model.run.selected.scope
    # What must be done at once comes first, where no writer cuts it off.
    return " ".join((*must_stop(model), f"{scope[0].upper()}{scope[1:]}.", sentence, *further, *model.run.notices))


def must_stop(model: RunModel) -> tuple[str, ...]:
    """Return what the guide's Step 14 demands where any smoke test fails; nothing where none does."""
    failed = sorted({r.control for r in model.verdicts if r.control.startswith("SMK-") and r.verdict is Verdict.FAIL})
    if not failed:
        return ()
    return (f"A smoke test failed ({', '.join(failed)}): STOP and initiate the rollback (guide, Step 14).",)


LEFT_BEHIND = "could not be archived"
"""What a notice says of objects that the run has left in the application: somebody must remove them."""
NO_SUBJECT = "[NOTSET]"
"""What pytest writes for a check whose subjects are none."""


def place_of(record: VerdictRecord) -> tuple[str, str]:
    """Return the file of a case, and its function with the subject in brackets."""
    file, _, name = record.check.partition("::")
    if not name:
        file, name = "", record.check
    name = name.removesuffix(NO_SUBJECT)
    return file, name if name.endswith("]") or not record.subject else f"{name}[{record.subject}]"


def waiver_facts(record: VerdictRecord) -> list[tuple[str, str]]:
    """Return the facts of the waiver that covers a case, by name; none where no waiver does."""
    waiver = record.waiver
    if waiver is None:
        return []
    until = f"{waiver.expires}, {counted(waiver.days_left, 'day')} left"
    if waiver.has_expired:
        until = f"{waiver.expires}: expired {counted(-waiver.days_left, 'day')} ago"
    return [
        ("Waiver", waiver.name),
        ("Borne because", waiver.reason),
        ("Owner", waiver.owner),
        ("Approver", waiver.approver),
        ("Ticket", waiver.ticket),
        ("Until", until),
    ]
