"""How the application is set up: its mode, variables, CORS, probes and scaling, as its template has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from assurance.errors import NotEvaluated
from assurance.estate.deployment.container_apps import ContainerApp, read_container_app
from assurance.estate.deployment.revisions import Revisions, read_revisions
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.resource import Judgement, listed, listed_within, named, resource_group_of
from assurance.verdicts import Fact
from assurance.world.azure import reader
from assurance.world.azure.document import Document

ProbeKind = Literal["Liveness", "Readiness"]
CORS_VARIABLE = "CORS_ORIGINS"
"""The variable by which APEX learns which origins may call it (guide, Step 13)."""

Redacted = Callable[[str, str], str]
"""What stands on the tape for a variable of this name and value."""


@dataclass(frozen=True, slots=True)
class ApplicationSetup:
    """The application's template and configuration.

    Attributes:
        app: The application.
        redacted: The values on the tape are redacted; equal values have equal digests.
    """

    app: ContainerApp
    redacted: Redacted

    @property
    def keeps_several_revisions(self) -> Fact:
        """Whether several revisions can be active at once, without which there is no blue-green deployment."""

        def several(document: Document) -> Judgement:
            mode = document.text("properties", "configuration", "activeRevisionsMode")
            return (mode or "").casefold() == "multiple", f"activeRevisionsMode is {mode or 'absent'}"

        remedy = f"az containerapp revision set-mode {named(self.app.id)} --mode multiple"
        return self.app.judge("activeRevisionsMode is Multiple", several, remedy)

    def has_variable(self, name: str, value: str) -> Fact:
        """Whether exactly that value is given to a variable wherever it is set; the digests of both are compared."""

        def given(document: Document) -> Judgement:
            entries = _entries(document, name)
            if not entries:
                return False, f"{name} is not set"
            if any(entry.text("secretRef") for entry in entries):
                return False, f"{name} is taken from a secret"
            holds = all(entry.text("value") == self.redacted(name, value) for entry in entries)
            return holds, f"{name} is {'as declared' if holds else 'set to another value'}"

        remedy = f"az containerapp update {named(self.app.id)} --set-env-vars {name}={value}"
        return self.app.judge(f"{name} is {value}", given, remedy)

    def admits_origins(self, origins: tuple[str, ...]) -> Fact:
        """Whether exactly these origins may call, by the application's variable or by the ingress; never any origin.

        Where the ingress has a policy, that one decides, too: it answers before the application does.

        Raises:
            NotEvaluated: None is declared.
        """
        if not origins:
            reason = "The environment file does not say which origins may call."
            raise NotEvaluated(reason, "Add cors_origins to [deployment.revision].")
        wanted = ",".join(origins)

        def admitted(document: Document) -> Judgement:
            by_ingress = document.texts("properties", "configuration", "ingress", "corsPolicy", "allowedOrigins")
            entries = _entries(document, CORS_VARIABLE)
            observed = [f"ingress admits {listed(by_ingress)}"] if by_ingress else []
            right = {address.casefold() for address in by_ingress} in (set(), {origin.casefold() for origin in origins})
            for entry in entries:
                same = not entry.text("secretRef") and entry.text("value") in self._spellings(origins)
                observed.append(f"{CORS_VARIABLE} {'admits them' if same else 'has another value'}")
                right = right and same
            return right and bool(observed), listed(
                observed, "neither the application nor the ingress names any origin"
            )

        remedy = f'az containerapp update {named(self.app.id)} --set-env-vars {CORS_VARIABLE}="{wanted}"'
        return self.app.judge(f"only {wanted} may call from browsers", admitted, remedy)

    def has_probe(self, kind: ProbeKind, path: str) -> Fact:
        """Whether every container that serves the ingress's port is probed there, over HTTP, at that very path."""

        def probed(document: Document) -> Judgement:
            port = document.number("properties", "configuration", "ingress", "targetPort")
            containers = document.items("properties", "template", "containers")
            probes = [_probe(container, kind, port) for container in containers]
            paths = [probe for probe in probes if probe is not None]
            return paths == [path], f"{kind} probe at {listed(paths, 'no path of the served port')}"

        remedy = f"Set the probe in the template (main.bicep): type {kind}, httpGet.path {path}, the ingress's port."
        return self.app.judge(f"{kind} probe at {path}, on the served port", probed, remedy)

    def scales_between(self, least: int, most: int) -> Fact:
        """Whether the numbers of replicas are exactly these; an absent minimum means none."""

        def scaled(document: Document) -> Judgement:
            replicas = [
                document.number("properties", "template", "scale", key) for key in ("minReplicas", "maxReplicas")
            ]
            shown = " to ".join("absent" if count is None else f"{count:g}" for count in replicas)
            return replicas == [least, most], f"replicas {shown}"

        remedy = f"az containerapp update {named(self.app.id)} --min-replicas {least} --max-replicas {most}"
        return self.app.judge(f"replicas {least} to {most}", scaled, remedy)

    def scales_by_requests(self, concurrent: int) -> Fact:
        """Whether an HTTP rule adds a replica at so many concurrent requests."""

        def scaled(document: Document) -> Judgement:
            rules = document.items("properties", "template", "scale", "rules")
            limits = [
                text for rule in rules if (text := rule.text("http", "metadata", "concurrentRequests")) is not None
            ]
            return limits == [str(concurrent)], f"HTTP rules at {listed(limits, 'no number of')} concurrent requests"

        remedy = (
            f"az containerapp update {named(self.app.id)} --scale-rule-name http-scaling --scale-rule-type http "
            f"--scale-rule-metadata concurrentRequests={concurrent}"
        )
        return self.app.judge(f"one HTTP rule at {concurrent} concurrent requests", scaled, remedy)

    def _spellings(self, origins: tuple[str, ...]) -> set[str]:
        """Return what stands on the tape for a list of origins, with or without spaces, or as JSON."""
        quoted = ", ".join(f'"{origin}"' for origin in origins)
        texts = (",".join(origins), ", ".join(origins), f"[{quoted}]", f"[{quoted.replace(', ', ',')}]")
        return {self.redacted(CORS_VARIABLE, text) for text in texts}


def _entries(document: Document, name: str) -> list[Document]:
    containers = document.items("properties", "template", "containers")
    return [entry for container in containers for entry in container.items("env") if entry.text("name") == name]


def _probe(container: Document, kind: ProbeKind, port: float | None) -> str | None:
    """Return the path at which a container is probed on a port; None if it is not."""
    for probe in container.items("probes"):
        is_this = (probe.text("type") or "").casefold() == kind.casefold()
        if is_this and port is not None and probe.number("httpGet", "port") == port:
            return probe.text("httpGet", "path") or "/"
    return None


def read_application_setup(estate: Estate) -> ApplicationSetup:
    """Return how the application is set up."""
    return ApplicationSetup(read_container_app(estate), estate.questions.clients.redacted_variable)


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
        restarts = {
            document.name: sum(_restarts(container) for container in _containers(document))
            for document in self.documents
        }
        bare = [document.name for document in self.documents if not _containers(document)]
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
    restarts = container.number("restartCount")
    if restarts is None:
        raise container.broken(("restartCount",), "a number", None)
    return int(restarts)
