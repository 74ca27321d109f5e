"""Verifies an evidence pack offline, step by step; nothing that the pack says of itself is taken for granted.

1. Whole: it was sealed, the run was not interrupted, and every case that was collected has its verdict.
2. Files: none was altered, removed or added since.
3. Results: they conform to their schema, agree with the manifest and the tape, and the decision follows from them.
4. Signature: it is by the expected key, and about this pack.
5. Ledger: the chain of runs is unbroken, and this run stands in it as it is.
6. Verdicts: each is derived again from the tape.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from assurance.environment import load_packed
from assurance.errors import AssuranceError, EnvironmentFileError, TapeRefused, UsageError
from assurance.evidence import explanation, ledger, manifest, outcome, pack, rerun
from assurance.evidence.findings import Finding, Request, Results
from assurance.evidence.manifest import Manifest
from assurance.evidence.pack import ENVELOPE, ENVIRONMENT, MANIFEST, PUBLIC_KEY, RESULTS, PackError
from assurance.evidence.signing import PublicKey, SigningError, read_public_key
from assurance.judging.checking import decide_on
from assurance.judging.selection import Selection
from assurance.tape import Tape
from assurance.verdicts import Source, Verdict

AGREED = ("environment", "source", "decision", "started", "finished", "complete")
MAX_NAMED = 12


def verify(request: Request) -> list[Finding]:
    """Verify a pack; it is verified if no finding is BAD.

    Raises:
        UsageError: The directory is no pack, or the given key is none.
    """
    directory = request.directory
    pack.demand_directory(directory)
    key = read_public_key(request.public_key) if request.public_key is not None else None
    # Before anything is read: a link would have files outside the pack read, a pipe would never end.
    try:
        foreign = pack.no_plain_files_in(directory)
    except PackError as error:
        return [Finding("files", "BAD", str(error))]
    if foreign:
        return _foreign(directory, foreign)
    if not (directory / MANIFEST).is_file():
        return [_unsealed(directory)]
    try:
        made = manifest.read(directory)
        results = pack.read_json(directory / RESULTS, "the results")
        problem = request.schema_problem(results)
    except PackError as error:
        return [Finding("files", "BAD", str(error))]
    findings = [*_whole(directory, made)]
    if problem:
        sentence = f"{RESULTS} does not conform to its schema: {problem}"
        return [*findings, *_files(directory, made), Finding("results", "BAD", sentence)]
    # The longest step is a process of its own, and goes on beside the others.
    with ThreadPoolExecutor(max_workers=1) as beside:
        derived = beside.submit(_verdicts, directory, made, results) if request.derive else None
        findings += [*_files(directory, made), *_reached(results), *_results(directory, made, results)]
        findings += _signature(directory, results, key)
        findings += _ledger(request, made, results)
        return findings + (derived.result() if derived is not None else [])


def _foreign(directory: Path, names: list[str]) -> list[Finding]:
    """Return what leads out of a pack, and what else differs where its manifest can be read."""
    problems = [f"{name}: is a link or no plain file; the bytes themselves were expected" for name in names[:MAX_NAMED]]
    try:
        more = [] if MANIFEST in names else manifest.differences(manifest.read(directory), directory)
    except PackError as error:
        more = [str(error)]
    return [Finding("files", "BAD", text) for text in dict.fromkeys([*problems, *more])]


def _unsealed(directory: Path) -> Finding:
    if pack.is_marked_incomplete(directory):
        text = "INCOMPLETE: the run has not ended, or was killed before its pack was sealed; nothing here is evidence"
        return Finding("whole", "BAD", text)
    if not (directory / RESULTS).is_file() and not (directory / pack.TAPE).is_dir():
        raise PackError(f"{directory}: this is no evidence pack; one holds {MANIFEST}, {RESULTS} and {pack.TAPE}/")
    return Finding("whole", "BAD", f"{MANIFEST} is missing: the pack was never sealed, or its seal was taken off")


def _whole(directory: Path, made: Manifest) -> list[Finding]:
    if not made.complete:
        return [Finding("whole", "BAD", "INCOMPLETE: the run was interrupted; checks are missing, it is no evidence")]
    if pack.is_marked_incomplete(directory):
        return [Finding("whole", "BAD", "INCOMPLETE: the mark of an unfinished run stands; sealing was interrupted")]
    return [Finding("whole", "ok", f"the run ended at {made.finished} and was sealed")]


def _reached(results: Results) -> list[Finding]:
    """Compare the cases that were collected with the verdicts, by id; what the run says of itself is not asked."""
    if "collected" not in results:
        # Not a note: whoever takes a verdict out would only have to call the results older than they are.
        text = (
            f"{RESULTS} is of schema {results['schema']}, which does not tell the cases that were selected, so nobody "
            "can tell whether some were taken out; verify with the version that made the pack"
        )
        return [Finding("whole", "BAD", text)]
    if problems := explanation.uncollected(results):
        return [Finding("whole", "BAD", sentence) for sentence in _shortened(problems)]
    return [Finding("whole", "ok", f"all {len(results['collected'])} cases that were collected have their verdict")]


def _files(directory: Path, made: Manifest) -> list[Finding]:
    differences = manifest.differences(made, directory)
    if differences:
        return [Finding("files", "BAD", sentence) for sentence in differences]
    size = sum(entry.size for entry in made.files.values())
    return [Finding("files", "ok", f"{len(made.files)} files, {size} bytes: none was altered, removed or added")]


def _results(directory: Path, made: Manifest, results: Results) -> list[Finding]:
    run = results["run"]
    differences = [
        f"{MANIFEST} says {name} {getattr(made, name)!r}, {RESULTS} says {run[name]!r}"
        for name in AGREED
        if getattr(made, name) != run[name]
    ]
    if made.run != run["id"]:
        differences.append(f"{MANIFEST} is of run {made.run}, {RESULTS} of run {run['id']}")
    decision = str(decide_on((verdict["control"], Verdict(verdict["verdict"])) for verdict in results["verdicts"]))
    if run["complete"] and decision != run["decision"]:
        differences.append(f"{RESULTS} decides {run['decision']}, its verdicts come to {decision}")
    if "selected" in run and run["scope"] != (scope := Selection.from_values(run["selected"]).scope):
        differences.append(f"{RESULTS} says that it decides {run['scope']}; what it selected comes to {scope}")
    differences += _tape(directory, results) if run["complete"] else []
    if differences:
        return [Finding("results", "BAD", sentence) for sentence in differences]
    counts = f"{len(results['verdicts'])} verdicts, {len(results['readings'])} readings"
    return [Finding("results", "ok", f"{counts}: they conform to their schema and agree with manifest and tape")]


def _tape(directory: Path, results: Results) -> list[str]:
    """Return how the tape is not that of the results."""
    try:
        tape = Tape.open(directory)
    except TapeRefused as error:
        return [f"the tape is refused: {error}"]
    held = {reading.key: reading.metadata() for reading in tape.readings()}
    cited = {reading["key"]: reading for reading in results["readings"]}
    if held and not held.keys() & cited.keys():
        return ["tape: this is the tape of another run, of which the results cite no reading"]
    other = sum(1 for key in held.keys() & cited.keys() if not _same(held[key], cited[key]))
    if other:
        what = "this is the tape of another run: " if tape.header.started not in _starts(results) else ""
        return [f"tape: {what}{other} readings are not those that {RESULTS} cites (time, request id or digest differ)"]
    missing, added = sorted(cited.keys() - held.keys()), sorted(held.keys() - cited.keys())
    problems = [f"tape: lacks readings that {RESULTS} cites: {', '.join(missing)}"] if missing else []
    return problems + ([f"tape: holds readings that {RESULTS} does not cite: {', '.join(added)}"] if added else [])


def _starts(results: Results) -> str:
    """Return what tells when the run's tape was begun: of a replay its origin does."""
    run = results["run"]
    return f"{run['started']} {run['origin']}"


