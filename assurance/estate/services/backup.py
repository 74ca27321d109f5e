"""Backup: of the database (retention, copies and exports) and of blobs (soft delete)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from assurance.environment.deployment import DeclaredLongTermRetention
from assurance.errors import NotEvaluated
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.questions import Documents, One
from assurance.estate.resources.resource import (
    Judgement,
    Resource,
    answer_for,
    listed,
    name_of,
    named,
    only,
    resource_group_of,
    same_id,
)
from assurance.tape.moments import told
from assurance.verdicts import Fact
from assurance.world.azure import reader
from assurance.world.azure.document import Document

MIN_RETENTION_DAYS, MAX_RETENTION_DAYS = 7, 35
"""Point-in-time restore (guide, "Backup and Disaster Recovery")."""
MIN_SOFT_DELETE_DAYS = 14
"""Recovery of deleted blobs (guide, "Backup and Disaster Recovery")."""
MAX_BACKUP_AGE = timedelta(hours=24)
"""The guide wants a backup before the migration (Step 5); one of an earlier day is not of this deployment."""
EXPORT = "microsoft.sql/servers/databases/export/action"

EVENTS_BACK = timedelta(days=2)
"""How far back the activity log is read: longer than a backup may be old, in whole days, so that a page is not huge."""
_POLICIES = {
    "backup_short_term_retention_policies": "backupShortTermRetentionPolicies",
    "long_term_retention_policies": "backupLongTermRetentionPolicies",
}

Recoverable = Literal["deleteRetentionPolicy", "containerDeleteRetentionPolicy"]


@dataclass(frozen=True, slots=True)
class Database(Resource):
    """The application's database (Microsoft.Sql/servers/databases), with its policies.

    Attributes:
        short_term: Its policy for point-in-time restore; None if there is none.
        long_term: Its policy for long-term retention; None if there is none.
        short_term_readings: Keys of the readings behind the one.
        long_term_readings: Keys of the readings behind the other.
    """

    short_term: Document | None = None
    long_term: Document | None = None
    short_term_readings: tuple[str, ...] = ()
    long_term_readings: tuple[str, ...] = ()

    @property
    def can_be_restored(self) -> Fact:
        """Whether Azure tells of a point in time from which it can be restored, and it is online."""

        def restorable(document: Document) -> Judgement:
            earliest = document.moment("properties", "earliestRestoreDate")
            status = document.text("properties", "status")
            return (status or "").casefold() == "online" and earliest is not None, (
                f"status {status or 'absent'}, restorable from {told(earliest)}"
            )

        return self.judge("the database is online and can be restored", restorable, "Ask Azure why it cannot.")

    @property
    def keeps_backups_long_enough(self) -> Fact:
        """Whether point-in-time restore reaches back 7 to 35 days."""

        def kept(_: Document) -> Judgement:
            days = self.short_term.number("properties", "retentionDays") if self.short_term is not None else None
            holds = days is not None and MIN_RETENTION_DAYS <= days <= MAX_RETENTION_DAYS
            return holds, f"retentionDays is {'absent' if days is None else f'{days:g}'}"

        remedy = f"az sql db str-policy set {named(self.id)} --retention-days {MIN_RETENTION_DAYS}"
        expected = f"retentionDays is {MIN_RETENTION_DAYS} to {MAX_RETENTION_DAYS}"
        return self.judge(expected, kept, remedy, self.short_term_readings)

    def keeps_backups_for(self, declared: DeclaredLongTermRetention) -> Fact:
        """Whether long-term retention is as declared, for each of its three intervals."""
        wanted = {"weekly": declared.weekly, "monthly": declared.monthly, "yearly": declared.yearly}

        def kept(_: Document) -> Judgement:
            retentions = {key: self._long_term(key) for key in wanted}
            wrong = [f"{key} is {retentions[key] or 'none'}" for key in wanted if retentions[key] != wanted[key]]
            return not wrong, listed(wrong, "as declared")

        expected = listed(f"{key} {value or 'none'}" for key, value in wanted.items())
        remedy = f"az sql db ltr-policy set {named(self.id)} --weekly-retention P4W"
        return self.judge(f"long-term retention: {expected}", kept, remedy, self.long_term_readings)

    def has_objective(self, objective: str) -> Fact:
        """Whether its service objective is that one, such as S2."""

        def has(document: Document) -> Judgement:
            current = document.text("properties", "currentServiceObjectiveName")
            return (current or "").casefold() == objective.casefold(), f"service objective {current or 'absent'}"

        remedy = f"az sql db update {named(self.id)} --service-objective {objective}"
        return self.judge(f"service objective {objective}", has, remedy)

    def _long_term(self, interval: str) -> str | None:
        """Return how long backups of an interval are kept; a duration of nothing means that none are."""
        retention = self.long_term.text("properties", f"{interval}Retention") if self.long_term is not None else None
        return None if retention is None or re.fullmatch(r"P?T?0[A-Z]", retention) else retention


@dataclass(frozen=True, slots=True)
class DatabaseBackups:
    """What was done to keep the database as it was: copies on its server, and exports in the activity log.

    Attributes:
        database_id: The database.
        databases: All databases of its server.
        events: What the activity log tells of the database.
        readings: Keys of the readings.
        now: When the run was begun.
    """

    database_id: str
    databases: tuple[Document, ...]
    events: tuple[Document, ...]
    readings: tuple[str, ...]
    now: datetime

    def one_is_recent(self, prefix: str) -> Fact:
        """Whether a copy of that prefix, or an export that succeeded, is no older than a day."""
        copies = [database for database in self.databases if database.name.casefold().startswith(prefix.casefold())]
        moments = {
            **{f"copy {copy.name}": copy.moment("properties", "creationDate") for copy in copies if _is_online(copy)},
            **{
                f"export {event.required_text('correlationId')}": at
                for event in self.events
                if (at := self._export(event))
            },
        }
        recent = [
            f"{what} of {told(at)}"
            for what, at in moments.items()
            if at and self.now - MAX_BACKUP_AGE <= at <= self.now
        ]
        older = [f"{what} of {told(at)}" for what, at in moments.items()]
        name = f"{prefix}{self.now:%Y%m%d}"
        remedy = f"az sql db copy {named(self.database_id)} --dest-name {name}"
        observed = listed(recent, f"only {listed(older)}" if older else "no copy, and no export that succeeded")
        expected = f"a copy {prefix}* or an export, not older than 24 hours"
        return Fact(bool(recent), expected, observed, self.database_id, self.readings, "" if recent else remedy)

    def _export(self, event: Document) -> datetime | None:
        """Return when an export of the database succeeded; None if the event tells of anything else."""
        operation = event.text("operationName", "value") or ""
        status = event.text("status", "value") or ""
        about = event.text("resourceId") or ""
        if operation.casefold() != EXPORT or status.casefold() != "succeeded" or not _is_about(about, self.database_id):
            return None
        return event.moment("eventTimestamp")


@dataclass(frozen=True, slots=True)
class BlobService(Resource):
    """The blob service of the storage account (Microsoft.Storage/storageAccounts/blobServices)."""

    def recovers(self, what: Recoverable) -> Fact:
        """Whether deleted blobs, or deleted containers, are kept for at least 14 days."""

        def kept(document: Document) -> Judgement:
            enabled = document.flag("properties", what, "enabled")
            days = document.number("properties", what, "days")
            holds = enabled is True and days is not None and days >= MIN_SOFT_DELETE_DAYS
            shown = "absent" if enabled is None else str(enabled).lower()
            return holds, f"{what}: enabled {shown}, days {'absent' if days is None else f'{days:g}'}"

        account = self.id.split("/blobServices/")[0]
        option = "delete" if what == "deleteRetentionPolicy" else "container-delete"
        remedy = (
            f"az storage account blob-service-properties update --account-name {account.rsplit('/', 1)[-1]} "
            f"--enable-{option}-retention true --{option}-retention-days {MIN_SOFT_DELETE_DAYS}"
        )
        return self.judge(f"{what} enabled for at least {MIN_SOFT_DELETE_DAYS} days", kept, remedy)


@read_once
def read_database(estate: Estate) -> Database:
    """Return the application's database, with its policies."""
    database_id = estate.database_id()
    databases, readings = _databases(estate, database_id[: database_id.rindex("/databases/")])
    document = only(name_of(database_id), databases)
    if document is None:
        return Database(database_id, None, readings)
    (short, short_readings), (long, long_readings) = (_policy(estate, kind, database_id) for kind in _POLICIES)
    return Database(database_id, document, readings, short, long, short_readings, long_readings)


