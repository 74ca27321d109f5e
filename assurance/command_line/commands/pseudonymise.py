"""Copy an evidence pack with pseudonyms for ids, hosts and names, to share it outside; the copy verifies and replays.

Replaced, each by one pseudonym wherever it stands: subscription, tenant, principal and request ids, resource and group
names that are more than a plain word, host names, e-mail addresses. Private addresses and Azure's own names stay.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from assurance.command_line.output import add_json, print_json, waiting
from assurance.environment import load_packed
from assurance.evidence import pack
from assurance.evidence.findings import Request
from assurance.evidence.pack import ENVIRONMENT, MANIFEST, PackError
from assurance.evidence.pseudonymising import Copied, pseudonymise
from assurance.evidence.sealing import Seal, seal
from assurance.evidence.signing import Signing, SigningError, prepare
from assurance.evidence.verification import verify
from assurance.reporting.json_report import schema_problem

SECRET_BYTES = 32


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("directory", metavar="DIR", type=Path, help="the pack: reports/ENVIRONMENT/RUN")
    parser.add_argument("--to", metavar="DIR2", type=Path, required=True, help="where the copy goes; must not be there")
    parser.add_argument(
        "--also",
        metavar="WORD",
        action="append",
        default=[],
        help="a further word to replace, such as a company's name",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Copy, seal and verify; nothing is left behind where that fails."""
    source: Path = arguments.directory
    target: Path = arguments.to
    if target.exists():
        raise PackError(f"{target}: is there already; give a directory that is not")
    _demand_verified(source, "the pack does not verify, and is not copied", derive=False)
    with waiting(f"Copying {source} under pseudonyms"):
        made, sealed = _copied(source, target, arguments.also)
    if arguments.as_json:
        facts = {
            "files": made.files,
            "originals": made.originals,
            "manifest": sealed.manifest,
            "key": sealed.fingerprint,
        }
        print_json({"directory": str(target), **facts})
        return 0
    print(f"{target}: {made.files} files, {made.originals} values under pseudonyms; it verifies and replays")
    print(f"manifest  sha256:{sealed.manifest}")
    print(f"signed    by key {sealed.fingerprint}" if sealed.fingerprint else f"unsigned  {sealed.unsigned}")
    return 0


def _copied(source: Path, target: Path, also: list[str]) -> tuple[Copied, Seal]:
    """Copy, seal and verify in a folder beside the target, and put it there when it verifies."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as name:
        copy = Path(name) / target.name
        copy.mkdir()
        made = pseudonymise(source, copy, secrets.token_bytes(SECRET_BYTES), also)
        sealed = seal(copy, _signing(copy), None, pseudonym_of=pack.sha256_of(source / MANIFEST))
        reason = "the copy does not verify, so a pseudonym changes what a check comes to; no copy is left"
        _demand_verified(copy, reason, derive=True)
        shutil.move(copy, target)
    return made, sealed


def _demand_verified(directory: Path, told: str, *, derive: bool) -> None:
    findings = verify(Request(directory, None, None, schema_problem, derive))
    wrong = [f"{finding.step}: {finding.text}" for finding in findings if finding.outcome == "BAD"]
    if wrong:
        raise PackError(f"{directory}: {told}: {wrong[0]}")


def _signing(directory: Path) -> Signing:
    """Return who signs the copy: as the pack's environment declares, where the key is a file of this machine.

    A key that a service keeps is not asked for: a pack must not decide where this machine connects to.
    """
    declared = load_packed(directory / ENVIRONMENT).evidence
    if declared.signer == "uri":
        return Signing(None, reason="the key is kept by a service, which is not asked because a pack names it")
    try:
        return prepare(declared, os.environ, directory)
    except SigningError as error:
        return Signing(None, reason=str(error))
