"""SEC-08: the identity has the roles that it needs, and nothing broader."""

from assurance.environment.model import RequiredRole
from assurance.estate.identity.identity import Access
from assurance.judging.checking import control

pytestmark = control("SEC-08")


def test_required_role_is_assigned(access: Access, required_role: RequiredRole, role_scope: str) -> None:
    """Each required role is assigned on its resource or above, without condition, and not denied."""
    assert access.grants(required_role.role, required_role.role_definition, role_scope)


def test_access_is_no_broader_than_needed(access: Access) -> None:
    """The identity holds no administrative role and no wildcard actions, at any level."""
    assert access.is_no_broader_than_needed
