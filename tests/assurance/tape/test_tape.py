"""The tape: written once, sealed, and refused for replay if anything on it is not as it was."""

import json
import multiprocessing
import os
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from time import sleep

import pytest

from assurance.errors import MissingReading, NotEvaluated, TapeRefused
from assurance.tape import FORMAT, Reading, Tape, TapeHeader, key_of, sha256, utc_now

KEY = key_of("GET", "/subscriptions/x")
BODY = b'{"id": "/subscriptions/x"}'
WRONG: list[object] = [None, True, 0, 1.5, "text", [], [1], {}, {"a": 1}]


def reading(key: str = KEY, body: bytes = BODY) -> Reading:
    """A reading as the transport makes it."""
    return Reading(
        key=key,
        kind="http",
        question="GET https://management.azure.com/subscriptions/x",
        started="2026-03-01T10:00:01.000Z",
        elapsed_milliseconds=12,
        status=200,
        headers={"x-ms-request-id": "r-1"},
        sha256=sha256(body),
        page=1,
        api_version="2026-01-01",
        body=body,
    )


@pytest.fixture
def sealed(tape: Tape) -> Path:
    """The directory of a sealed tape with one reading that has a body and one that has none."""
    tape.obtain(KEY, reading)
    failed = Reading(key_of("dns"), "dns", "A records of x", utc_now(), 3, failure="no answer")
    tape.obtain(failed.key, lambda: failed)
    tape.seal("2026-03-01T10:05:00.000Z")
    return tape.directory


