"""DEP-13: the new revision is ready, runs the release's image, and is configured as declared."""

from assurance.environment.deployment import DeclaredRevision
from assurance.estate.deployment.application_setup import ApplicationSetup, ProbeKind
from assurance.estate.deployment.revisions import Revisions
from assurance.estate.services.registry import ReleaseImage
from assurance.judging.checking import control

pytestmark = control("DEP-13", "post_deployment", "nightly")


def test_new_revision_is_ready(revisions: Revisions) -> None:
    """The newest revision is the newest ready one, active and running."""
    assert revisions.new_one_is_ready


def test_new_revision_runs_the_release(revisions: Revisions, repository: str, image_spellings: tuple[str, ...]) -> None:
    """The application and its newest revision run the release's image, by its tag or its digest."""
    assert revisions.new_one_runs(repository, image_spellings)


def test_new_revision_runs_that_digest(release_image: ReleaseImage, revisions: Revisions) -> None:
    """What runs is the release's digest: named by it, or by a tag that has not moved since the revision was made."""
    assert release_image.is_what_runs(revisions)


def test_variable_is_set(application_setup: ApplicationSetup, variable: tuple[str, str]) -> None:
    """Each declared environment variable has the declared value."""
    assert application_setup.has_variable(*variable)


def test_only_declared_origins_are_admitted(
    application_setup: ApplicationSetup, declared_revision: DeclaredRevision
) -> None:
    """Browsers may call from the declared origins, and from no others."""
    assert application_setup.admits_origins(declared_revision.cors_origins)


def test_application_is_probed(application_setup: ApplicationSetup, probe: tuple[ProbeKind, str]) -> None:
    """The application is probed at the path that it serves, on the port that it serves."""
    assert application_setup.has_probe(*probe)
