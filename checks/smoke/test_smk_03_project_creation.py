"""SMK-03: a project can be created, is stored as it was sent, is found again, and can be archived."""

from assurance.apex.smoke.project_list import ProjectList, ProjectPage, differ
from assurance.apex.smoke.projects import SmokeProject
from assurance.judging.checking import control

pytestmark = control("SMK-03", "post_deployment")


def test_project_is_created(smoke_project: SmokeProject) -> None:
    """A project of 345 kV can be created, begins as a draft of its creator, and the answer has a request id."""
    assert smoke_project.is_created
    assert smoke_project.begins_as_a_draft
    assert smoke_project.names_its_creator
    assert smoke_project.has_a_request_id


def test_project_is_stored(smoke_project: SmokeProject) -> None:
    """The project is read back as it was sent."""
    assert smoke_project.is_stored_as_sent


def test_project_number_is_unique(smoke_project: SmokeProject) -> None:
    """Another project of the same number is refused."""
    assert smoke_project.keeps_its_number


def test_project_is_listed(smoke_project: SmokeProject, project_list: ProjectList) -> None:
    """The project is in its creator's list, as is a newer one, and the list's total is the number of projects in it."""
    assert smoke_project.is_listed
    assert smoke_project.newest_is_listed
    assert project_list.counts_right


def test_list_comes_in_pages(single_pages: tuple[ProjectPage, ProjectPage]) -> None:
    """The list comes in pages of the size that was asked for, each with other projects."""
    first, second = single_pages
    assert first.is_page(1, 1)
    assert second.is_page(2, 1)
    assert differ(first, second)


def test_project_can_be_archived(smoke_project: SmokeProject) -> None:
    """A manager can archive a project, which is archived then."""
    assert smoke_project.can_be_archived
    assert smoke_project.is_archived_then
