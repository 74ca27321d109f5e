"""Seals a run's pack when all its files are written: manifest, signature, the ledger's line; the mark goes last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from assurance.environment import Environment
from assurance.evidence import explanation, ledger, manifest, outcome, pack
from assurance.evidence.ledger import Link, Place
from assurance.evidence.manifest import Manifest
from assurance.evidence.pack import ENVIRONMENT, INCOMPLETE, PUBLIC_KEY, RESULTS, PackError
from assurance.evidence.signing import Signing, SigningError


@dataclass(frozen=True, slots=True)
class Seal:
    """How a pack was sealed.

    Attributes:
        manifest: The SHA-256 of its manifest.
        fingerprint: The key that signed it; empty if it is unsigned.
        unsigned: Why it is unsigned; empty if it is signed.
        entry: The digest of its line in the ledger; empty where it stands in none.
    """

    manifest: str
    fingerprint: str
    unsigned: str
    entry: str


def write_environment(environment: Environment, directory: Path) -> None:
    """Write the environment as the run had it, every default included, so that the pack can be judged again from it.

    The CA bundle and the place of reports are left out: they are paths of this machine, and a replay needs neither.
    """
    document = environment.model_dump(mode="json", exclude_none=True)
    del document["name"]
    cloud = {key: value for key, value in document["cloud"].items() if key != "ca_bundle"}
    evidence = {key: value for key, value in document["evidence"].items() if key != "reports"}
    heading = "# The environment as this run had it, with all defaults. Secrets are never in it.\n"
    text = tomli_w.dumps({"name": environment.name, **document, "cloud": cloud, "evidence": evidence})
    pack.write_whole(directory / ENVIRONMENT, heading + text)


def seal(directory: Path, signing: Signing, place: Place | None, *, pseudonym_of: str = "") -> Seal:
    """Seal a pack whose `results.json` says what the run came to.

    Args:
        directory: The pack.
        signing: Who signs it.
        place: The ledger that it is entered in; None for none.
        pseudonym_of: The SHA-256 of the manifest of the pack that this one shows under pseudonyms.

    Raises:
        PackError: A file of the pack, or the ledger, cannot be used; or the results call themselves complete, and a
            case that was collected has no verdict.
    """
    if signing.public_key:
        pack.write_whole(directory / PUBLIC_KEY, signing.public_key)
    work = _Sealing(directory, signing, pseudonym_of)
    return work.under(None) if place is None else ledger.extend(place, work.under)


@dataclass(frozen=True, slots=True)
class _Sealing:
    """One pack being sealed; see `seal`."""

    directory: Path
    signing: Signing
    pseudonym_of: str

    def under(self, link: Link | None) -> Seal:
        """Write manifest, signature and the ledger's line, in this order; at the end the pack is whole."""
        results = pack.read_json(self.directory / RESULTS, "the results")
        wrong = explanation.uncollected(results) if results["run"]["complete"] else []
        if wrong:
            raise PackError(f"{self.directory / RESULTS}: says complete, and is not: {wrong[0]} ({len(wrong)} such)")
        made = self._manifest(results["run"], link.previous if link is not None else ledger.FIRST)
        digest = manifest.write(made, self.directory)
        unsigned = self._sign(results)
        fingerprint = "" if unsigned else self.signing.fingerprint
        facts = {**_facts(made, digest, fingerprint), **outcome.facts_to_hold(results)}
        entry = link.append(ledger.RUN, facts).digest if link is not None else ""
        if made.complete:
            (self.directory / INCOMPLETE).unlink(missing_ok=True)
        return Seal(digest, fingerprint, unsigned, entry)

    def _manifest(self, run: Mapping[str, Any], previous: str) -> Manifest:
        names = ("environment", "source", "decision", "started", "finished", "complete")
        return Manifest(
            schema=manifest.SCHEMA,
            run=run["id"],
            **{name: run[name] for name in names},
            suite=run["versions"].get("apex-assurance", ""),
            previous=previous,
            pseudonym_of=self.pseudonym_of,
            files=manifest.list_files(self.directory, complete=run["complete"]),
        )

    def _sign(self, results: Mapping[str, Any]) -> str:
        """Sign, and return why the pack is unsigned; empty if it is signed.

        A signer that fails leaves the pack unsigned, which the terminal and `verify` say: the run itself has ended.
        """
        if self.signing.signer is None:
            return self.signing.reason
        try:
            manifest.sign(self.directory, results, self.signing)
        except SigningError as error:
            return str(error)
        return ""


def _facts(made: Manifest, digest: str, fingerprint: str) -> dict[str, str | bool]:
    """Return what the ledger says of a run."""
    names = ("run", "environment", "source", "decision", "started", "finished", "complete", "suite")
    return {**{name: getattr(made, name) for name in names}, "manifest": digest, "signer": fingerprint}
