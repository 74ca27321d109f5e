"""The raw samples of a load test: every request, as the generator wrote it down, and as the tape keeps it."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from io import StringIO
from pathlib import Path
from typing import Any

from assurance.errors import BrokenReading, NotEvaluated
from assurance.tape.strict_json import MAX_BYTES, read_plain

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
        users: How many users were at work at most, where others have run the test; None for our own generator.
    """

    processes: tuple[Process, ...]
    samples: tuple[Sample, ...]
    users: int | None = None

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
                [
                    sample.start,
                    sample.elapsed_milliseconds,
                    sample.late_milliseconds,
                    numbers[sample.name],
                    sample.status,
                    sample.size,
                ]
                for sample in self.samples
            ],
            **({} if self.users is None else {"users": self.users}),
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
            Process(tuple(Second(*map(float, second)) for second in process["seconds"]), process["ended"] is True)
            for process in document["processes"]
        )
        samples = tuple(
            Sample(float(start), float(elapsed), float(late), str(names[number]), int(status), int(size))
            for start, elapsed, late, number, status, size in document["samples"]
        )
        users = int(document["users"]) if "users" in document else None
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise BrokenReading("The reading holds no samples of a load test.", "Record again.", readings) from error
    return LoadRecord(processes, samples, users)


def record_of_others(results: Path) -> LoadRecord:
    """Return what JMeter's result files say, as Azure Load Testing gives them: a CSV file, or more in a folder or ZIP.

    Raises:
        NotEvaluated: They cannot be read, or are none.
    """
    samples: list[Sample] = []
    users = 0
    try:
        for text in _texts(results):
            rows = _requests(text)
            samples += map(_of_jmeter, rows)
            users += max(int(row["allThreads"]) for row in rows)
    except (OSError, ValueError, KeyError, TypeError, OverflowError, csv.Error, zipfile.BadZipFile) as error:
        reason = f"{getattr(error, 'strerror', None) or error}"
        raise NotEvaluated(
            f"{results}: these are no result files of a load test: {reason[:200]}",
            "Give --load-results what Azure Load Testing lets you download as results: CSV files, or a ZIP of them.",
        ) from error
    return LoadRecord((), tuple(sorted(samples, key=lambda sample: sample.start)), users)


def _texts(results: Path) -> Iterator[str]:
    """Give the text of each CSV file; together they are no longer than a file of a run may be."""
    left = MAX_BYTES
    if results.suffix == ".zip":
        with zipfile.ZipFile(results) as archive:
            for name in sorted(name for name in archive.namelist() if name.endswith(".csv")):
                with archive.open(name) as file:
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise ValueError(f"they are longer than {MAX_BYTES} bytes")
                yield content.decode()
        return
    files = sorted(results.glob("*.csv")) if results.is_dir() else [results]
    if not files:
        raise ValueError("there is no CSV file in this folder")
    for path in files:
        content = read_plain(path, left)
        left -= len(content)
        yield content.decode()


def _requests(text: str) -> list[dict[str, str]]:
    """Return the rows that are requests: a transaction sums up others."""
    rows = list(csv.DictReader(StringIO(text)))
    requests = [row for row in rows if "Number of samples in transaction" not in str(row["responseMessage"])]
    if not requests or any(None in row.values() for row in requests):
        raise ValueError("there is no request in them, or one is cut")
    return requests


def _of_jmeter(row: Mapping[str, str]) -> Sample:
    code = row["responseCode"]
    status = int(code) if code.isascii() and code.isdecimal() and row["success"].lower() == "true" else 0
    # What JMeter's own assertions refused was not served either.
    failed = int(code) if code.isascii() and code.isdecimal() and int(code) >= HTTPStatus.BAD_REQUEST else status
    return Sample(int(row["timeStamp"]) / 1000, float(row["elapsed"]), 0.0, row["label"], failed, int(row["bytes"]))


def record_in(directory: Path) -> LoadRecord:
    """Return what the processes of a generator have written to a directory by now."""
    samples = [sample for path in directory.glob("samples-*.csv") for sample in _samples(_lines(path))]
    processes = [_process(_lines(path)) for path in sorted(directory.glob("process-*.csv"))]
    return LoadRecord(tuple(processes), tuple(sorted(samples, key=lambda sample: sample.start)))


def _lines(path: Path) -> list[str]:
    """Return the lines that are whole: the last may still be being written."""
    return path.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()


def _samples(lines: Sequence[str]) -> list[Sample]:
    samples = []
    for line in lines:
        start, elapsed, late, name, status, size = line.split(",")
        samples.append(Sample(float(start), float(elapsed), float(late), name, int(status), int(size)))
    return samples


def _process(lines: Sequence[str]) -> Process:
    seconds = tuple(Second(*map(float, line.split(","))) for line in lines if line != ENDED)
    return Process(seconds, ENDED in lines[-1:])


def by_name(samples: Sequence[Sample]) -> Mapping[str, tuple[Sample, ...]]:
    """Return the samples by what was asked for, in the order of names."""
    names = sorted({sample.name for sample in samples})
    return {name: tuple(sample for sample in samples if sample.name == name) for name in names}
