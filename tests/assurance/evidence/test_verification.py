"""A pack that was left alone verifies; each way of tampering with one is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assurance.environment.suite_tables import Evidence
from assurance.evidence import ledger, pack
from assurance.evidence.findings import Request
from assurance.evidence.pack import ENVELOPE, INCOMPLETE, LEDGER, MANIFEST, PUBLIC_KEY, RESULTS
from assurance.evidence.sealing import seal
from assurance.evidence.signing import Signing, make_key, prepare
from assurance.evidence.verification import verify
from assurance.judging.selection import Selection
from assurance.reporting.json_report import schema_problem
from assurance.tape import sha256
from tests.assurance.evidence.packs import Packs, command, edit, list_anew, wrong

Document = dict[str, Any]  # Any: JSON


def test_a_pack_left_alone_verifies(packs: Packs) -> None:
    """The command verifies a signed pack with its key: files, signature, ledger and every verdict; exit status 0."""
    newest = packs.all()[-1]
    ended = command("verify", newest, "--public-key", packs.public_key)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0].startswith("VERIFIED")
    assert "SANDBOX, no audit evidence of a deployment" in lines[0]
    steps = {line.split()[1]: line.split()[0] for line in lines[1:-1]}
    assert steps == dict.fromkeys(("whole", "files", "results", "signature", "ledger", "verdicts"), "ok")
    assert lines[-1].endswith(pack.sha256_of(newest / MANIFEST))


def test_without_a_key_the_packs_own_word_is_a_note(packs: Packs) -> None:
    """Where no key is given, the signature is checked with the pack's own, and told to be no more than its word."""
    ended = command("verify", packs.all()[0])

    assert ended.returncode == 0, ended.stdout
    assert "note  signature  by key" in ended.stdout


@pytest.mark.parametrize("name", ["report.html", RESULTS, "junit.xml", "summary.md", "environment.toml", PUBLIC_KEY])
def test_one_byte_of_a_file_is_named(packs: Packs, name: str) -> None:
    """One bit of one byte in the middle of any file is named with the file."""
    path = packs.all()[-1] / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    found = wrong(packs.all()[-1])
    assert any(name in finding.text for finding in found), found


def test_one_byte_of_every_file_of_the_tape_is_named(packs: Packs) -> None:
    """One byte of each file of the tape, one file after another, is named with the file."""
    directory = packs.all()[-1]
    names = [name for name in pack.files_of(directory) if name.startswith("tape/")]
    assert len(names) > 20
    for name in names:
        content = (directory / name).read_bytes()
        (directory / name).write_bytes(bytes([content[0] ^ 1]) + content[1:])
        assert any(finding.text.startswith(f"{name}: was altered") for finding in wrong(directory)), name
        (directory / name).write_bytes(content)
    assert wrong(directory) == []


