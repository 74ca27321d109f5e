"""The container registry with the release's image; the names of a Key Vault's secrets, never their values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from assurance.environment.deployment import DeclaredRelease
from assurance.errors import NotEvaluated
from assurance.estate.deployment.quality import declared_release, declared_repository
from assurance.estate.deployment.revisions import Revisions, of_repository
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.resource import Judgement, Resource, listed, name_of, named, shown
from assurance.tape.moments import from_seconds, to_text, told
from assurance.verdicts import Fact
from assurance.world.azure import reader
from assurance.world.azure.document import Document

# Semantic Versioning 2.0.0, with the `v` that the guide allows; a tag of an image has no `+`.
SEMANTIC_VERSION = re.compile(r"v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?")
SHORTEST_COMMIT = 7


@dataclass(frozen=True, slots=True)
class ContainerRegistry(Resource):
    """The registry (Microsoft.ContainerRegistry/registries), and whether it may be reached from public networks."""

    may_be_public: bool

    @property
    def refuses_public_networks(self) -> Fact:
        """Whether public network access is Disabled, unless the environment file permits it."""
        if self.may_be_public:

            def told(document: Document) -> Judgement:
                return True, f"publicNetworkAccess is {shown(document.text('properties', 'publicNetworkAccess'))}"

            return self.judge("public network access is as declared", told)
        remedy = (
            f"az acr update {named(self.id)} --public-network-enabled false; or, where pipelines push to it over the "
            "Internet, public_access = true in [deployment.registry]"
        )
        absent = "absent, which means enabled"
        return self.text_is("properties.publicNetworkAccess", "Disabled", remedy, absent)

    @property
    def has_no_administrator(self) -> Fact:
        """Whether the administrator's account, which signs in by password, is off."""
        remedy = f"az acr update {named(self.id)} --admin-enabled false"
        return self.flag_is("properties.adminUserEnabled", False, remedy)

    @property
    def refuses_anonymous_pull(self) -> Fact:
        """Whether nobody can pull images without signing in; absent means off."""

        def refused(document: Document) -> Judgement:
            setting = document.flag("properties", "anonymousPullEnabled")
            return setting is not True, f"anonymousPullEnabled is {shown(setting)}"

        remedy = f"az acr update {named(self.id)} --anonymous-pull-enabled false"
        return self.judge("anonymousPullEnabled is false", refused, remedy)

    def is_reached_at(self, login_server: str) -> Fact:
        """Whether its login server is the declared one."""
        return self.text_is("properties.loginServer", login_server, "Correct deployment.registry.login_server.")


@dataclass(frozen=True, slots=True)
class ReleaseImage:
    """The image of the release, as the registry's data plane describes it.

    Attributes:
        repository: The image without tag, such as `apexacr.azurecr.io/apex-backend`.
        release: What is declared of the release.
        tag: What the registry tells of the tag; None if there is no such tag.
        manifest: What the registry tells of the digest; None if there is no such manifest.
        tag_readings: Keys of the readings behind the tag.
        manifest_readings: Keys of the readings behind the manifest.
    """

    repository: str
    release: DeclaredRelease
    tag: Document | None
    manifest: Document | None
    tag_readings: tuple[str, ...]
    manifest_readings: tuple[str, ...]

    @property
    def tag_tells_the_version(self) -> Fact:
        """Whether the tag is a semantic version, or the release's own commit (guide, Step 6)."""
        tag, commit = self.release.tag, self.release.commit
        is_commit = len(tag) >= SHORTEST_COMMIT and commit.startswith(tag)
        holds = self.tag is not None and (SEMANTIC_VERSION.fullmatch(tag) is not None or is_commit)
        expected = f"a semantic version such as v1.2.3, or the commit {commit}"
        observed = f"tag {tag}" if self.tag is not None else f"no tag {tag}"
        remedy = "Tag the image with its version, and deploy that tag."
        return self._fact(holds, expected, observed, remedy, self.tag_readings)

    @property
    def is_in_the_registry(self) -> Fact:
        """Whether tag and digest are both there, and the tag leads to that digest."""
        digest = self.tag.text("tag", "digest") if self.tag is not None else None
        known = self.manifest.text("manifest", "digest") if self.manifest is not None else None
        wanted = self.release.image_digest
        wrong = [] if digest == wanted else [f"tag {self.release.tag} leads to {digest or 'nothing'}"]
        wrong += [] if known == wanted else [f"no manifest {wanted}"]
        expected = f"tag {self.release.tag} leads to {wanted}"
        remedy = f"Push the image of this release: docker push {self.repository}:{self.release.tag}"
        cited = self.tag_readings + self.manifest_readings
        return self._fact(not wrong, expected, listed(wrong, "it does"), remedy, cited)

    def is_what_runs(self, revisions: Revisions) -> Fact:
        """Whether the newest revision runs that digest: named by it, or by a tag that has not moved since.

        A revision that names a tag was made from what the tag then meant; Azure does not tell which digest that was.
        """
        images = of_repository(self.repository, revisions.app.images())
        by_digest = [image for image in images if "@" in image]
        wrong = [f"runs {image}" for image in images if image not in spellings(self.repository, self.release)]
        moved = self._last_update()
        if not by_digest and not wrong:
            wrong += [] if moved is not None and moved <= revisions.created else [
                f"the tag was last moved at {told(moved)}, and the revision made at {told(revisions.created)}"
            ]  # fmt: skip
        # What a template names by its digest rests on nothing that the registry tells.
        cited = (() if by_digest else self.tag_readings) + revisions.app.readings + revisions.readings
        wrong += [] if images else [f"no container runs {self.repository}"]
        observed = listed(wrong, "by its digest" if by_digest else "by its tag, which has not moved since")
        expected = f"the newest revision runs {self.release.image_digest}"
        remedy = f"Deploy by digest: az containerapp update --image {self.repository}@{self.release.image_digest}"
        return self._fact(not wrong, expected, observed, remedy, cited)

    def _last_update(self) -> datetime | None:
        if self.tag is None or self.tag.text("tag", "digest") != self.release.image_digest:
            return None
        return self.tag.moment("tag", "lastUpdateTime")

    def _fact(self, holds: bool, expected: str, observed: str, remedy: str, cited: tuple[str, ...]) -> Fact:
        readings = tuple(dict.fromkeys(cited))
        return Fact(holds, expected, observed, self.repository, readings, "" if holds else remedy)


