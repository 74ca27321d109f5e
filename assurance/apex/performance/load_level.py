"""The load test, judged: percentiles from raw samples, and only where the generator itself was not the bottleneck.

Each request counts from when it was due, not from when the user before it had been answered: a stalled application is
otherwise asked less while it stalls, and its slowest answers are the fewest ("coordinated omission"). Where nothing
stalls both are the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from assurance.apex.performance.load_samples import ASIDE, LoadRecord, Process, Sample
from assurance.environment.application_tables import DeclaredLoad
from assurance.errors import NotEvaluated
from assurance.judging.statistics import percentile
from assurance.verdicts import Fact, Measure

SECONDS_OF_TWENTY = 95
SURELY_DUE = 0.9
"""Of the requests that are due on average, how many are taken to have been: timetables are drawn."""
SLOW_REMEDY = "Look at Application Insights (Performance) for the time of the test, and at replicas and database load."
FAILING_REMEDY = "Look at Application Insights (Failures) for the time of the test."


@dataclass(frozen=True, slots=True)
class LoadLevel:
    """How a load was served.

    Attributes:
        samples: The requests that count: those sent while all users were at work.
        unsent: How many were due in that time and never sent, since users still waited for what they had sent before.
        by_others: Whether the generator was another's, which tells neither when requests were due nor how busy it was.
        declared: How large the load was.
        subject: What was asked.
        readings: What it rests on.
    """

    samples: tuple[Sample, ...]
    unsent: int
    by_others: bool
    declared: DeclaredLoad
    subject: str
    readings: tuple[str, ...]

    @classmethod
    def of(cls, record: LoadRecord, declared: DeclaredLoad, subject: str, readings: tuple[str, ...]) -> LoadLevel:
        """Return what a record shows, if the generator was up to its task.

        Raises:
            NotEvaluated: A process was lost or busy with itself, or there are too few requests.
        """
        _refuse_smaller(record, declared, readings)
        samples = counted(record, declared)
        unsent = max(0, _fewest_due(record, declared) - len(samples))
        if not samples or len(samples) + unsent < declared.minimum_requests:
            raise NotEvaluated(
                f"{len(samples):,} requests are too few to judge by; {declared.minimum_requests:,} are needed "
                f"({len(_at_work(record))} of {declared.users} users came to work).",
                "Check that users could make their projects ([application.identities]); else raise [load] seconds.",
                readings,
            )
        began = samples[0].start
        for process in record.processes:
            _refuse_saturated(process, began, declared, readings)
        return cls(samples, unsent, record.users is not None, declared, subject, readings)

    def error_rate_is_below(self, percent: float) -> Fact:
        """Whether the share of requests that were not served is below a threshold."""
        failed = [sample for sample in self.samples if sample.failed]
        rate = 100 * len(failed) / len(self.samples)
        observed = f"{len(failed):,} of {len(self.samples):,} requests failed, {rate:.2f} %"
        failures = ", ".join(sorted({f"{sample.name}: {sample.status or 'no answer'}" for sample in failed})[:5])
        return self._fact(
            rate < percent,
            f"error rate below {percent:g} %",
            f"{observed}{f' ({failures})' if failures else ''}",
            FAILING_REMEDY,
            Measure("error rate under load", rate, percent, "%"),
        )

    def percentile_is_below(self, share: int, milliseconds: float) -> Fact:
        """Whether a percentile of the time that users waited is below a threshold; what failed was never served."""
        waited = [math.inf if sample.failed else sample.waited_milliseconds for sample in self.samples]
        latency = percentile([*waited, *([math.inf] * self.unsent)], share)
        sent = percentile([sample.elapsed_milliseconds for sample in self.samples], share)
        wait = "beyond all bounds" if math.isinf(latency) else f"{latency:,.0f} ms"
        unsent = f"; about {self.unsent:,} more were due and could not be sent" if self.unsent else ""
        return self._fact(
            latency < milliseconds,
            f"P{share} under load below {milliseconds:,g} ms",
            f"P{share} of {len(self.samples):,} requests is {wait} from when they were due, {sent:,.0f} ms from when "
            f"they were sent{unsent}"
            if not self.by_others
            else f"P{share} of {len(self.samples):,} requests is {wait} from when they were sent{unsent}; how busy the "
            "generator was, its result files do not say",
            SLOW_REMEDY,
            # What was never served has no time that could be drawn.
            None if math.isinf(latency) else Measure(f"P{share} under load", latency, milliseconds, "ms"),
        )

    def _fact(self, holds: bool, expected: str, observed: str, remedy: str, measure: Measure | None) -> Fact:
        rate = len(self.samples) / max(self.samples[-1].start - self.samples[0].start, 1e-3)
        basis = f"{self.declared.users} users, {rate:.1f} requests a second"
        sentence, advice = f"{observed}; {basis}", "" if holds else remedy
        return Fact(holds, expected, sentence, self.subject, self.readings, advice, measure)


def counted(record: LoadRecord, declared: DeclaredLoad) -> tuple[Sample, ...]:
    """Return the requests of the load that were sent after the last user had come to work."""
    began = _began(record, declared)
    return tuple(sample for sample in record.samples if not sample.name.startswith(ASIDE) and sample.start >= began)


def _at_work(record: LoadRecord) -> list[Sample]:
    """Return the requests by which users came to work: each makes a project first."""
    return [sample for sample in record.samples if sample.name == f"{ASIDE}make a project" and not sample.failed]


def _first(record: LoadRecord) -> float:
    begins = [process.seconds[0].at for process in record.processes if process.seconds]
    return min([*begins, *(sample.start for sample in record.samples)], default=0.0)


def _began(record: LoadRecord, declared: DeclaredLoad) -> float:
    """Return when the last user had come to work, and had the first request of its timetable due."""
    came = [sample.start + sample.elapsed_milliseconds / 1000 for sample in _at_work(record)]
    return max([_first(record) + declared.arrival_seconds, *came]) + declared.think_seconds[1]


def _fewest_due(record: LoadRecord, declared: DeclaredLoad) -> int:
    """Return how many requests were due at least, by the timetables of the users that had come to work."""
    end = _first(record) + declared.arrival_seconds + declared.seconds
    mean = sum(declared.think_seconds) / 2
    return int(SURELY_DUE * len(_at_work(record)) * max(0.0, end - _began(record, declared)) / mean)


def _refuse_smaller(record: LoadRecord, declared: DeclaredLoad, readings: tuple[str, ...]) -> None:
    """Refuse a load that was another than declared."""
    if record.users is not None:
        seconds = record.samples[-1].start - record.samples[0].start if record.samples else 0.0
        if record.users < declared.users or seconds < declared.seconds:
            raise NotEvaluated(
                f"The result files tell of {record.users} users and {seconds:,.0f} s; {declared.users} users were "
                f"declared, and {declared.seconds} s with all of them at work.",
                "Run the load test as `apex-assurance load-config` prints it, or declare in [load] what it is.",
                readings,
            )
        return
    ended = sum(process.ended for process in record.processes)
    wanted, who = (declared.workers, "workers") if declared.workers else (declared.processes, "processes")
    if ended != wanted or len(record.processes) != wanted:
        raise NotEvaluated(
            f"{wanted} {who} were to send, {len(record.processes)} began and {ended} ended as they "
            "should: the load was another than declared.",
            "Look at the machine's memory; run again."
            if not declared.workers
            else "Look at the workers' machines and the network between them; run again.",
            readings,
        )


def _refuse_saturated(process: Process, began: float, declared: DeclaredLoad, readings: tuple[str, ...]) -> None:
    seconds = [second for second in process.seconds if second.at >= began]
    if not seconds:
        raise NotEvaluated("A process of the generator did not say how busy it was.", "Run again.", readings)
    share = 100 * percentile([second.processor_share for second in seconds], 50)
    lag = percentile([second.lag_milliseconds for second in seconds], SECONDS_OF_TWENTY)
    if share > declared.most_cpu_percent or lag > declared.most_lag_milliseconds:
        raise NotEvaluated(
            f"The generator was saturated: {share:.0f} % of a processor in half of its seconds, at most "
            f"{declared.most_cpu_percent:g} % are allowed; its heartbeat {lag:,.0f} ms late in one second of twenty, "
            f"at most {declared.most_lag_milliseconds:g} ms are.",
            "Raise [load] processes, or run it on a machine that is otherwise idle: it has measured itself.",
            readings,
        )
