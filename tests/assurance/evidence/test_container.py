"""The ledger in a blob container: one chain for all machines, whatever happens between reading and writing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from assurance.evidence import ledger
from assurance.evidence.blobs import ContainerError
from assurance.evidence.container import ContainerLedger
from assurance.evidence.ledger import LedgerError, Link, LocalLedger
from assurance.evidence.pack import LEDGER, MANIFEST
from sandbox.azure.blob_service import Blob, Lease
from sandbox.network.http_server import Fault, Request
from tests.assurance.evidence.packs import NAME, Storage, storage


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """Return a service that runs."""
    with storage(tmp_path_factory.mktemp("storage")) as one:
        yield one


@pytest.fixture
def kept(running: Storage) -> Storage:
    """Return a service that keeps nothing yet."""
    running.blobs.blobs.clear()
    return running


def ledger_of(kept: Storage, machine: Path) -> ContainerLedger:
    """Return the ledger as one machine reaches it."""
    machine.mkdir(exist_ok=True)
    return kept.container().ledger(machine / LEDGER)


def enter(place: ledger.Place, run: str) -> None:
    """Enter a run."""
    ledger.extend(place, lambda link: link.append(ledger.RUN, {"run": run}))


def enter_all(place: ledger.Place, runs: list[str]) -> None:
    """Enter runs, one after the other."""
    for run in runs:
        enter(place, run)


def runs_in(path: Path) -> list[object]:
    """Return the runs of a ledger, whose chain is walked."""
    return [entry.facts["run"] for entry in ledger.read(path)]


def test_machines_make_one_chain(kept: Storage, tmp_path: Path) -> None:
    """Runs of two machines follow one another, and each machine has a copy of the whole."""
    one, two = (ledger_of(kept, tmp_path / name) for name in ("one", "two"))
    for place, run in ((one, "a"), (two, "b"), (one, "c")):
        enter(place, run)

    assert runs_in(tmp_path / "one" / LEDGER) == ["a", "b", "c"]
    assert runs_in(tmp_path / "two" / LEDGER) == ["a", "b"]
    assert kept.blobs.blobs[NAME].content == (tmp_path / "one" / LEDGER).read_bytes()
    assert not kept.blobs.blobs[NAME].lease.is_active


def test_writers_at_once_make_one_chain(kept: Storage, tmp_path: Path) -> None:
    """Four machines that enter runs at the same time leave every run once, in one unbroken chain."""
    places = {name: ledger_of(kept, tmp_path / name) for name in "abcd"}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: enter_all(places[name], [f"{name}-{number}" for number in range(3)]), places))

    enter(places["a"], "last")
    assert sorted(map(str, runs_in(tmp_path / "a" / LEDGER)[:-1])) == [f"{n}-{i}" for n in "abcd" for i in range(3)]


def test_a_lost_race_is_run_again(kept: Storage, tmp_path: Path) -> None:
    """Where the lease has ended and another has written since, nothing is overwritten, and the work is done again."""
    enter(ledger_of(kept, tmp_path / "one"), "a")
    other, tries = ledger_of(kept, tmp_path / "two"), count(1)

    def work(link: Link) -> None:
        if next(tries) == 1:
            kept.blobs.blobs[NAME].lease.expire()
            enter(other, "between")
        link.append(ledger.RUN, {"run": "late"})

    ledger.extend(ledger_of(kept, tmp_path / "one"), work)
    assert next(tries) == 3
    assert runs_in(tmp_path / "one" / LEDGER) == ["a", "between", "late"]


def test_a_writer_that_always_loses_gives_up(kept: Storage, tmp_path: Path) -> None:
    """Who is never first is told so, and has entered nothing."""
    other, numbers = ledger_of(kept, tmp_path / "two"), count()
    enter(other, "a")

    def work(link: Link) -> None:
        kept.blobs.blobs[NAME].lease.expire()
        enter(other, f"between-{next(numbers)}")
        link.append(ledger.RUN, {"run": "never"})

    with pytest.raises(LedgerError, match=r"other runs were first 5 times; nothing was entered: run again"):
        ledger.extend(ledger_of(kept, tmp_path / "one"), work)
    assert "never" not in runs_in(tmp_path / "two" / LEDGER)


@pytest.mark.parametrize("lost", [{"ending": "reset"}, {"status": 500}], ids=["reset", "500"])
def test_an_entry_whose_answer_was_lost_is_entered_once(kept: Storage, tmp_path: Path, lost: dict[str, Any]) -> None:
    """An append that was carried out, and then asked again, stands once."""
    place = ledger_of(kept, tmp_path / "one")
    enter(place, "a")
    fault = kept.blobs.faults.append(Fault("comp=appendblock", times=1, **lost))
    enter(place, "b")
    assert fault.met == 1

    assert runs_in(tmp_path / "one" / LEDGER) == ["a", "b"]
    assert sum(b'"run":"b"' in line for line in kept.lines()) == 1


def test_who_holds_the_lease_is_waited_for(kept: Storage, tmp_path: Path) -> None:
    """A lease that another has taken is waited for, and not broken."""
    place = ledger_of(kept, tmp_path / "one")
    enter(place, "a")
    lease = kept.blobs.blobs[NAME].lease
    lease.id, lease.ends = "another", float("inf")
    asked = []

    def let_go(request: Request) -> None:
        asked.append(request.target)
        if len(asked) == 2:
            lease.id = ""

    kept.blobs.before_each = let_go
    try:
        enter(place, "b")
    finally:
        kept.blobs.before_each = lambda _request: None
    assert runs_in(tmp_path / "one" / LEDGER) == ["a", "b"]


def test_what_a_machine_has_goes_on_in_the_container(kept: Storage, tmp_path: Path) -> None:
    """The first run that keeps its ledger in a container begins that with the ledger of its machine."""
    (tmp_path / "one").mkdir()
    enter(LocalLedger(tmp_path / "one" / LEDGER), "before")
    enter(ledger_of(kept, tmp_path / "one"), "after")

    assert runs_in(tmp_path / "one" / LEDGER) == ["before", "after"]
    assert len(kept.lines()) == 2


def test_another_chain_is_refused(kept: Storage, tmp_path: Path) -> None:
    """A machine whose ledger is no beginning of the container's enters nothing, and both stay as they are."""
    enter(ledger_of(kept, tmp_path / "one"), "a")
    (tmp_path / "two").mkdir()
    enter(LocalLedger(tmp_path / "two" / LEDGER), "b")
    place = ledger_of(kept, tmp_path / "two")

    for attempt in (place.demand_usable, lambda: enter(place, "c")):
        with pytest.raises(ContainerError, match=r"is not a beginning of the one that .*; find out which is right"):
            attempt()
    assert runs_in(tmp_path / "two" / LEDGER) == ["b"]
    assert len(kept.lines()) == 1


