"""DEP-20: the inventory tells what is deployed, and the release is tagged in Git."""

from assurance.environment.deployment import DeclaredRelease
from assurance.estate.deployment.inventory import GitTags, Inventory
from assurance.estate.deployment.revisions import Revisions
from assurance.judging.checking import control

pytestmark = control("DEP-20", "post_deployment")


def test_inventory_is_current(
    inventory: Inventory, revisions: Revisions, release: DeclaredRelease, repository: str
) -> None:
    """The inventory has the newest revision, its image, digest and schema, and the date of the deployment."""
    assert inventory.tells_what_is_deployed(revisions, release, repository)


def test_release_is_tagged(git_tags: GitTags, git_tag: str, release: DeclaredRelease) -> None:
    """An annotated tag of the release's version is on its commit."""
    assert git_tags.have(git_tag, release.commit)