@pytest.mark.parametrize("name", [MANIFEST, ENVELOPE])
def test_one_byte_of_the_seal_is_named(packs: Packs, name: str) -> None:
    """Every tenth byte of the manifest and of the envelope, changed one at a time, leaves the pack unverified."""
    directory = packs.all()[-1]
    content = (directory / name).read_bytes()
    for place in range(0, len(content), max(1, len(content) // 40)):
        (directory / name).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert wrong(directory, public_key=packs.public_key), (name, place)


def test_an_added_file_and_a_link_are_named(packs: Packs) -> None:
    """A file that the manifest does not list, and a link in place of a file, are named."""
    directory = packs.all()[-1]
    (directory / "tape" / "bodies" / "extra").write_text("planted", encoding="utf-8")
    (directory / "junit.xml").rename(directory.parent / "elsewhere.xml")
    (directory / "junit.xml").symlink_to(directory.parent / "elsewhere.xml")

    told = [finding.text for finding in wrong(directory)]
    assert "tape/bodies/extra: was added, the manifest does not list it" in told
    assert any(text.startswith("junit.xml: is a link") for text in told)


def test_a_manifest_cannot_name_files_elsewhere(packs: Packs) -> None:
    """A manifest that lists a file outside the pack is refused there, and the file is not read."""
    directory = packs.all()[-1]

    def change(document: Document) -> None:
        document["files"]["../ledger.jsonl"] = {"sha256": "0" * 64, "size": 1}

    edit(directory / MANIFEST, change)
    assert any("outside the pack" in finding.text for finding in wrong(directory))


def flip_a_verdict(directory: Path) -> None:
    """Turn a pass into a fail, with the counts and the decision that follow."""

    def change(document: Document) -> None:
        record = document["verdicts"][0]
        record["verdict"] = "fail"
        document["run"]["decision"] = "NO-GO"

    edit(directory / RESULTS, change)
    edit(directory / MANIFEST, lambda document: document.update(decision="NO-GO"))


def soften_an_observation(directory: Path) -> None:
    """Change what was observed, and leave the verdict."""

    def change(document: Document) -> None:
        document["verdicts"][0]["observed"] = "publicNetworkAccess is absent"

    edit(directory / RESULTS, change)


def drop_a_page(directory: Path) -> None:
    """Take an answer off the tape, off its list, off the results, and out of what verdicts cite."""
    tape = directory / "tape"
    results = json.loads((directory / RESULTS).read_text(encoding="utf-8"))
    [key] = {reading["key"] for reading in results["readings"] if "secureScores" in reading["question"]}
    (tape / "readings" / f"{key}.json").unlink()
    edit(tape / "tape.json", lambda document: document["readings"].pop(key))

    def change(document: Document) -> None:
        document["readings"] = [reading for reading in document["readings"] if reading["key"] != key]

    edit(directory / RESULTS, change)


def change_an_answer(directory: Path) -> None:
    """Change what Azure answered, and every digest on the tape and in the results that tells of it."""
    results = json.loads((directory / RESULTS).read_text(encoding="utf-8"))
    reading = next(one for one in results["readings"] if "Microsoft.Sql/servers?" in one["question"])
    old = directory / "tape" / "bodies" / reading["sha256"]
    content = old.read_bytes().replace(b'"publicNetworkAccess":"Disabled"', b'"publicNetworkAccess":"Enabled"')
    assert content != old.read_bytes()
    old.unlink()
    (directory / "tape" / "bodies" / sha256(content)).write_bytes(content)
    path = directory / "tape" / "readings" / f"{reading['key']}.json"
    path.write_text(path.read_text(encoding="utf-8").replace(reading["sha256"], sha256(content)), encoding="utf-8")
    edit(
        directory / "tape" / "tape.json",
        lambda document: document["readings"].update({reading["key"]: sha256(path.read_bytes())}),
    )
    results_path = directory / RESULTS
    text = results_path.read_text(encoding="utf-8").replace(reading["sha256"], sha256(content))
    results_path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (flip_a_verdict, "verdict is 'fail', the tape gives 'pass'"),
        (soften_an_observation, "observed is 'publicNetworkAccess is absent'"),
        (drop_a_page, "the tape gives 'not_evaluated'"),
        (change_an_answer, "verdict is 'pass', the tape gives 'fail'"),
    ],
    ids=["an edited verdict", "an edited observation", "a dropped page", "an edited answer"],
)
def test_a_careful_forgery_is_named(packs: Packs, tamper: Callable[[Path], None], told: str) -> None:
    """Where all digests were made anew, the verdicts still tell; and so do, each for itself, signature and ledger."""
    directory = packs.all()[-1]
    tamper(directory)
    list_anew(directory)

    found = wrong(directory, public_key=packs.public_key, derive=True)
    steps = {finding.step for finding in found}
    assert any(told in finding.text for finding in found), found
    assert {"signature", "ledger", "verdicts"} <= steps
    assert "files" not in steps


def test_swapped_tapes_are_named(packs: Packs) -> None:
    """Two packs whose tapes were exchanged each say that the tape is another run's, even with digests made anew."""
    older, newer = packs.all()
    (older / "tape").rename(packs.reports / "one")
    (newer / "tape").rename(older / "tape")
    (packs.reports / "one").rename(newer / "tape")
    for directory in (older, newer):
        assert any("tape" in finding.text for finding in wrong(directory))
        list_anew(directory)
        found = [finding for finding in wrong(directory) if finding.step == "results"]
        assert any(finding.text.startswith("tape: ") for finding in found), found


def test_signing_again_with_another_key_is_named(packs: Packs, tmp_path: Path) -> None:
    """A pack that was sealed and signed anew by another key is named by the key asked for, and by the ledger."""
    directory = packs.all()[-1]
    make_key(tmp_path / "other.pem")
    declared = Evidence(signer="file", key_variable="OTHER")
    seal(directory, prepare(declared, {"OTHER": str(tmp_path / "other.pem")}, directory), None)

    by_step = {finding.step: finding.text for finding in wrong(directory, public_key=packs.public_key)}
    assert "not by the expected key" in by_step["signature"]
    assert "when it was entered the run was signed by key" in by_step["ledger"]
    assert [finding.step for finding in wrong(directory)] == ["ledger"]