def edit(path: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Change a JSON file."""
    document = json.loads(path.read_bytes())
    change(document)
    path.write_text(json.dumps(document))


def never() -> Reading:
    """A question that must not be asked."""
    raise AssertionError("the world was asked")


def test_a_sealed_tape_is_read_back(sealed: Path, tape: Tape) -> None:
    """What was written is what is replayed: header, order, metadata and bytes."""
    replayed = Tape.open(sealed)
    assert replayed.header == tape.header
    assert replayed.readings() == tape.readings()
    assert replayed.obtain(KEY, never) == reading()
    assert replayed.obtain(KEY, never).request_id == "r-1"


def test_a_tape_is_found_in_an_evidence_pack(sealed: Path) -> None:
    """The directory of the pack will do: the tape stands in `tape/` within it."""
    assert Tape.open(sealed.parent).readings() == Tape.open(sealed).readings()


def test_bodies_are_named_by_their_digest(sealed: Path) -> None:
    """An auditor checks a body with `sha256sum` alone."""
    names = [path.name for path in (sealed / "bodies").iterdir()]
    assert names == [sha256(BODY)]
    assert (sealed / "bodies" / names[0]).read_bytes() == BODY


def test_a_replaying_tape_never_asks(sealed: Path) -> None:
    """An answer that the tape does not hold is missing; the world is not asked for it."""
    replayed = Tape.open(sealed)
    with pytest.raises(MissingReading):
        replayed.obtain("another", never)
    assert replayed.look_up("another") is None
    assert replayed.look_up(KEY) == reading()


def test_what_comes_beside_a_tape_after_it_was_opened_is_not_read(sealed: Path) -> None:
    """Only what was verified is replayed."""
    replayed = Tape.open(sealed)
    other = reading(key_of("other"))
    (sealed / "readings" / f"{other.key}.json").write_text(json.dumps(other.metadata()))
    assert replayed.look_up(other.key) is None
    assert len(replayed.readings()) == 2


@pytest.mark.parametrize("folder", ["readings", "bodies"])
def test_a_cut_tape_is_refused(sealed: Path, folder: str) -> None:
    """A missing reading or body is told, by the name of its file."""
    path = next(iter(sorted((sealed / folder).iterdir())))
    path.unlink()
    with pytest.raises(TapeRefused, match="missing") as refusal:
        Tape.open(sealed)
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize("folder", ["readings", "bodies"])
def test_an_edited_tape_is_refused(sealed: Path, folder: str) -> None:
    """A changed reading or body is told, by the name of its file."""
    path = next(iter(sorted((sealed / folder).iterdir())))
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(TapeRefused, match="edited") as refusal:
        Tape.open(sealed)
    assert str(path) in str(refusal.value)


def test_a_tape_with_an_unlisted_reading_is_refused(sealed: Path) -> None:
    """A reading that was put beside the others afterwards is told."""
    (sealed / "readings" / "0123456789abcdef01234567.json").write_text("{}")
    with pytest.raises(TapeRefused, match="0123456789abcdef01234567") as refusal:
        Tape.open(sealed)
    assert str(sealed / "readings") in str(refusal.value)


@pytest.mark.parametrize("length", [0, 1, 40, 200])
def test_a_cut_list_of_readings_is_refused(sealed: Path, length: int) -> None:
    """A tape.json that ends in the middle is told."""
    path = sealed / "tape.json"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(TapeRefused, match="it is not JSON") as refusal:
        Tape.open(sealed)
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[" * 100_000, b"null", b"[]", b'"x"', b"1"])
def test_a_list_of_readings_that_is_no_object_is_refused(sealed: Path, content: bytes) -> None:
    """Bytes that are no text, no JSON or no object are one refusal and no traceback."""
    (sealed / "tape.json").write_bytes(content)
    with pytest.raises(TapeRefused, match=r"tape\.json"):
        Tape.open(sealed)


def test_no_tape_is_refused(tmp_path: Path) -> None:
    """A directory without a tape, and a file in its place, are told."""
    with pytest.raises(TapeRefused, match="no tape is here"):
        Tape.open(tmp_path / "nowhere")
    (tmp_path / "file").write_text("x")
    with pytest.raises(TapeRefused, match="no tape is here"):
        Tape.open(tmp_path / "file")


def test_an_unsealed_tape_is_refused(tape: Tape) -> None:
    """The tape of an interrupted run is no evidence."""
    tape.obtain(KEY, reading)
    with pytest.raises(TapeRefused, match="not sealed") as refusal:
        Tape.open(tape.directory)
    assert "tape.json" in str(refusal.value)


@pytest.mark.parametrize("form", [0, FORMAT + 1, "1", None, [1]])
def test_a_tape_of_another_format_is_refused(sealed: Path, form: object) -> None:
    """A tape of another format is not read by guesswork."""

    def change(document: dict[str, object]) -> None:
        header = document["header"]
        assert isinstance(header, dict)
        header["format"] = form

    edit(sealed / "tape.json", change)
    with pytest.raises(TapeRefused, match=r"tape\.json: format"):
        Tape.open(sealed)


@pytest.mark.parametrize("value", WRONG, ids=repr)
@pytest.mark.parametrize("key", ["header", "readings"])
def test_a_part_of_the_wrong_type_is_refused(sealed: Path, key: str, value: object) -> None:
    """Whatever stands where the header or the digests should, it is one refusal and no traceback."""
    edit(sealed / "tape.json", lambda document: document.update({key: value}))
    with pytest.raises(TapeRefused, match=str(sealed)):
        Tape.open(sealed)


@pytest.mark.parametrize("value", WRONG, ids=repr)
@pytest.mark.parametrize("key", [*asdict(TapeHeader("", "", "", "", "", (), "")), "unknown"])
def test_a_header_of_wrong_types_is_refused(sealed: Path, key: str, value: object) -> None:
    """Each field of the header has its type, and there is no other field."""
    fitting = (isinstance(value, str) and key not in {"format", "vantage", "unknown"}) or (key, value) == (
        "vantage",
        [],
    )

    def change(document: dict[str, object]) -> None:
        header = document["header"]
        assert isinstance(header, dict)
        header[key] = value

    edit(sealed / "tape.json", change)
    if fitting:
        assert getattr(Tape.open(sealed).header, key) in (value, ())
        return
    with pytest.raises(TapeRefused, match=r"tape\.json"):
        Tape.open(sealed)


@pytest.mark.parametrize("key", ["environment", "subscription_id", "vantage", "started"])
def test_a_header_that_lacks_a_field_is_refused(sealed: Path, key: str) -> None:
    """A field that is missing is named."""

    def change(document: dict[str, object]) -> None:
        header = document["header"]
        assert isinstance(header, dict)
        del header[key]

    edit(sealed / "tape.json", change)
    with pytest.raises(TapeRefused, match=key):
        Tape.open(sealed)


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_a_digest_of_the_wrong_type_is_refused(sealed: Path, value: object) -> None:
    """A digest is 64 hexadecimal characters, or the tape is refused."""
    edit(sealed / "tape.json", lambda document: document.update(readings={KEY: value}))
    with pytest.raises(TapeRefused, match=KEY):
        Tape.open(sealed)


@pytest.mark.parametrize("key", ["../../outside", "/etc/hosts", "", "a b"])
def test_a_key_that_leaves_the_tape_is_refused(sealed: Path, key: str) -> None:
    """The name of a reading is never taken as a path."""
    edit(sealed / "tape.json", lambda document: document.update(readings={key: "0" * 64}))
    with pytest.raises(TapeRefused, match="is not a digest"):
        Tape.open(sealed)


@pytest.mark.parametrize("value", WRONG, ids=repr)
@pytest.mark.parametrize("key", [*reading().metadata(), "unknown", "body"])
def test_a_reading_of_wrong_types_is_refused_even_with_a_fitting_digest(sealed: Path, key: str, value: object) -> None:
    """Each field of a reading has its type, also on a tape whose digests were made to fit."""
    path = sealed / "readings" / f"{KEY}.json"
    fitting = {
        "kind": isinstance(value, str),
        "question": isinstance(value, str),
        "started": isinstance(value, str),
        "failure": isinstance(value, str),
        "api_version": isinstance(value, str),
        "headers": value == {},
        "elapsed_milliseconds": value == 0 and not isinstance(value, bool),
        "attempts": value == 0 and not isinstance(value, bool),
        "status": value is None or (value == 0 and not isinstance(value, bool)),
        "call": value is None,
        "page": value is None or (value == 0 and not isinstance(value, bool)),
    }
    edit(path, lambda document: document.update({key: value}))
    edit(sealed / "tape.json", lambda document: document["readings"].update({KEY: sha256(path.read_bytes())}))  # type: ignore[attr-defined]  # values of JSON
    if fitting.get(key):
        assert getattr(Tape.open(sealed).obtain(KEY, never), key) == value
        return
    with pytest.raises(TapeRefused, match=KEY):
        Tape.open(sealed)


def test_a_body_outside_the_tape_is_refused(sealed: Path) -> None:
    """The digest of a body is never taken as a path."""
    path = sealed / "readings" / f"{KEY}.json"
    edit(path, lambda document: document.update(sha256="../tape.json"))
    edit(sealed / "tape.json", lambda document: document["readings"].update({KEY: sha256(path.read_bytes())}))  # type: ignore[attr-defined]  # values of JSON
    with pytest.raises(TapeRefused, match=KEY):
        Tape.open(sealed)


def test_a_reading_under_another_name_is_refused(sealed: Path) -> None:
    """A reading that was copied to another name, to stand for another answer, is told."""
    other = key_of("other")
    shutil.copy(sealed / "readings" / f"{KEY}.json", sealed / "readings" / f"{other}.json")
    digest = sha256((sealed / "readings" / f"{KEY}.json").read_bytes())
    edit(sealed / "tape.json", lambda document: document["readings"].update({other: digest}))  # type: ignore[attr-defined]  # values of JSON
    with pytest.raises(TapeRefused, match=f"not the reading {other}"):
        Tape.open(sealed)


def test_threads_ask_once(tape: Tape) -> None:
    """Of many threads with one question, one asks, and all get the one answer."""
    asked: list[int] = []
    together = threading.Barrier(16)

    def ask() -> Reading:
        asked.append(1)
        sleep(0.05)
        return reading()

    def obtain(_: int) -> Reading:
        together.wait(5)
        return tape.obtain(KEY, ask)

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(obtain, range(16)))
    assert len(asked) == 1
    assert found == [reading()] * 16


def obtain_in_another_process(directory: Path, header: TapeHeader, counted: Path) -> str:
    """Join a tape, ask for five answers, and count on disk how often the world was asked."""
    tape = Tape.create(directory, header)

    def ask(key: str) -> Reading:
        with counted.open("a") as file:
            file.write(f"{key} {os.getpid()}\n")
        sleep(0.02)
        return reading(key, f'{{"key": "{key}"}}'.encode())

    return "".join(tape.obtain(f"key{n}", lambda n=n: ask(f"key{n}")).body.decode() for n in range(5))  # type: ignore[misc]  # a default binds the loop's value


def test_processes_ask_once(tape: Tape, tmp_path: Path) -> None:
    """Of several workers with the same questions, each question is asked once, and all get the same answers."""
    counted = tmp_path / "asked.txt"
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        arguments = [(tape.directory, tape.header, counted)] * 8
        answers = pool.starmap(obtain_in_another_process, arguments)
    asked = [line.split()[0] for line in counted.read_text().splitlines()]
    assert sorted(asked) == [f"key{n}" for n in range(5)]
    assert len(set(answers)) == 1


def test_a_question_that_could_not_be_asked_is_asked_again(tape: Tape) -> None:
    """A refusal leaves nothing on the tape, not even a lock."""

    def refuse() -> Reading:
        raise NotEvaluated("nobody is signed in")

    with pytest.raises(NotEvaluated):
        tape.obtain(KEY, refuse)
    assert tape.look_up(KEY) is None
    assert tape.obtain(KEY, reading) == reading()


def test_a_live_tape_shows_what_another_worker_obtained(tape: Tape) -> None:
    """Look-ups and the list of readings cover the whole run, whoever asked."""
    other = Tape.create(tape.directory, tape.header)
    other.obtain(KEY, reading)
    assert tape.look_up(KEY) == reading()
    assert tape.readings() == [reading()]
    assert tape.obtain(KEY, never) == reading()


def test_readings_are_in_the_order_of_their_beginnings(tape: Tape) -> None:
    """A poll that was asked three times shows as it ran."""
    for minute, key in ((3, "c"), (1, "a"), (2, "b")):
        begun = Reading(key, "http", "q", f"2026-03-01T10:0{minute}:00.000Z", 1)
        tape.obtain(key, lambda begun=begun: begun)  # type: ignore[misc]  # a default binds the loop's value
    assert [one.key for one in tape.readings()] == ["a", "b", "c"]


def test_an_interrupted_write_leaves_no_half_reading(tape: Tape) -> None:
    """What a killed process left half-written is no reading, is written anew, and is gone once the tape is sealed."""
    for folder, name in (("readings", f"{KEY}.json"), ("bodies", sha256(BODY))):
        (tape.directory / folder / f"{name}.1-1.partial").write_bytes(b'{"key": ')
    assert tape.readings() == []
    assert tape.look_up(KEY) is None
    assert tape.obtain(KEY, reading) == reading()
    tape.seal(utc_now())
    assert Tape.open(tape.directory).readings() == [reading()]
    assert not list(tape.directory.rglob("*.partial"))


def test_a_body_that_was_written_before_its_reading_is_used(tape: Tape) -> None:
    """An interruption between body and reading leaves a body that nothing names; the question is asked again."""
    (tape.directory / "bodies" / sha256(BODY)).write_bytes(BODY)
    assert tape.look_up(KEY) is None
    assert tape.obtain(KEY, reading).body == BODY


@pytest.mark.parametrize("folder", ["readings", "bodies"])
def test_a_live_tape_that_is_changed_under_way_is_not_evaluated(tape: Tape, folder: str) -> None:
    """A worker that finds another's reading broken says so; it neither trusts it nor breaks down."""
    Tape.create(tape.directory, tape.header).obtain(KEY, reading)
    next((tape.directory / folder).iterdir()).write_bytes(b"x")
    with pytest.raises(NotEvaluated, match="changed under way"):
        tape.obtain(KEY, never)


def test_a_tape_has_a_bound(tape: Tape) -> None:
    """What would go beyond it is refused, and the tape stays whole."""
    tape.most_bytes = len(BODY)
    tape.obtain(KEY, reading)
    with pytest.raises(NotEvaluated, match="bytes together"):
        tape.obtain("another", lambda: reading("another", BODY + b" "))
    assert [one.key for one in tape.readings()] == [KEY]
    tape.seal(utc_now())
    assert len(Tape.open(tape.directory).readings()) == 1
