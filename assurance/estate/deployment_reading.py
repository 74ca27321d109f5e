"""What the deployment checks look at, obtained as it is asked for: the part of the estate that deployments concern."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from assurance.environment import Environment
from assurance.environment.deployment import DeclaredMonitoring, DeclaredRegistry, DeclaredRelease
from assurance.errors import NotEvaluated
from assurance.estate.deployment.application_setup import ApplicationSetup
from assurance.estate.deployment.container_apps import ContainerApp
from assurance.estate.deployment.revisions import Replicas, Revisions
from assurance.estate.ids import DeclaredIds
from assurance.estate.monitoring.alert_rules import AlertRules
from assurance.estate.monitoring.dashboard import Dashboard
from assurance.estate.monitoring.fired_alerts import TIME_RANGE, FiredAlerts
from assurance.estate.monitoring.monitoring import Component, Workspace
from assurance.estate.resources.questions import Documents, One, Questions
from assurance.estate.resources.resource import answer_for, listed_within, name_of, only, resource_group_of
from assurance.estate.services.backup import BlobService, Database, DatabaseBackups
from assurance.estate.services.registry import ContainerRegistry, ReleaseImage
from assurance.world.azure import reader
from assurance.world.files import Artefact, FileReader

T = TypeVar("T")
EVENTS_BACK = timedelta(days=2)
"""How far back the activity log is read: longer than a backup may be old, in whole days, so that a page is not huge."""


class Deployment:
    """Revisions, registry, monitoring, backup and artefacts of one environment.

    Every method returns a frozen view. Raises NotEvaluated where the world did not say, or where the environment file
    does not declare what is asked for.
    """

    def __init__(
        self,
        ids: DeclaredIds,
        questions: Questions,
        files: FileReader,
        now: datetime,
        container_app: Callable[[], ContainerApp],
    ) -> None:
        self.now = now
        self._ids = ids
        self._questions = questions
        self._files = files
        self._container_app = container_app

    @property
    def environment(self) -> Environment:
        """What the environment file declares."""
        return self._ids.environment

    def release(self) -> DeclaredRelease:
        """Return the release that is declared."""
        hint = "Give --release FILE, or add [deployment.release] to the environment file."
        return _declared(self.environment.deployment.release, "which release is deployed", hint)

    def repository(self) -> str:
        """Return the repository of the application's image."""
        hint = "Add image to [container_apps] of the environment file."
        return _declared(self.environment.container_apps.image, "what the application's image is called", hint)

    def artefact(self, name: str) -> Artefact:
        """Return a file that a pipeline has left."""
        return self._files.read(name)

    def setup(self) -> ApplicationSetup:
        """Return how the application is set up."""
        return ApplicationSetup(self._container_app(), self._questions.clients.redacted_variable)

    def revisions(self) -> Revisions:
        """Return the application's revisions."""
        return self._questions.once("revisions", self._read_revisions)

    def replicas(self) -> Replicas:
        """Return the replicas of the newest revision."""
        return self._questions.once("replicas", self._read_replicas)

    def registry(self) -> ContainerRegistry:
        """Return the container registry."""
        declared = self._registry()
        path = f"Microsoft.ContainerRegistry/registries/{declared.name}"
        registry_id = self.environment.resource_id(path, declared.resource_group)
        operation = self._questions.operation("registries", "registries", "get")
        return self._questions.once(
            "registry", lambda: ContainerRegistry(registry_id, *self._questions.resource(operation, registry_id))
        )

    def release_image(self) -> ReleaseImage:
        """Return the image of the release, as the registry describes it."""
        return self._questions.once("release image", self._read_release_image)

    def component(self) -> Component:
        """Return the Application Insights component."""
        component_id = self.component_id()
        operation = self._questions.operation("application_insights", "components", "get")
        return self._questions.once(
            "component", lambda: Component(component_id, *self._questions.resource(operation, component_id))
        )

    def component_id(self) -> str:
        """Return the id of the declared component."""
        declared = self._monitoring()
        return self.environment.resource_id(
            f"Microsoft.Insights/components/{declared.component}", declared.resource_group
        )

    def workspace_id(self) -> str:
        """Return the id of the declared workspace."""
        declared = self._monitoring()
        path = f"Microsoft.OperationalInsights/workspaces/{declared.workspace}"
        return self.environment.resource_id(path, declared.workspace_resource_group or declared.resource_group)

    def workspace(self) -> Workspace:
        """Return the Log Analytics workspace."""
        workspace_id = self.workspace_id()
        operation = self._questions.operation("log_analytics", "workspaces", "get")
        return self._questions.once(
            "workspace", lambda: Workspace(workspace_id, *self._questions.resource(operation, workspace_id))
        )

    def alert_rules(self) -> AlertRules:
        """Return the alert rules and action groups of the group that monitoring stands in."""
        return self._questions.once("alert rules", self._read_alert_rules)

    def dashboard(self) -> Dashboard:
        """Return the dashboard."""
        return self._questions.once("dashboard", self._read_dashboard)

    def fired_alerts(self) -> FiredAlerts:
        """Return the alerts that Azure Monitor has fired in the last thirty days."""
        operation = self._questions.operation("alerts", "alerts", "get_all")
        scope = self._ids.subscription_id
        documents, readings = self._questions.listing(operation, scope, time_range=TIME_RANGE)
        return FiredAlerts((self._ids.group_id, *self._ids.service_ids()), documents, readings)

    def database(self) -> Database:
        """Return the application's database, with its policies."""
        return self._questions.once("database", self._read_database)

    def database_backups(self) -> DatabaseBackups:
        """Return the copies and exports of the database."""
        return self._questions.once("database backups", self._read_backups)

    def blob_service(self) -> BlobService:
        """Return the blob service of the storage account."""
        account = self._ids.service_id(self._service_of_kind("storage"))
        service_id = f"{account}/blobServices/default"
        operation = self._questions.operation("storage", "blob_services", "get_service_properties")
        return self._questions.once(
            "blob service", lambda: BlobService(service_id, *self._questions.resource(operation, account))
        )

    def database_id(self) -> str:
        """Return the id of the declared database."""
        key = self._service_of_kind("sql")
        hint = f"Add database to [services.{key}] of the environment file."
        name = _declared(self.environment.services[key].database, "what the database is called", hint)
        return f"{self._ids.service_id(key)}/databases/{name}"

    def _service_of_kind(self, kind: str) -> str:
        found = [key for key, one in self.environment.services.items() if one.kind == kind]
        return _declared(found[0] if found else None, f"a service of kind {kind}", "Declare it in [services].")

    def _registry(self) -> DeclaredRegistry:
        hint = "Add [deployment.registry] to the environment file."
        return _declared(self.environment.deployment.registry, "which registry holds the image", hint)

    def _monitoring(self) -> DeclaredMonitoring:
        hint = "Add [deployment.monitoring] to the environment file."
        return _declared(self.environment.deployment.monitoring, "what monitors the application", hint)

    def _read_revisions(self) -> Revisions:
        app = self._container_app()
        operation = self._questions.operation("container_apps", "container_apps_revisions", "list_revisions")
        found, readings = self._questions.children(operation, app.id, resource_group_of(app.id), app.name)
        if found is None:
            reason = f"The application {app.name} has no revisions."
            raise NotEvaluated(reason, "Deploy the application.", readings)
        return Revisions(app, found, readings, self.now)

    def _read_replicas(self) -> Replicas:
        revisions = self.revisions()
        revision = revisions.new
        operation = self._questions.operation("container_apps", "container_apps_revision_replicas", "list_replicas")
        app = self._container_app()
        document, readings = reader.get(operation(), resource_group_of(app.id), app.name, revision.name)
        if document is None:
            raise NotEvaluated(f"Azure has no replicas of {revision.name}.", "Run again.", readings)
        replicas = listed_within(f"{app.id}/revisions/{revision.name}", document.required_items("value"))
        return Replicas(revisions, replicas, readings)

    def _read_release_image(self) -> ReleaseImage:
        release, repository = self.release(), self.repository()
        server = self._registry().login_server
        name = repository.removeprefix(f"{server}/")
        client = self._questions.clients.registry(server)
        tag, readings = reader.get_described(client.get_tag_properties, "tag", name, release.tag)
        # By digest, so that the manifest is of that digest whatever the tag leads to.
        manifest, cited = reader.get_described(client.get_manifest_properties, "manifest", name, release.image_digest)
        return ReleaseImage(repository, release, tag, manifest, readings, cited)

    def _read_alert_rules(self) -> AlertRules:
        group = self.environment.group_of(self._monitoring().resource_group)
        scope = f"{self._ids.subscription_id}/resourceGroups/{group}"
        lists = [
            self._questions.listing(self._questions.operation("monitor", kind, "list_by_resource_group"), scope, group)
            for kind in ("metric_alerts", "scheduled_query_rules", "action_groups")
        ]
        readings = tuple(key for _, keys in lists for key in keys)
        app_id = self._ids.container_app_id()
        (metric_rules, _), (log_rules, _), (groups, _) = lists
        return AlertRules(self.component_id(), self.workspace_id(), app_id, metric_rules, log_rules, groups, readings)

    def _read_dashboard(self) -> Dashboard:
        declared = self._monitoring()
        path = f"Microsoft.Portal/dashboards/{declared.dashboard}"
        dashboard_id = self.environment.resource_id(path, declared.resource_group)
        sources = {
            "telemetry": (self.component_id(), self.workspace_id()),
            "app": (self._ids.container_app_id(),),
            "database": (self.database_id(),),
            "storage": (self._ids.service_id(self._service_of_kind("storage")),),
            "openai": tuple(
                self._ids.service_id(key) for key, one in self.environment.services.items() if one.kind == "cognitive"
            ),
        }
        operation = self._questions.operation("portal", "dashboards", "get")
        return Dashboard(dashboard_id, *self._questions.resource(operation, dashboard_id), sources)

    def _read_database(self) -> Database:
        database_id = self.database_id()
        server_id = database_id[: database_id.rindex("/databases/")]
        arguments = (resource_group_of(server_id), name_of(server_id), name_of(database_id))
        databases, readings = self._databases(server_id)
        found = only(arguments[2], databases)
        if found is None:
            return Database(database_id, None, readings)
        short, short_readings = self._policy("backup_short_term_retention_policies", database_id, arguments)
        long, long_readings = self._policy("long_term_retention_policies", database_id, arguments)
        return Database(database_id, found, readings, short, long, short_readings, long_readings)

    def _policy(self, group: str, database_id: str, arguments: tuple[str, ...]) -> One:
        kinds = {
            "backup_short_term_retention_policies": "backupShortTermRetentionPolicies",
            "long_term_retention_policies": "backupLongTermRetentionPolicies",
        }
        operation = self._questions.operation("sql", group, "get")
        found, readings = reader.get(operation(), *arguments, "default")
        return answer_for(f"{database_id}/{kinds[group]}/default", found), readings

    def _databases(self, server_id: str) -> Documents:
        operation = self._questions.operation("sql", "databases", "list_by_server")

        def read() -> Documents:
            arguments = (resource_group_of(server_id), name_of(server_id))
            found, readings = self._questions.children(operation, server_id, *arguments)
            if found is None:
                raise NotEvaluated(f"{server_id} has no list of databases.", "Deploy the server.", readings)
            return found, readings

        return self._questions.once("databases", read)

    def _read_backups(self) -> DatabaseBackups:
        database_id = self.database_id()
        databases, readings = self._databases(database_id[: database_id.rindex("/databases/")])
        since = (self.now - EVENTS_BACK).strftime("%Y-%m-%dT00:00:00Z")
        operation = self._questions.operation("monitor", "activity_logs", "list")
        wanted = f"eventTimestamp ge '{since}' and resourceUri eq '{database_id}'"
        events, cited = reader.list_all(operation(), filter=wanted)
        if events is None:
            raise NotEvaluated("Azure has no activity log of the subscription.", "Check subscription_id.", cited)
        return DatabaseBackups(database_id, databases, events, (*readings, *cited), self.now)


def _declared(value: T | None, what: str, hint: str) -> T:
    if value is None:
        raise NotEvaluated(f"The environment file does not say {what}.", hint)
    return value