def test_a_removed_signature_is_named(packs: Packs) -> None:
    """A pack whose envelope was taken away is named as having had one."""
    directory = packs.all()[-1]
    (directory / ENVELOPE).unlink()

    told = [finding.text for finding in wrong(directory)]
    assert any("signature was removed" in text for text in told)
    assert any("the pack is unsigned" in text for text in told)


def test_another_packs_signature_is_named(packs: Packs) -> None:
    """A genuine envelope of another pack does not pass for this one's."""
    older, newer = packs.all()
    shutil.copy(older / ENVELOPE, newer / ENVELOPE)

    assert "is genuine, but of another pack" in wrong(newer, public_key=packs.public_key)[0].text


def rewrite(path: Path, lines: list[bytes]) -> None:
    """Write a ledger of these lines."""
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def test_a_tampered_ledger_is_named(packs: Packs) -> None:
    """A removed run, reordered runs, an edited run and a cut line each show, by the number of the line."""
    path, newest = packs.ledger, packs.all()[-1]
    begun, first, again, second = path.read_bytes().splitlines()
    for lines, told in (
        ([second], "line 1 does not follow nothing"),
        ([begun, again, second], "line 2 does not follow line 1"),
        ([begun, second, again, first], "line 2 does not follow line 1"),
        ([begun, first.replace(b'"GO"', b'"NO-GO"'), again, second], "line 2 was edited"),
        ([begun, first, again, second[:-10]], "line 4 is cut or edited"),
        ([begun, first, again, second.replace(b'"GO"', b'"GO","decision":"NO-GO"')], "'decision' stands twice"),
        ([begun, first, again], "stands 0 times in the ledger"),
    ):
        rewrite(path, lines)
        found = wrong(newest)
        assert [finding.step for finding in found] == ["ledger"], told
        assert told in found[0].text


def test_a_ledger_made_anew_without_a_run_is_named(packs: Packs) -> None:
    """A ledger from which a run was taken, with every digest made anew, does not fit the signed manifest after it."""
    path, newest = packs.ledger, packs.all()[-1]
    facts = ledger.read(path)[-1].facts
    path.unlink()
    ledger.extend(ledger.LocalLedger(path), lambda link: link.append(ledger.RUN, facts))

    [found] = wrong(newest)
    assert "the chain was made anew" in found.text


def test_a_missing_ledger_is_named(packs: Packs) -> None:
    """Without the ledger a pack does not verify, unless the chain is left out on purpose."""
    packs.ledger.rename(packs.reports / LEDGER)
    newest = next(path.parent for path in sorted(packs.reports.glob("*/*/manifest.json"), reverse=True))

    assert [finding.step for finding in wrong(newest)] == ["ledger"]
    assert wrong(newest, ledger=packs.reports / LEDGER) == []
    assert command("verify", newest, "--without-ledger").returncode == 0


def test_an_unfinished_pack_is_named(packs: Packs) -> None:
    """A pack without a manifest, or with the mark of the unfinished, is told to be incomplete."""
    older, newer = packs.all()
    (older / INCOMPLETE).write_text("INCOMPLETE", encoding="utf-8")
    assert "INCOMPLETE" in wrong(older)[0].text
    (newer / MANIFEST).unlink()
    assert "never sealed, or its seal was taken off" in wrong(newer)[0].text
    (newer / INCOMPLETE).write_text("INCOMPLETE", encoding="utf-8")
    assert "INCOMPLETE" in wrong(newer)[0].text


def test_a_pack_cannot_name_code_to_run(packs: Packs) -> None:
    """A verdict of a check file elsewhere is refused, and that file is not imported."""
    directory = packs.all()[-1]
    planted = packs.reports / "test_planted.py"
    planted.write_text(f"open({str(packs.reports / 'ran')!r}, 'w').close()\n", encoding="utf-8")
    for name in (str(planted), "../" * 8 + str(planted)[1:]):

        def change(document: Document, name: str = name) -> None:
            document["verdicts"][0]["check"] = f"{name}::test_x"
            document["run"]["selected"]["given"]["paths"] = [name]

        edit(directory / RESULTS, change)
        assert any("is no check file of this suite" in finding.text for finding in wrong(directory, derive=True))
    assert not (packs.reports / "ran").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere",), "there is no such directory"),
        (("environments",), "this is no evidence pack"),
        (("PACK", "--public-key", "README.md"), "a public key in PEM form"),
        (("PACK", "--public-key", "nowhere.pem"), "the public key cannot be read"),
    ],
    ids=["no directory", "no pack", "no key", "no key file"],
)
def test_wrong_usage_is_one_error(packs: Packs, arguments: tuple[str, ...], told: str) -> None:
    """What cannot be verified at all is one message and exit status 2, without a traceback."""
    ended = command("verify", *(str(packs.all()[0]) if word == "PACK" else word for word in arguments))

    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def _leave_out_one(document: Document) -> None:
    del document["verdicts"][0]