def test_a_broken_end_is_not_continued(kept: Storage, tmp_path: Path) -> None:
    """A ledger that is cut in the container is refused before a run, and not lengthened."""
    kept.blobs.blobs[NAME] = Blob("AppendBlob", b'{"kind":"run"', '"0x1"', Lease())
    place = ledger_of(kept, tmp_path / "one")
    for attempt in (place.demand_usable, lambda: enter(place, "a")):
        with pytest.raises(LedgerError, match="line 1 is cut"):
            attempt()
    assert kept.blobs.blobs[NAME].content == b'{"kind":"run"'


def test_a_policy_that_protects_what_was_written_is_no_hindrance(kept: Storage, tmp_path: Path) -> None:
    """Under a retention policy that allows protected append writes, ledger and packs are kept as without."""
    kept.blobs.is_immutable = True
    try:
        enter(ledger_of(kept, tmp_path / "one"), "a")
        enter(ledger_of(kept, tmp_path / "one"), "b")
        kept.container().keep(pack_in(tmp_path))
    finally:
        kept.blobs.is_immutable = False
    assert len(kept.lines()) == 2


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (
            lambda kept: setattr(kept.blobs, "may_write", False),
            "403 AuthorizationPermissionMismatch: give the id",
        ),
        (lambda kept: kept.blobs.blobs.update({NAME: Blob("BlockBlob", b"", '"0x1"', Lease())}), "409 InvalidBlobType"),
    ],
)
def test_a_refusal_is_told_in_one_sentence(kept: Storage, tmp_path: Path, prepare: object, told: str) -> None:
    """What the service refuses is told by its code, with what to do."""
    assert callable(prepare)
    prepare(kept)
    try:
        with pytest.raises(ContainerError, match=told):
            enter(ledger_of(kept, tmp_path / "one"), "a")
    finally:
        kept.blobs.may_write = True


def test_a_wrong_token_is_told(kept: Storage, tmp_path: Path) -> None:
    """Who is not let in learns by which code, and the token shows nowhere."""
    with pytest.raises(ContainerError, match="401 InvalidAuthenticationInfo") as told:
        kept.container("a-wrong-token").ledger(tmp_path / LEDGER).demand_usable()
    assert "a-wrong-token" not in str(told.value)


def pack_in(folder: Path) -> Path:
    """Return a directory with the files of a pack."""
    directory = folder / "20260301T100000Z-aaaaaa"
    (directory / "tape").mkdir(parents=True)
    for name in (MANIFEST, "results.json", "tape/tape.json"):
        (directory / name).write_text(f"the content of {name}", encoding="utf-8")
    return directory


def test_a_pack_is_kept_whole(kept: Storage, tmp_path: Path) -> None:
    """All files are kept under the run's name, the manifest last, and are listed by their run."""
    directory = pack_in(tmp_path)
    kept.blobs.requests_served.clear()
    kept.container().keep(directory)

    names = (MANIFEST, "results.json", "tape/tape.json")
    wanted = {f"prod/{directory.name}/{name}": f"the content of {name}" for name in names}
    assert {name: blob.content.decode() for name, blob in kept.blobs.blobs.items()} == wanted
    assert kept.blobs.requests_served[-1][1].partition("?")[0].endswith(MANIFEST)
    assert kept.container().runs() == [directory.name]


def test_nothing_that_is_kept_is_overwritten(kept: Storage, tmp_path: Path) -> None:
    """To keep a pack again changes nothing; another pack of its name is refused."""
    directory = pack_in(tmp_path)
    kept.container().keep(directory)
    kept.container().keep(directory)
    (directory / "results.json").write_text("something else", encoding="utf-8")

    with pytest.raises(ContainerError, match="409 BlobAlreadyExists"):
        kept.container().keep(directory)
    assert kept.blobs.blobs[f"prod/{directory.name}/results.json"].content == b"the content of results.json"


def test_what_does_not_answer_is_told(tmp_path: Path) -> None:
    """Where nothing answers, one sentence says so."""
    with storage(tmp_path) as gone:
        container = gone.container()
    with pytest.raises(ContainerError, match=r"no answer: "):
        container.runs()
