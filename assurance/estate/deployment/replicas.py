"""The running replicas of the newest revision."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.errors import NotEvaluated
from assurance.estate.deployment.container_apps import read_container_app
from assurance.estate.deployment.revisions import Revisions, read_revisions
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.resource import listed, listed_within, named, resource_group_of
from assurance.verdicts import Fact
from assurance.world.azure import reader
from assurance.world.azure.document import Document


@dataclass(frozen=True, slots=True)
class Replicas:
    """The running replicas of the newest revision."""

    revisions: Revisions
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    @property
    def have_not_restarted(self) -> Fact:
        """Whether no container of any replica has restarted; and there is a replica to look at.

        Raises:
            NotEvaluated: None has, and the stability window is still open.
        """
        restarts = {one.name: sum(_restarts(container) for container in _containers(one)) for one in self.documents}
        bare = [one.name for one in self.documents if not _containers(one)]
        wrong = [f"{name} restarted {count} times" for name, count in restarts.items() if count]
        wrong += [f"{name} tells of no container" for name in bare]
        observed = listed(wrong, f"{len(restarts)} replicas, none restarted" if restarts else "no replica runs")
        name = self.revisions.new.name
        remedy = f"az containerapp logs show {named(self.revisions.app.id)} --type system --revision {name}"
        expected = f"no container of {name} has restarted in 24 hours"
        holds = bool(restarts) and not wrong
        if holds:
            self.revisions.refuse_too_early()
        cited = tuple(dict.fromkeys((*self.readings, *self.revisions.cited)))
        return Fact(holds, expected, observed, self.revisions.new.id, cited, "" if holds else remedy)


@read_once
def read_replicas(estate: Estate) -> Replicas:
    """Return the replicas of the newest revision."""
    revisions = read_revisions(estate)
    revision = revisions.new
    operation = estate.questions.operation("container_apps", "container_apps_revision_replicas", "list_replicas")
    app = read_container_app(estate)
    document, readings = reader.get(operation(), resource_group_of(app.id), app.name, revision.name)
    if document is None:
        raise NotEvaluated(f"Azure has no replicas of {revision.name}.", "Run again.", readings)
    replicas = listed_within(f"{app.id}/revisions/{revision.name}", document.required_items("value"))
    return Replicas(revisions, replicas, readings)


def _containers(replica: Document) -> tuple[Document, ...]:
    return replica.items("properties", "containers")


def _restarts(container: Document) -> int:
    found = container.number("restartCount")
    if found is None:
        raise container.broken(("restartCount",), "a number", None)
    return int(found)