@read_once
def read_registry(estate: Estate) -> ContainerRegistry:
    """Return the container registry."""
    registry_id = estate.registry_id()
    operation = estate.questions.operation("registries", "registries", "get", registry_id)
    may_be_public = estate.declared_registry().public_access
    return ContainerRegistry(registry_id, *estate.questions.resource(operation, registry_id), may_be_public)


@read_once
def read_release_image(estate: Estate) -> ReleaseImage:
    """Return the image of the release, as the registry describes it."""
    release, repository = declared_release(estate), declared_repository(estate)
    server = estate.declared_registry().login_server
    name = repository.removeprefix(f"{server}/")
    client = estate.questions.clients.registry(server)
    tag, readings = reader.get_described(client.get_tag_properties, "tag", name, release.tag)
    # By digest, so that the manifest is of that digest whatever the tag leads to.
    manifest, cited = reader.get_described(client.get_manifest_properties, "manifest", name, release.image_digest)
    return ReleaseImage(repository, release, tag, manifest, readings, cited)


def spellings(repository: str, release: DeclaredRelease) -> tuple[str, ...]:
    """Return how a template may name the image of a release: by tag, by digest, or by both."""
    tag, digest = release.tag, release.image_digest
    return (f"{repository}:{tag}", f"{repository}@{digest}", f"{repository}:{tag}@{digest}")


@dataclass(frozen=True, slots=True)
class VaultSecrets:
    """The secrets of a vault, as its data plane lists them."""

    vault_id: str
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    def hold(self, name: str, now: datetime) -> Fact:
        """Whether the vault has the secret, enabled, valid already and not expired; absent times are no bounds."""
        secret = next(
            (document for document in self.documents if name_of(document.id).casefold() == name.casefold()), None
        )
        remedy = f"az keyvault secret set --vault-name {name_of(self.vault_id)} --name {name} --file FILE"
        wrong = ["not there"] if secret is None else _unusable(secret, now)
        observed = f"{name} is {listed(wrong, 'there, enabled')}"
        expected = f"secret {name} is in the vault, enabled and not expired"
        return Fact(not wrong, expected, observed, self.vault_id, self.readings, remedy if wrong else "")

    def hold_enabled(self, names: Sequence[str], cited: tuple[str, ...]) -> Fact:
        """Whether the vault has each of these secrets, enabled; and there is at least one to judge."""
        enabled_by_name = {
            name_of(document.id).casefold(): document.flag("attributes", "enabled") for document in self.documents
        }
        wrong = [f"{name} is {'disabled' if name.casefold() in enabled_by_name else 'not there'}" for name in names
                 if enabled_by_name.get(name.casefold()) is not True]  # fmt: skip
        holds = bool(names) and not wrong
        observed = listed(wrong, f"all there: {listed(names)}") if names else "the application refers to no secret"
        remedy = f"az keyvault secret set --vault-name {name_of(self.vault_id)} --name NAME --file FILE"
        expected = "each secret that the application refers to is in the vault, enabled"
        return Fact(holds, expected, observed, self.vault_id, self.readings + cited, "" if holds else remedy)


@read_once
def read_vault_secrets(estate: Estate) -> VaultSecrets:
    """Return the names of the secrets in the declared Key Vault."""
    key = estate.first_of_kind("key_vault")
    declared = estate.environment.services[key]
    estate.demand("inside")
    secrets = estate.questions.clients.secrets(declared.fqdn)
    documents, readings = reader.list_all(secrets.list_properties_of_secrets)
    if documents is None:
        reason = f"The vault {declared.fqdn} has no list of secrets."
        raise NotEvaluated(reason, "Check services.key_vault.fqdn.", readings)
    return VaultSecrets(estate.service_id(key), documents, readings)


def _unusable(secret: Document, now: datetime) -> list[str]:
    """Return why a secret cannot be used; Key Vault gives times in seconds since 1970."""
    wrong = [] if secret.flag("attributes", "enabled") is True else ["disabled"]
    ends, begins = (secret.number("attributes", key) for key in ("exp", "nbf"))
    wrong += [f"expired at {to_text(from_seconds(ends))}"] if ends is not None and ends <= now.timestamp() else []
    return wrong + (
        [f"not valid before {to_text(from_seconds(begins))}"] if begins is not None and begins > now.timestamp() else []
    )