@read_once
def read_database_backups(estate: Estate) -> DatabaseBackups:
    """Return the copies and exports of the database."""
    database_id = estate.database_id()
    databases, readings = _databases(estate, database_id[: database_id.rindex("/databases/")])
    since = (estate.now - EVENTS_BACK).strftime("%Y-%m-%dT00:00:00Z")
    operation = estate.questions.operation("monitor", "activity_logs", "list")
    wanted = f"eventTimestamp ge '{since}' and resourceUri eq '{database_id}'"
    events, cited = reader.list_all(operation(), filter=wanted)
    if events is None:
        raise NotEvaluated("Azure has no activity log of the subscription.", "Check subscription_id.", cited)
    return DatabaseBackups(database_id, databases, events, (*readings, *cited), estate.now)


@read_once
def read_blob_service(estate: Estate) -> BlobService:
    """Return the blob service of the storage account."""
    account = estate.service_id(estate.first_of_kind("storage"))
    operation = estate.questions.operation("storage", "blob_services", "get_service_properties", account)
    return BlobService(f"{account}/blobServices/default", *estate.questions.resource(operation, account))


@read_once
def _databases(estate: Estate, server_id: str) -> Documents:
    operation = estate.questions.operation("sql", "databases", "list_by_server", server_id)
    arguments = (resource_group_of(server_id), name_of(server_id))
    documents, readings = estate.questions.children(operation, server_id, *arguments)
    if documents is None:
        raise NotEvaluated(f"{server_id} has no list of databases.", "Deploy the server.", readings)
    return documents, readings


def _policy(estate: Estate, kind: str, database_id: str) -> One:
    server_id = database_id[: database_id.rindex("/databases/")]
    operation = estate.questions.operation("sql", kind, "get", server_id)
    arguments = (resource_group_of(server_id), name_of(server_id), name_of(database_id), "default")
    document, readings = reader.get(operation(), *arguments)
    return answer_for(f"{database_id}/{_POLICIES[kind]}/default", document), readings


def _is_online(database: Document) -> bool:
    return (database.text("properties", "status") or "").casefold() == "online"


def _is_about(resource_id: str, database_id: str) -> bool:
    """Tell whether an event is about a database; the event's id may name the action, too."""
    return same_id(resource_id.removesuffix("/export"), database_id)