def _list_one_more(document: Document) -> None:
    document["collected"].append("checks/security/test_sec_06_public_access.py::test_more")


def _list_one_less(document: Document) -> None:
    del document["collected"][0]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_leave_out_one, "was collected, and has no verdict"),
        (_list_one_more, "was collected, and has no verdict"),
        (_list_one_less, "has a verdict, and was never collected"),
    ],
)
def test_a_case_without_its_verdict_is_missed(packs: Packs, change: Callable[[Document], None], told: str) -> None:
    """Verdicts other than those of the collected cases are told, though the pack calls itself complete."""
    directory = packs.all()[-1]
    edit(directory / RESULTS, change)
    list_anew(directory)

    assert any(one.step == "whole" and told in one.text for one in wrong(directory))


def test_a_pack_that_is_not_whole_is_not_sealed(packs: Packs) -> None:
    """Results that call themselves complete, and lack a verdict, are refused by the seal."""
    directory = packs.all()[-1]
    edit(directory / RESULTS, _leave_out_one)

    with pytest.raises(pack.PackError, match="says complete, and is not"):
        seal(directory, Signing(None, reason="a test"), ledger.LocalLedger(packs.ledger))


def _strip(document: Document) -> None:
    """Take a case out of everything that tells of it."""
    case = document["verdicts"].pop()["check"]
    document["collected"].remove(case)
    document["run"]["selected"]["cases"] -= 1


def _strip_and_pick_by_id(document: Document) -> None:
    _strip(document)
    document["run"]["selected"]["given"]["by_id"] = True


def _strip_and_deselect(document: Document) -> None:
    case = document["verdicts"][-1]["check"]
    _strip(document)
    document["run"]["selected"]["given"]["deselected"] = [case]


def _strip_a_control(document: Document) -> None:
    kept = [one for one in document["verdicts"] if one["control"] != "SEC-10"]
    document["verdicts"], document["collected"] = kept, [one["check"] for one in kept]
    document["run"]["selected"] |= {"whole": ["SEC-06"], "cases": len(kept)}
    document["run"]["scope"] = Selection.from_values(document["run"]["selected"]).scope


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_strip, "is selected, and the results leave it out"),
        (_strip_and_pick_by_id, "selected.whole is"),
        (_strip_and_deselect, "selected.whole is"),
        (_strip_a_control, "is selected, and the results leave it out"),
    ],
)
def test_a_case_stripped_from_every_list_is_missed(packs: Packs, change: Callable[[Document], None], told: str) -> None:
    """The selection is collected again: it gives the case back, or no longer the controls that the decision names."""
    directory = packs.all()[-1]
    edit(directory / RESULTS, change)
    list_anew(directory)

    assert any(told in one.text for one in wrong(directory, derive=True))


def test_a_scope_that_the_selection_does_not_give_is_named(packs: Packs) -> None:
    """A decision said to be about more than was selected is told."""
    directory = packs.all()[-1]
    edit(directory / RESULTS, lambda document: document["run"].update(scope="for SEC: 10 of 10 controls, 141 cases"))
    list_anew(directory)

    assert any("says that it decides for SEC" in one.text for one in wrong(directory))


def _as_of_schema_1_1(document: dict[str, Any]) -> None:
    document["schema"] = "1.1"
    del document["collected"]


def test_results_of_the_schema_before_do_not_verify(packs: Packs) -> None:
    """Schema 1.1 does not tell what was collected, so a case may have been taken out; schema 1.2 must tell."""
    directory = packs.all()[-1]
    results = pack.read_json(directory / RESULTS, "the results")
    del results["collected"]
    assert "collected" in schema_problem(results)
    assert schema_problem({**results, "schema": "1.1"}) == ""
    assert schema_problem({**results, "schema": "1.1", "collected": []})

    edit(directory / RESULTS, _as_of_schema_1_1)
    list_anew(directory)
    found = verify(Request(directory, None, None, schema_problem, derive=False))
    assert any(one.outcome == "BAD" and "schema 1.1" in one.text for one in found)
