"""What a deployment leaves on record: the production inventory, the release's tag, and the schema of the database."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assurance.environment.deployment import DeclaredRelease
from assurance.errors import BrokenReading
from assurance.estate.deployment.quality import json_document
from assurance.estate.deployment.revisions import Revisions, of_repository
from assurance.estate.resources.resource import listed
from assurance.tape.moments import from_text, told
from assurance.verdicts import Fact
from assurance.world.files import Artefact

KEYS = ("revision", "image", "digest", "schema_revision", "deployed")
"""What the inventory tells (guide, Step 20): revision, image, schema, and the date of the deployment."""
# `alembic current` marks the newest revision that the scripts know.
_CURRENT = re.compile(r"(?P<revision>[A-Za-z0-9_-]{4,64})(?P<head> \(head\))?")
_REFERENCE = re.compile(r"(?P<commit>[0-9a-f]{40})\s+refs/tags/(?P<name>\S+?)(?P<peeled>\^\{\})?")


@dataclass(frozen=True, slots=True)
class Inventory:
    """The production inventory, as JSON."""

    artefact: Artefact

    def tells_what_is_deployed(self, revisions: Revisions, release: DeclaredRelease, repository: str) -> Fact:
        """Whether the inventory has the newest revision, its image and digest, the schema, and a date that fits."""
        inventory = json_document(self.artefact, "apex-assurance inventory --env NAME --release FILE --output FILE")
        images = of_repository(repository, revisions.app.images())
        wanted = {
            "revision": (revisions.new.name,),
            "image": images,
            "digest": (release.image_digest,),
            "schema_revision": (release.schema_revision,),
        }
        told_values = {key: inventory.text(key) for key in wanted}
        wrong = [f"{key} is {value or 'absent'}" for key, value in told_values.items() if value not in wanted[key]]
        date = from_text(inventory.text("deployed") or "")
        # The revision's own second counts: the inventory tells no fractions.
        if date is None or told(date) < told(revisions.created) or date > revisions.now:
            wrong.append(f"deployed is {inventory.text('deployed') or 'absent'}")
        cited = (*self.artefact.readings, *revisions.app.readings, *revisions.readings)
        expected = (
            f"revision {revisions.new.name}, image {listed(images)}, digest {release.image_digest}, "
            f"schema {release.schema_revision}, deployed after {told(revisions.created)}"
        )
        remedy = "Write it again: apex-assurance inventory --env NAME --release FILE --output FILE"
        return Fact(
            not wrong, expected, listed(wrong, "as deployed"), self.artefact.file, cited, remedy if wrong else ""
        )


@dataclass(frozen=True, slots=True)
class GitTags:
    """The tags of the repository, as `git ls-remote --tags origin` prints them."""

    artefact: Artefact

    def have(self, tag: str, commit: str) -> Fact:
        """Whether there is an annotated tag of that name, on that commit.

        Of an annotated tag Git prints two lines: its own object, and, marked `^{}`, the commit that it is on.

        Raises:
            BrokenReading: The file does not hold what Git prints.
        """
        commits = {name: commit for name, commit, peeled in self._lines() if peeled}
        names = {name for name, _, _ in self._lines()}
        holds = tag in commits and commits[tag] == commit
        observed = f"tag {tag} is on {commits[tag]}" if tag in commits else f"no annotated tag {tag}"
        if tag in names - set(commits):
            observed = f"tag {tag} is not an annotated one"
        remedy = f"git tag -a {tag} {commit} -m 'Production deployment' && git push origin {tag}"
        readings = self.artefact.readings
        expected = f"the annotated tag {tag} is on {commit}"
        return Fact(holds, expected, observed, self.artefact.file, readings, "" if holds else remedy)

    def _lines(self) -> list[tuple[str, str, bool]]:
        lines = self.artefact.content.decode("utf-8", "replace").splitlines()
        matches = [_REFERENCE.fullmatch(line.strip()) for line in lines if line.strip()]
        images = [
            (match["name"], match["commit"], match["peeled"] is not None) for match in matches if match is not None
        ]
        if not images or len(images) != len(matches):
            reason = f"The artefact {self.artefact.name} ({self.artefact.file}) does not hold what Git prints of tags."
            raise BrokenReading(reason, "git ls-remote --tags origin > FILE", self.artefact.readings)
        return images


@dataclass(frozen=True, slots=True)
class SchemaState:
    """The schema of a database, as `alembic current` prints it."""

    artefact: Artefact

    def is_at(self, revision: str) -> Fact:
        """Whether the database is at that revision, and it is the newest that there is.

        Raises:
            BrokenReading: The file does not hold what Alembic prints.
        """
        lines = [line.strip() for line in self.artefact.content.decode("utf-8", "replace").splitlines()]
        # Alembic logs to the same terminal.
        matches = [_CURRENT.fullmatch(line) for line in lines if line and not line.startswith("INFO ")]
        revisions = [(match["revision"], match["head"] is not None) for match in matches if match is not None]
        if not revisions or len(revisions) != len(matches):
            reason = f"The artefact {self.artefact.name} ({self.artefact.file}) does not hold what Alembic prints."
            raise BrokenReading(reason, "alembic current > FILE", self.artefact.readings)
        holds = revisions == [(revision, True)]
        observed = listed(f"{revision} {'(head)' if head else '(not the head)'}" for revision, head in revisions)
        expected, remedy = f"{revision} (head)", "alembic upgrade head"
        return Fact(holds, expected, observed, self.artefact.file, self.artefact.readings, "" if holds else remedy)
