"""The application's revisions: the new one, the one to go back to, and how traffic is shared among them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from assurance.errors import NotEvaluated
from assurance.estate.deployment.container_apps import ContainerApp, read_container_app
from assurance.estate.deployment.plain_secrets import Workloads
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.resource import listed, named, only, resource_group_of
from assurance.tape.moments import told
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

STABILITY_WINDOW = timedelta(hours=24)
"""How long the old revision is kept, and the new one watched (guide, Steps 15, 26 and 27)."""
WHOLE = 100
# Of a deactivated revision Azure tells Deprovisioned, and that it can be activated again.
ACTIVATABLE = frozenset({"provisioned", "deprovisioned"})
RUNNING = frozenset({"running", "runningatmaxscale"})


@dataclass(frozen=True, slots=True)
class Revisions:
    """All revisions of the application (Microsoft.App/containerApps/revisions).

    Attributes:
        app: The application that they belong to.
        documents: Azure's list.
        readings: Keys of the readings behind it.
        now: When the run was begun, which ages are counted to.
    """

    app: ContainerApp
    documents: tuple[Document, ...]
    readings: tuple[str, ...]
    now: datetime

    @property
    def new(self) -> Document:
        """The newest revision, by the name that the application gives it.

        Raises:
            NotEvaluated: The application names none, or it is not listed.
        """
        name = self.app.latest_revision
        document = only(name, self.documents) if name else None
        if document is None:
            reason = f"The application's newest revision is {name or 'not named'}, and is not among those listed."
            raise NotEvaluated(reason, "Run again; if it stays, deploy the application.", self.cited)
        return document

    @property
    def serving(self) -> Workloads:
        """Those that run or get traffic; one that does not say that it is inactive is among them."""
        weights = self.app.traffic()
        serving = [
            document
            for document in self.documents
            if document.flag("properties", "active") is not False
            or document.number("properties", "trafficWeight")
            or weights.get(document.name)
        ]
        if not serving:
            reason = f"None of {self.app.name}'s {len(self.documents)} revisions is active."
            raise NotEvaluated(reason, "Activate one, or deploy the application.", self.cited)
        return Workloads(self.app.id, tuple(serving), self.cited)

    @property
    def created(self) -> datetime:
        """When the newest revision was made.

        Raises:
            BrokenReading: Azure does not say.
        """
        created = self.new.moment("properties", "createdTime")
        if created is None:
            raise self.new.broken(("properties", "createdTime"), "a time", None)
        return created

    @property
    def window_is_open(self) -> bool:
        """Whether the newest revision is younger than the stability window."""
        return self.now < self.created + STABILITY_WINDOW

    @property
    def serving_one_is_healthy(self) -> Fact:
        """Whether exactly one revision serves the most, and is active and healthy: what a rollback would return to."""
        weights = self.app.traffic()
        most = max(weights.values(), default=0)
        names = [name for name, weight in weights.items() if weight == most and most > 0]
        document = only(names[0], self.documents) if len(names) == 1 else None
        wrong = _unhealthy(document) if document is not None else [f"traffic goes to {listed(names, 'no revision')}"]
        observed = f"{listed(wrong)}" if wrong else f"{names[0]} is; to return to it: {self._rollback(names[0])}"
        return self._fact(not wrong, "one healthy revision serves production", observed, "Repair it before deploying.")

    @property
    def previous_can_be_activated(self) -> Fact:
        """Whether an older revision was provisioned and can take the traffic again."""
        older = self._older()
        ready = [revision for revision in older if _can_be_activated(revision)]
        expected = "an older revision can be activated"
        if not ready:
            states = [
                f"{revision.name} is {revision.text('properties', 'provisioningState') or 'of no state'}"
                for revision in older
            ]
            remedy = "Deploy the version before this one again, as a revision without traffic."
            return self._fact(False, expected, listed(states, "there is no older revision"), remedy)
        previous = max(ready, key=lambda revision: revision.moment("properties", "createdTime") or self.now)
        active = previous.flag("properties", "active") is True
        steps = [] if active else [f"az containerapp revision activate {named(self.app.id)} --revision {previous.name}"]
        steps.append(self._rollback(previous.name))
        return self._fact(True, expected, f"{previous.name} can; to roll back: {' && '.join(steps)}", "")

    def rollback_commands(self, ready_url: str) -> tuple[str, ...]:
        """Return the guide's quick rollback, with this deployment's names.

        Args:
            ready_url: The readiness endpoint, to look at after the shift; empty where it is not known.

        Raises:
            NotEvaluated: No older revision can take the traffic.
        """
        ready = [revision for revision in self._older() if _can_be_activated(revision)]
        if not ready:
            raise NotEvaluated("No older revision can be activated.", "Deploy the version before again.", self.cited)
        previous = max(ready, key=lambda revision: revision.moment("properties", "createdTime") or self.now)
        group, new = named(self.app.id), self.new.name
        inactive = previous.flag("properties", "active") is not True
        steps = [f"az containerapp revision activate {group} --revision {previous.name}"] if inactive else []
        steps.append(f"az containerapp ingress traffic set {group} --revision-weight {previous.name}={WHOLE} {new}=0")
        steps += [f"curl --fail {ready_url}"] if ready_url else []
        return (*steps, f"az containerapp revision deactivate {group} --revision {new}")

    @property
    def new_one_is_ready(self) -> Fact:
        """Whether the newest revision is also the newest ready one, provisioned, active and running."""
        latest, ready = self.app.latest_revision, self.app.latest_ready_revision
        wrong = [f"latest ready revision is {ready or 'absent'}"] if latest is None or latest != ready else []
        wrong += _not_running(self.new)
        remedy = f"az containerapp logs show {named(self.app.id)} --type system --revision {latest}"
        return self._fact(not wrong, "the newest revision is ready and running", listed(wrong, f"{latest} is"), remedy)

    def new_one_runs(self, repository: str, images: tuple[str, ...]) -> Fact:
        """Whether the newest revision, and the application's template, run one of these spellings of the image.

        What runs beside it, of another repository, is no concern of the release's.
        """
        both = [of_repository(repository, images) for images in (self.app.images(), _images(self.new))]
        running_images = {image for some in both for image in some}
        holds = all(both) and running_images <= set(images)
        remedy = f"az containerapp update {named(self.app.id)} --image {images[0]}"
        observed = f"image {listed(running_images, f'none of {repository}')}"
        return self._fact(holds, f"image {' or '.join(images)}", observed, remedy)

    def traffic_is(self, percent: int) -> Fact:
        """Whether the newest revision has that share of the traffic, and older ones the rest.

        A share of the traffic that goes to whichever revision is the latest counts for the newest one.
        """
        weights = self.app.traffic()
        newest, total = self.new.name, sum(weights.values())
        weight_of_newest = sum(weight for name, weight in weights.items() if name.casefold() == newest.casefold())
        told_weights = listed((f"{name}={weight}" for name, weight in weights.items()), "no revision has traffic")
        others = [name for name, weight in weights.items() if weight and name.casefold() != newest.casefold()]
        unknown = [name for name in others if only(name, self.documents) is None]
        holds = weight_of_newest == percent and total == WHOLE and not unknown
        expected = f"the newest revision has {percent} % of the traffic, of {WHOLE} % in all"
        shares = f"{newest}={percent}" + ("" if percent == WHOLE else f" OLD_REVISION={WHOLE - percent}")
        remedy = f"az containerapp ingress traffic set {named(self.app.id)} --revision-weight {shares}"
        return self._fact(holds, expected, told_weights, remedy)

    @property
    def serving_ones_are_healthy(self) -> Fact:
        """Whether every revision that has traffic exists, is active, runs and is healthy; and one has traffic."""
        serving = [name for name, weight in self.app.traffic().items() if weight > 0]
        wrong = [sentence for name in serving for sentence in self._unhealthy_by_name(name)]
        observed = listed(wrong, listed(serving, "no revision has traffic"))
        remedy = f"az containerapp ingress traffic set {named(self.app.id)} --revision-weight HEALTHY_REVISION=100"
        return self._fact(bool(serving) and not wrong, "each revision with traffic is healthy", observed, remedy)

    @property
    def old_ones_are_kept_then_deactivated(self) -> Fact:
        """Whether an old revision is active during the stability window, and only the newest one after it."""
        newest = self.new.name
        active = [document.name for document in self.documents if document.flag("properties", "active") is True]
        others = [name for name in active if name.casefold() != newest.casefold()]
        end = self.created + STABILITY_WINDOW
        is_active = newest.casefold() in {name.casefold() for name in active}
        if self.window_is_open:
            expected = f"until {told(end)} the newest revision and an older one are active"
            remedy = f"az containerapp revision activate {named(self.app.id)} --revision OLD_REVISION"
            return self._fact(is_active and bool(others), expected, f"active: {listed(active)}", remedy)
        expected = f"since {told(end)} only {newest} is active"
        remedy = "\n".join(
            f"az containerapp revision deactivate {named(self.app.id)} --revision {name}" for name in others
        )
        return self._fact(is_active and not others, expected, f"active: {listed(active)}", remedy)

    def refuse_too_early(self) -> None:
        """Refuse to judge that all went well while the stability window is open.

        Raises:
            NotEvaluated: The newest revision is younger than the window is long.
        """
        if self.window_is_open:
            end = told(self.created + STABILITY_WINDOW)
            reason = f"Nothing is wrong yet, but the stability window of {self.new.name} is open until {end}."
            raise NotEvaluated(reason, "Run again after that.", self.cited)

    def _older(self) -> list[Document]:
        newest = self.new.name.casefold()
        return [
            document
            for document in self.documents
            if document.name.casefold() != newest and _made_before(document, self.created)
        ]

    def _unhealthy_by_name(self, name: str) -> list[str]:
        document = only(name, self.documents)
        return [f"{name} does not exist"] if document is None else _unhealthy(document)

    def _rollback(self, name: str) -> str:
        return f"az containerapp ingress traffic set {named(self.app.id)} --revision-weight {name}={WHOLE}"

    @property
    def cited(self) -> tuple[str, ...]:
        """Keys of the readings behind the application and its revisions."""
        return tuple(dict.fromkeys((*self.app.readings, *self.readings)))

    def _fact(self, holds: bool, expected: str, observed: str, remedy: str) -> Fact:
        return Fact(holds, expected, observed, self.app.id, self.cited, "" if holds else remedy)


@read_once
def read_revisions(estate: Estate) -> Revisions:
    """Return the application's revisions."""
    app = read_container_app(estate)
    operation = estate.questions.operation("container_apps", "container_apps_revisions", "list_revisions")
    documents, readings = estate.questions.children(operation, app.id, resource_group_of(app.id), app.name)
    if documents is None:
        raise NotEvaluated(f"The application {app.name} has no revisions.", "Deploy the application.", readings)
    return Revisions(app, documents, readings, estate.now)


