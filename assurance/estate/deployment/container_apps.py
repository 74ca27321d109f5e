"""The Container Apps environment and the application in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from assurance.environment.container_apps import DeclaredContainerApps
from assurance.estate.deployment.plain_secrets import EXPECTED, REMEDY, plain_secrets
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.resource import Judgement, Resource, listed, named, same_id, shown, wrong_among
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

# Lifecycles of an identity in which the main containers have it (Container Apps, `IdentitySettingsLifeCycle`).
Ingress = Literal["none", "internal", "external"]
MAIN_CONTAINERS = frozenset({"all", "main"})


@dataclass(frozen=True, slots=True)
class ContainerApp(Resource):
    """The application (Microsoft.App/containerApps), beside what is declared of it.

    Attributes:
        NEEDS_SECRETS: Whether it is wrong that it has no secret at all.
        declared: What is declared.
        environment_id: The id of the environment in which it must run.
    """

    NEEDS_SECRETS: ClassVar[bool] = True

    declared: DeclaredContainerApps
    environment_id: str

    @property
    def runs_in_its_environment(self) -> Fact:
        """Whether it runs in the declared environment."""

        def within(document: Document) -> Judgement:
            # Azure names it in two fields, of which older api-versions have one.
            fields = ("managedEnvironmentId", "environmentId")
            environment_ids = {
                environment_id for field in fields if (environment_id := document.text("properties", field))
            }
            holds = bool(environment_ids) and all(
                same_id(environment_id, self.environment_id) for environment_id in environment_ids
            )
            return holds, f"runs in {listed(environment_ids, 'no environment')}"

        remedy = "Deploy the application into the declared environment."
        return self.judge(f"runs in {self.environment_id}", within, remedy)

    @property
    def has_its_ingress(self) -> Fact:
        """Whether its ingress is internal (or external to the environment) as declared; no ingress is neither."""
        return self.has_ingress("external" if self.declared.ingress_external else "internal")

    def has_ingress(self, wanted: Ingress) -> Fact:
        """Whether its ingress is internal, external to the environment, or absent."""

        def ingress(document: Document) -> Judgement:
            external = document.flag("properties", "configuration", "ingress", "external")
            has_one = document.within("properties", "configuration", "ingress") is not None
            observed = f"ingress.external is {shown(external)}" if has_one else "the application has no ingress"
            if wanted == "none":
                return not has_one, observed
            return has_one and external is (wanted == "external"), observed

        how = "disable" if wanted == "none" else f"update --type {wanted}"
        command = f"az containerapp ingress {how} {named(self.id)}"
        return self.judge(f"ingress is {wanted}", ingress, command)

    @property
    def opens_no_further_port(self) -> Fact:
        """Whether no port beside the ingress's own is open to outside the environment, but those that are declared."""
        known = self.declared.external_ports

        def opened(mapping: Document) -> str | None:
            port = mapping.number("exposedPort") or mapping.number("targetPort")
            if mapping.flag("external") is not True or port in known:
                return None
            return "a port that is not named" if port is None else f"port {port:g} is external"

        def none(document: Document) -> Judgement:
            mappings = document.items("properties", "configuration", "ingress", "additionalPortMappings")
            wrong = wrong_among(mappings, opened)
            return not wrong, listed(wrong, "no further external port")

        remedy = "Set external: false for each in ingress.additionalPortMappings, or add it to external_ports."
        return self.judge("no further port is external", none, remedy)

    @property
    def refuses_plain_http(self) -> Fact:
        """Whether its ingress redirects plain HTTP instead of serving it."""
        remedy = f"az containerapp ingress update {named(self.id)} --allow-insecure false"
        return self.flag_is("properties.configuration.ingress.allowInsecure", False, remedy)

    def has_identity(self, identity_id: str) -> Fact:
        """Whether the user-assigned identity of that very id is on the application, for its main containers, too.

        `identitySettings` can take an identity from some containers: its lifecycle is All where nothing is said.
        """

        def assigned(document: Document) -> Judgement:
            identities = document.within("identity", "userAssignedIdentities")
            assigned_ids = list(identities.values) if identities is not None else []
            kind = document.text("identity", "type") or ""
            kept = [
                item.text("lifecycle") or "All"
                for item in document.items("properties", "configuration", "identitySettings")
                if same_id(item.text("identity"), identity_id)
            ]
            served = all(name.casefold() in MAIN_CONTAINERS for name in kept)
            holds = (
                "userassigned" in kind.casefold()
                and any(same_id(assigned_id, identity_id) for assigned_id in assigned_ids)
                and served
            )
            lifecycle = f", for the lifecycle {listed(kept)} only" if not served else ""
            return holds, f"identity type {kind or 'absent'}; user-assigned {listed(assigned_ids)}{lifecycle}"

        remedy = (
            f"az containerapp identity assign {named(self.id)} --user-assigned {identity_id}; its lifecycle in "
            "properties.configuration.identitySettings must be Main or All."
        )
        return self.judge(f"identity {identity_id} is assigned", assigned, remedy)

    def identities(self) -> tuple[tuple[str, str | None], ...]:
        """Return all identities of the application: the id or, of its own, words; and the object id, if it is told."""
        if self.document is None:
            return ()
        identities: list[tuple[str, str | None]] = []
        assigned = self.document.within("identity", "userAssignedIdentities")
        for identity_id in assigned.values if assigned is not None else ():
            identities.append(
                (identity_id, assigned.text(identity_id, "principalId") if assigned is not None else None)
            )
        own = self.document.text("identity", "principalId")
        if own is not None and "systemassigned" in (self.document.text("identity", "type") or "").casefold():
            identities.append((f"the system-assigned identity of {self.name}", own))
        return tuple(identities)

    def pulls_images_with(self, identity_id: str) -> Fact:
        """Whether every registry is signed in to by that identity, and at least one is declared."""

        def pulled(document: Document) -> Judgement:
            registries = document.items("properties", "configuration", "registries")
            wrong = [
                f"{registry.text('server')} by {registry.text('identity') or 'a password'}"
                for registry in registries
                if not same_id(registry.text("identity"), identity_id) or registry.text("passwordSecretRef")
            ]
            return bool(registries) and not wrong, listed(
                wrong, "by the identity" if registries else "no registry is set"
            )

        remedy = f"az containerapp registry set {named(self.id)} --server REGISTRY --identity {identity_id}"
        return self.judge("images are pulled with the identity", pulled, remedy)

    @property
    def holds_no_plaintext_secret(self) -> Fact:
        """Whether nothing of it holds a secret in plain text: variables, arguments, probes, scale rules, tags."""

        def none(document: Document) -> Judgement:
            if not _containers(document):
                raise document.broken(("properties", "template", "containers"), "at least one container", [])
            secrets = plain_secrets(document)
            return not secrets, listed(secrets, "no secret in plain text")

        return self.judge(EXPECTED, none, REMEDY)

    def takes_secrets_from(self, vault_host: str, identity_id: str) -> Fact:
        """Whether each secret is a reference to that vault, by that identity, and each secretRef has its secret."""

        def referenced(document: Document) -> Judgement:
            secrets = document.items("properties", "configuration", "secrets")
            wrong = [sentence for secret in secrets if (sentence := _not_from(secret, vault_host, identity_id))]
            known = {secret.text("name") for secret in secrets}
            used = {name for entry in _environment(_containers(document)) if (name := entry.text("secretRef"))}
            wrong += [f"secretRef {name} has no secret" for name in used - known]
            if not secrets and self.NEEDS_SECRETS:
                wrong.append("the application has no secrets, so none from Key Vault")
            return not wrong, listed(wrong, f"{len(secrets)} references to {vault_host}")

        remedy = (
            f"az containerapp secret set {named(self.id)} --secrets "
            f"NAME=keyvaultref:https://{vault_host}/secrets/NAME,identityref:{identity_id}"
        )
        return self.judge(f"each secret is a reference to {vault_host}, resolved by the identity", referenced, remedy)

    def vault_secret_names(self) -> tuple[str, ...]:
        """Return the names of the vault's secrets that the application refers to."""
        if self.document is None:
            return ()
        urls = (secret.text("keyVaultUrl") for secret in self.document.items("properties", "configuration", "secrets"))
        return tuple(sorted({url.split("/secrets/", 1)[1].split("/")[0] for url in urls if url and "/secrets/" in url}))

    @property
    def latest_revision(self) -> str | None:
        """The name of the newest revision."""
        return None if self.document is None else self.document.text("properties", "latestRevisionName")

    @property
    def latest_ready_revision(self) -> str | None:
        """The name of the newest revision that became ready."""
        return None if self.document is None else self.document.text("properties", "latestReadyRevisionName")

    def images(self) -> tuple[str, ...]:
        """Return the images of the application's containers, as its template names them."""
        if self.document is None:
            return ()
        containers = self.document.items("properties", "template", "containers")
        return tuple(container.required_text("image") for container in containers)

    def traffic(self) -> dict[str, int]:
        """Return the share of traffic in percent, by revision; what goes to the latest is under that one's name.

        Raises:
            BrokenReading: An entry names no revision, or has no whole number as its weight.
        """
        weights: Counter[str] = Counter()
        if self.document is None:
            return weights
        for entry in self.document.items("properties", "configuration", "ingress", "traffic"):
            latest = entry.flag("latestRevision") is True
            name = (self.latest_revision if latest else None) or entry.required_text("revisionName")
            weight = entry.number("weight")
            if weight is None or weight != int(weight):
                raise entry.broken(("weight",), "a whole number", weight)
            weights[name] += int(weight)
        return weights


@read_once
def read_container_app(estate: Estate) -> ContainerApp:
    """Return the application."""
    app_id = estate.container_app_id()
    operation = estate.questions.operation("container_apps", "container_apps", "get")
    declared = estate.environment.container_apps
    answer = estate.questions.resource(operation, app_id)
    return ContainerApp(app_id, *answer, declared, estate.container_environment_id())


def _containers(document: Document) -> tuple[Document, ...]:
    return document.items("properties", "template", "containers") + document.items(
        "properties", "template", "initContainers"
    )


def _environment(containers: Iterable[Document]) -> list[Document]:
    return [entry for container in containers for entry in container.items("env")]


def _not_from(secret: Document, vault_host: str, identity_id: str) -> str | None:
    name, url = secret.text("name"), secret.text("keyVaultUrl")
    if not url:
        return f"{name} is no Key Vault reference"
    if url.casefold().split("/secrets/")[0].rstrip("/") != f"https://{vault_host}".casefold():
        return f"{name} refers to {url}"
    if not same_id(secret.text("identity"), identity_id):
        return f"{name} is resolved by {secret.text('identity') or 'no identity'}"
    return None
