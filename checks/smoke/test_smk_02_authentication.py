"""SMK-02: who has a valid token gets the list of projects, page by page; who has none, or another, gets nothing."""

from assurance.apex.smoke.project_list import ProjectPage, SlashedList
from assurance.apex.smoke.script import Refusal
from assurance.judging.checking import control

pytestmark = control("SMK-02", "post_deployment")


def test_projects_are_listed(first_projects: ProjectPage) -> None:
    """With a valid token the API answers the first page of the list of projects."""
    assert first_projects.answers
    assert first_projects.is_page(1, 100)


def test_list_stays_within_the_application(slashed_list: SlashedList) -> None:
    """The list as the guide spells it, with a slash at the end, leads nowhere but to the application itself."""
    assert slashed_list.stays_within_the_application


def test_bad_token_is_refused(refusal: Refusal) -> None:
    """Without a valid token the API answers 401, and names the scheme that it wants."""
    assert refusal.is_refused
    assert refusal.says_what_is_wanted