def _same(held: Mapping[str, Any], cited: Mapping[str, Any]) -> bool:
    return all(held[name] == cited[name] for name in ("question", "started", "status", "headers", "sha256", "failure"))


def _signature(directory: Path, results: Results, key: PublicKey | None) -> list[Finding]:
    if not (directory / ENVELOPE).exists():
        return [_unsigned(directory, key)]
    try:
        check = manifest.check(directory, results, key or read_public_key(directory / PUBLIC_KEY))
    except UsageError as error:
        return [Finding("signature", "BAD", str(error))]
    if check.problem:
        return [Finding("signature", "BAD", f"the signature {check.problem}")]
    if key is None:
        text = f"by key {check.fingerprint}, which is the pack's own word: compare it, or give --public-key"
        return [Finding("signature", "note", text)]
    return [Finding("signature", "ok", f"by the given key, {check.fingerprint}")]


def _unsigned(directory: Path, key: PublicKey | None) -> Finding:
    if key is not None:
        return Finding("signature", "BAD", "the pack is unsigned, and a signature by the given key was expected")
    if (directory / PUBLIC_KEY).exists():
        text = f"{ENVELOPE} is missing: the pack names a key, so its signing failed, or its signature was removed"
        return Finding("signature", "BAD", text)
    text = "unsigned: whether all of it was made anew, only a digest that was kept elsewhere can tell"
    return Finding("signature", "note", text)


