"""APEX's state and the rules that every part of it keeps: people, access, rows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from sandbox.apex.authentication import Issuer
from sandbox.apex.inspection import AzureServices, Targets
from sandbox.apex.permissions import EFFECT_DESPITE_REFUSAL, Operation, Role, is_allowed, may_create
from sandbox.apex.quirks import LATE_COMMITS_SECONDS, Observed, Quirk
from sandbox.apex.store import Row, Store, Table
from sandbox.apex.switches import Switch
from sandbox.apex.telemetry import Sink, Telemetry

# The namespace of the ids that APEX gives to users itself (RFC 9562, section 5.5).
USER_IDS = UUID("a9e50000-0000-4000-8000-000000000001")

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """What a build of APEX is configured with.

    Attributes:
        api_prefix: What stands before the API's paths.
        maximum_upload_bytes: The largest file that is taken.
        job_step_seconds: How long each step of a job waits before it works.
        slow_seconds: How slow the switches for slowness make an answer.
        restart_seconds: How long nothing listens where the application is killed in mid-run.
        seed: What the random numbers of the Monte Carlo simulations follow from.
        targets: The Azure services that are called.
    """

    api_prefix: str = "/api/v1"
    maximum_upload_bytes: int = 50 * MEBIBYTE
    job_step_seconds: float = 0.01
    slow_seconds: float = 2.5
    restart_seconds: float = 1.0
    seed: int = 17
    targets: Targets = field(default_factory=Targets)


class NotFoundError(Exception):
    """There is no such row."""


class ForbiddenError(Exception):
    """The user may not do this."""


@dataclass(frozen=True, slots=True)
class User:
    """Who signed in."""

    id: str
    name: str
    standing_role: Role | None


class Service:
    """One APEX.

    Attributes:
        settings: Its configuration.
        switches: What is broken; live.
        quirks: What is different; live.
        observed: What a running build was seen to do, and this one does; live.
        issuer: Whose tokens it accepts.
        azure: The services that it calls.
        store: Its database.
        telemetry: What it reports of itself.
        job_reads: How often each job has been looked at.
        requests: How many requests of the API it has seen.
        is_back_at: When it listens again after it was killed, by the monotonic clock; 0 if it never was.
    """

    def __init__(
        self,
        settings: Settings,
        issuer: Issuer,
        switches: set[Switch],
        quirks: set[Quirk],
        sink: Sink | None,
        observed: set[Observed] | None = None,
    ) -> None:
        self.settings = settings
        self.switches = switches
        self.quirks = quirks
        self.observed: set[Observed] = set() if observed is None else observed
        self.issuer = issuer
        self.telemetry = Telemetry(sink, switches)
        self.azure = AzureServices(settings.targets, self.telemetry, switches)
        self.store = Store(self.azure)
        self.clear()

    def clear(self) -> None:
        """Forget everything but the people."""
        self.store.clear()
        self.azure.blobs.clear()
        self.job_reads: Counter[str] = Counter()
        self.requests = 0
        self.is_back_at = 0.0
        self._unseen: set[str] = set()
        self._estimate_seconds: set[tuple[str, int]] = set()
        for person in self.issuer.people.values():
            role = person.standing_role
            self.store.insert(
                "users", {"id": person.object_id, "name": person.display_name, "standing_role": role and role.value}
            )

    def is_broken(self, switch: Switch) -> bool:
        """Whether a switch is on."""
        return switch in self.switches

    def has_quirk(self, quirk: Quirk) -> bool:
        """Whether a quirk is on."""
        return quirk in self.quirks

    def does(self, observed: Observed) -> bool:
        """Whether it behaves as a running build was seen to."""
        return observed in self.observed

    @property
    def commit_delay_seconds(self) -> float:
        """How long after its answer a request is committed; 0 for before it."""
        return max(
            (seconds for observation, seconds in LATE_COMMITS_SECONDS.items() if observation in self.observed),
            default=0.0,
        )

    def user_id(self, object_id: str) -> str:
        """The id by which APEX knows whoever has this object id in the directory."""
        return str(uuid5(USER_IDS, object_id)) if self.does(Observed.OWN_USER_IDS) else object_id

    def knows(self, user_id: str) -> bool:
        """Whether there is a user of that id: whoever has signed in, or was known before."""
        by_directory = {person.object_id for person in self.issuer.people.values()}
        is_own = not (self.does(Observed.OWN_USER_IDS) and user_id in by_directory)
        return is_own and self.store.one("users", id=user_id) is not None

    def user(self, object_id: str, name: str) -> User:
        """The user with this object id, provisioned silently when first seen."""
        user_id = self.user_id(object_id)
        row = self.store.one("users", id=user_id)
        if row is None:
            known = self.store.one("users", id=object_id) or {"name": name, "standing_role": None}
            row = {"id": user_id, "name": known["name"], "standing_role": known["standing_role"]}
            self.store.insert("users", row)
        role = None if self.does(Observed.ROLES_PER_PROJECT) else row["standing_role"]
        return User(row["id"], row["name"], None if role is None else Role(role))

    def collides(self, project_id: str, second: int) -> bool:
        """Whether another estimate of the project was asked for within the same second, where that is fatal."""
        taken = (project_id, second) in self._estimate_seconds
        self._estimate_seconds.add((project_id, second))
        return taken and self.does(Observed.ESTIMATES_COLLIDE)

    def is_killed(self) -> bool:
        """Whether the application ends now: once, in the middle of a job, where that is switched on."""
        killed = self.is_broken(Switch.RESTARTED_IN_MID_JOB) and not self.is_back_at
        if killed:
            self.is_back_at = time.monotonic() + self.settings.restart_seconds
        return killed

    @property
    def down_seconds(self) -> float:
        """For how long nothing listens yet; 0 where it is up."""
        return max(0.0, self.is_back_at - time.monotonic())

    def created(self, row_id: str) -> None:
        """Note that a row has just been created."""
        self._unseen.add(row_id)

    def first_read(self, row_id: str) -> bool:
        """Whether a row that was just created is read for the first time."""
        first = row_id in self._unseen
        self._unseen.discard(row_id)
        return first

    def find(self, table: Table, row_id: str) -> Row:
        """The row with this id.

        Raises:
            NotFoundError: There is none.
        """
        row = self.store.one(table, id=row_id)
        if row is None:
            raise NotFoundError(f"There is no row {row_id} in {table}")
        return row

    def roles(self, user: User, project_id: str) -> Set[Role]:
        """The roles of a user on a project, standing and granted."""
        grants = self.store.rows("access_grants", project_id=project_id, user_id=user.id)
        granted = {Role(grant["role_id"]) for grant in grants}
        return granted if user.standing_role is None else granted | {user.standing_role}

    def permits(self, user: User, project_id: str, operation: Operation) -> bool:
        """Whether a user may do this to a project."""
        return is_allowed(operation, self.roles(user, project_id), self.switches)

    @contextmanager
    def permission(self, user: User, project_id: str | None, operation: Operation) -> Iterator[None]:
        """Permission for what is done within; without a project, for creating one.

        Raises:
            ForbiddenError: The user may not do it; a switch can let it take effect all the same.
        """
        if project_id is None:
            permitted = may_create(user.standing_role, self.switches)
        else:
            permitted = self.permits(user, project_id, operation)
        if not permitted and EFFECT_DESPITE_REFUSAL.get(operation) not in self.switches:
            raise ForbiddenError(f"Not permitted to {operation}")
        yield
        if not permitted:
            raise ForbiddenError(f"Not permitted to {operation}")

    def require(self, user: User, project_id: str, operation: Operation) -> None:
        """Ask for a permission where nothing is done within it.

        Raises:
            ForbiddenError: The user may not do it.
        """
        with self.permission(user, project_id, operation):
            pass
