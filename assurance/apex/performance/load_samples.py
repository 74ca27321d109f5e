"""The raw samples of a load test: every request, as the generator wrote it down, and as the tape keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from assurance.errors import BrokenReading

# Requests of such names prepare and tidy up (see checks/performance/locustfile.py).
ASIDE = "aside: "
ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Sample:
    """One request.

    Attributes:
        start: When it was sent, in seconds since 1970.
        elapsed_milliseconds: From before it was sent until its answer was whole.
        late_milliseconds: How much later it was sent than it was due.
        name: What was asked for.
        status: The HTTP status; 0 where there was no answer.
        size: Bytes of the answer's body.
    """

    start: float
    elapsed_milliseconds: float
    late_milliseconds: float
    name: str
    status: int
    size: int

    @property
    def failed(self) -> bool:
        """Whether it was not served."""
        return not 0 < self.status < HTTPStatus.BAD_REQUEST

    @property
    def waited_milliseconds(self) -> float:
        """How long a user waited who keeps to a timetable: from when the request was due."""
        return self.elapsed_milliseconds + self.late_milliseconds


@dataclass(frozen=True, slots=True)
class Second:
    """One second of a process of the generator.

    Attributes:
        at: When it ended, in seconds since 1970.
        processor_share: The share of one processor that it used.
        lag_milliseconds: The longest that its heartbeat was late.
    """

    at: float
    processor_share: float
    lag_milliseconds: float


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the generator: its seconds, and whether it ended as it should."""

    seconds: tuple[Second, ...]
    ended: bool


@dataclass(frozen=True, slots=True)
class LoadRecord:
    """All that the generator wrote down.

    Attributes:
        processes: Its processes.
        samples: All requests, in the order in which they were sent.
    """

    processes: tuple[Process, ...]
    samples: tuple[Sample, ...]

    def body(self) -> bytes:
        """Return the record as the bytes of a reading."""
        names = sorted({sample.name for sample in self.samples})
        numbers = {name: number for number, name in enumerate(names)}
        document = {
            "processes": [
                {
                    "ended": process.ended,
                    "seconds": [
                        [second.at, second.processor_share, second.lag_milliseconds] for second in process.seconds
                    ],
                }
                for process in self.processes
            ],
            "names": names,
            "samples": [
                [one.start, one.elapsed_milliseconds, one.late_milliseconds, numbers[one.name], one.status, one.size]
                for one in self.samples
            ],
        }
        return json.dumps(document, separators=(",", ":")).encode()


def record_of(body: bytes, readings: tuple[str, ...]) -> LoadRecord:
    """Return the record that a reading holds.

    Raises:
        BrokenReading: It holds none.
    """
    try:
        document: dict[str, Any] = json.loads(body)  # Any: JSON, whose form the constructors below demand
        names = document["names"]
        processes = tuple(
            Process(tuple(Second(*map(float, second)) for second in one["seconds"]), one["ended"] is True)
            for one in document["processes"]
        )
        samples = tuple(
            Sample(float(start), float(elapsed), float(late), str(names[number]), int(status), int(size))
            for start, elapsed, late, number, status, size in document["samples"]
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise BrokenReading("The reading holds no samples of a load test.", "Record again.", readings) from error
    return LoadRecord(processes, samples)


def record_in(directory: Path) -> LoadRecord:
    """Return what the processes of a generator have written to a directory by now."""
    samples = [sample for path in directory.glob("samples-*.csv") for sample in _samples(_lines(path))]
    processes = [_process(_lines(path)) for path in sorted(directory.glob("process-*.csv"))]
    return LoadRecord(tuple(processes), tuple(sorted(samples, key=lambda sample: sample.start)))


def _lines(path: Path) -> list[str]:
    """Return the lines that are whole: the last may still be being written."""
    return path.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()


def _samples(lines: Sequence[str]) -> list[Sample]:
    found = []
    for line in lines:
        start, elapsed, late, name, status, size = line.split(",")
        found.append(Sample(float(start), float(elapsed), float(late), name, int(status), int(size)))
    return found


def _process(lines: Sequence[str]) -> Process:
    seconds = tuple(Second(*map(float, line.split(","))) for line in lines if line != ENDED)
    return Process(seconds, ENDED in lines[-1:])


def by_name(samples: Sequence[Sample]) -> Mapping[str, tuple[Sample, ...]]:
    """Return the samples by what was asked for, in the order of names."""
    names = sorted({sample.name for sample in samples})
    return {name: tuple(sample for sample in samples if sample.name == name) for name in names}
