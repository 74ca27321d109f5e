"""SEC-08: the identity has the roles that it needs, and nothing broader."""

from assurance.environment.model import RequiredRole
from assurance.estate.identity.access import Access
from assurance.estate.identity.access_reading import SqlAdministrators
from assurance.estate.identity.identity import NeededRole
from assurance.judging.checking import control

pytestmark = control("SEC-08")


def test_required_role_is_assigned(access: Access, required_role: RequiredRole, role_scope: str) -> None:
    """Each required role is assigned on its resource or above, without condition, and not denied."""
    assert access.grants(required_role.role, required_role.role_definition, role_scope)


def test_access_is_no_broader_than_needed(access: Access, needed_roles: tuple[NeededRole, ...]) -> None:
    """No identity of the application may do more than the declared roles allow where they are needed."""
    assert access.is_no_broader_than(needed_roles)


def test_application_administers_no_sql_server(sql_administrators: SqlAdministrators, access: Access) -> None:
    """No identity of the application is a SQL server's administrator."""
    assert sql_administrators.are_none_of(access)