def _ledger(request: Request, made: Manifest, results: Results) -> list[Finding]:
    if made.pseudonym_of:
        return [Finding("ledger", "note", f"shown under pseudonyms; the pack itself has manifest {made.pseudonym_of}")]
    if request.ledger is None:
        return [Finding("ledger", "note", "not looked at, as asked")]
    if _stands_in_none(request.directory, made):
        return [Finding("ledger", "note", "not live: its environment's ledger, in a container, holds live runs alone")]
    if not request.ledger.is_file():
        text = f"there is none at {request.ledger}: give --ledger FILE, or --without-ledger to leave the chain out"
        return [Finding("ledger", "BAD", text)]
    try:
        entries = ledger.read(request.ledger)
    except PackError as error:
        return [Finding("ledger", "BAD", str(error))]
    return [_standing(request.directory, made, entries, outcome.facts_to_hold(results))]


def _stands_in_none(directory: Path, made: Manifest) -> bool:
    """Tell whether a run was entered in no ledger: it was not live, and a container keeps its environment's."""
    if made.source == Source.LIVE or made.previous != ledger.FIRST:
        return False
    try:
        return load_packed(directory / ENVIRONMENT).evidence.container is not None
    except EnvironmentFileError:
        return False


def _standing(
    directory: Path, made: Manifest, entries: tuple[ledger.Entry, ...], came_to: Mapping[str, str | bool]
) -> Finding:
    """Return how a pack, whose results come to this, stands in a sound chain."""
    runs = {number: entry for number, entry in enumerate(entries, 1) if entry.facts.get("run") == made.run}
    numbers_of_runs = [number for number, entry in runs.items() if entry.kind == ledger.RUN]
    if len(numbers_of_runs) != 1:
        return Finding(
            "ledger", "BAD", f"run {made.run} stands {len(numbers_of_runs)} times in the ledger; once was expected"
        )
    entry = entries[numbers_of_runs[0] - 1]
    entered = {name: entry.facts.get(name) for name in ("manifest", "signer")}
    signer, digest = _signer(directory), pack.sha256_of(directory / MANIFEST)
    if entered["signer"] != signer:
        sentence = f"when it was entered the run was {_by(entered['signer'])}, and the pack is {_by(signer)}"
        return Finding("ledger", "BAD", sentence)
    if entered["manifest"] != digest:
        sentence = f"the manifest is not the one entered: its SHA-256 is {digest}, the ledger has {entered['manifest']}"
        return Finding("ledger", "BAD", sentence)
    # Lines that were written before the ledger held what a run came to lack it.
    if other := [name for name in came_to if name in entry.facts and entry.facts[name] != came_to[name]]:
        return Finding("ledger", "BAD", f"the ledger's {' and '.join(other)} are not those of {RESULTS}")
    if entry.previous != made.previous:
        sentence = f"the chain was made anew: another entry stands before run {made.run} than when it was sealed"
        return Finding("ledger", "BAD", sentence)
    end = f"the chain is unbroken; its end is {entries[-1].digest}"
    return Finding("ledger", "ok", f"entry {numbers_of_runs[0]} of {len(entries)}, {end}")


def _signer(directory: Path) -> str:
    """Return the fingerprint of the key that a pack names; empty if it is unsigned, or names none that is a key."""
    if not (directory / ENVELOPE).exists():
        return ""
    try:
        return read_public_key(directory / PUBLIC_KEY).fingerprint
    except SigningError:
        return ""


def _by(signer: object) -> str:
    return f"signed by key {str(signer)[:16]}…" if signer else "unsigned"


def _verdicts(directory: Path, made: Manifest, results: Results) -> list[Finding]:
    if not results["run"]["complete"]:
        return [Finding("verdicts", "note", "not derived again: the run was interrupted")]
    try:
        again = rerun.judge_again(directory, results, by_id=bool(made.pseudonym_of))
    except AssuranceError as error:
        return [Finding("verdicts", "BAD", str(error))]
    differences = [*explanation.misselected(results, again.collected, again.selected)]
    differences += explanation.undeclared(results, again.left_out, by_number=bool(made.pseudonym_of))
    differences += explanation.differences(results["verdicts"], again.verdicts)
    if differences:
        return [Finding("verdicts", "BAD", sentence) for sentence in _shortened(list(dict.fromkeys(differences)))]
    text = f"{len(results['verdicts'])} verdicts were derived again from the tape: none differs, and none is missing"
    return [Finding("verdicts", "ok", text)]


def _shortened(told: list[str]) -> list[str]:
    more = [f"and {len(told) - MAX_NAMED} more differ"] if len(told) > MAX_NAMED else []
    return [*told[:MAX_NAMED], *more]
