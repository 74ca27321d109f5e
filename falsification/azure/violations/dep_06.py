"""DEP-06: ways in which the release's image is not where, or what, it should be."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import SHARED, Violation, drops, images, sets
from falsification.azure.world import Change

PROVISIONED = "test_registry_is_provisioned"
VERSION = "test_tag_tells_the_version"
HELD = "test_image_is_in_the_registry"
RUNS = "test_new_revision_runs_that_digest"
REGISTRY = f"{SHARED}/providers/Microsoft.ContainerRegistry/registries/apexacr"
NEWEST = 1
OTHER = f"sha256:{'e' * 64}"


def _of(name: str, wrong: str, check: str, change: Change, *others: str) -> Violation:
    return Violation(name, wrong, change, ("DEP-06", *others), check)


def _image(**values: object) -> Change:
    return images(lambda found: found[NEWEST].update(values))


VIOLATIONS = (
    _of("registry-missing", "The registry does not exist.", PROVISIONED, drops(REGISTRY)),
    _of("registry-failed", "The registry's last deployment failed.", PROVISIONED, sets(REGISTRY, "properties.provisioningState", "Failed")),
    _of("registry-without-state", "The answer does not say whether it was deployed.", PROVISIONED, drops(REGISTRY, "properties.provisioningState")),
    _of("registry-at-another-name", "The registry is reached under another name.", PROVISIONED, sets(REGISTRY, "properties.loginServer", "apexacr2.azurecr.io")),
    _of("registry-name-absent", "The registry does not tell its name.", PROVISIONED, drops(REGISTRY, "properties.loginServer")),
    _of("image-missing", "The release's image was never pushed.", HELD, images(lambda found: found.pop(NEWEST)), "DEP-13"),
    _of("repository-missing", "The registry has no such repository.", HELD, images(lambda found: found.clear()), "DEP-13"),
    _of("tag-missing", "The digest is there, and no tag leads to it.", HELD, _image(tag="latest"), "DEP-13"),
    _of("version-untagged", "Nothing in the registry is tagged with the release's version.", VERSION, _image(tag="1.4.2-rc.1"), "DEP-13"),
    _of("tag-on-another-digest", "The tag leads to another digest.", HELD, _image(digest=OTHER), "DEP-13"),
    _of("tag-moved-to-an-older-image", "The tag leads to an older image, and the release's has none.", HELD,
        images(lambda found: (found[NEWEST].update(tag="untagged"), found[0].update(tag="1.4.2"))), "DEP-13"),
    _of("image-in-another-repository", "The image is in a repository whose name begins alike.", HELD, _image(repository="apex-backend-test"), "DEP-13"),
)  # fmt: skip
