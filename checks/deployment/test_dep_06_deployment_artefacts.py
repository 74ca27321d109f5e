"""DEP-06: the image of the release is in the registry under its tag and digest."""

from assurance.estate.services.registry import ContainerRegistry, ReleaseImage
from assurance.judging.checking import control

pytestmark = control("DEP-06")


def test_registry_is_provisioned(registry: ContainerRegistry, login_server: str) -> None:
    """The declared registry is provisioned, and reached under the declared name."""
    assert registry.is_provisioned
    assert registry.is_reached_at(login_server)


def test_tag_tells_the_version(release_image: ReleaseImage) -> None:
    """The image's tag is a semantic version or the release's commit."""
    assert release_image.tag_tells_the_version


def test_image_is_in_the_registry(release_image: ReleaseImage) -> None:
    """The registry has the release's digest, and the tag leads to it."""
    assert release_image.is_in_the_registry