def of_repository(repository: str, images: Iterable[str]) -> tuple[str, ...]:
    """Return those of the images that are of a repository, whatever their tag or digest."""
    return tuple(image for image in images if re.split(r"@|:(?=[^/]*$)", image)[0].casefold() == repository.casefold())


def _images(revision: Document) -> tuple[str, ...]:
    containers = revision.items("properties", "template", "containers")
    return tuple(container.required_text("image") for container in containers)


def _made_before(revision: Document, moment: datetime) -> bool:
    made = revision.moment("properties", "createdTime")
    return made is not None and made < moment


def _can_be_activated(revision: Document) -> bool:
    state = revision.text("properties", "provisioningState") or ""
    unwell = (revision.text("properties", "healthState") or "").casefold() == "unhealthy"
    return state.casefold() in ACTIVATABLE and not revision.text("properties", "provisioningError") and not unwell


def _unhealthy(revision: Document) -> list[str]:
    health = revision.text("properties", "healthState")
    wrong = [] if (health or "").casefold() == "healthy" else [f"{revision.name} healthState is {health or 'absent'}"]
    return wrong + _not_running(revision)


def _not_running(revision: Document) -> list[str]:
    name = revision.name
    active = revision.flag("properties", "active")
    provisioned = revision.text("properties", "provisioningState")
    running = revision.text("properties", "runningState")
    wrong = [] if active is True else [f"{name} is not active"]
    if (provisioned or "").casefold() != "provisioned":
        wrong.append(f"{name} provisioningState is {provisioned or 'absent'}")
    if (running or "").casefold() not in RUNNING:
        wrong.append(f"{name} runningState is {running or 'absent'}")
    return wrong
