"""Whether the application administers a SQL server: a reach that no role assignment shows."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.estate.estate import Estate, read_once
from assurance.estate.identity.access import Access
from assurance.estate.resources.resource import listed, name_of, resource_group_of
from assurance.verdicts import Fact
from assurance.world.azure.document import Document


@dataclass(frozen=True, slots=True)
class SqlAdministrators:
    """Who administers a SQL server by Microsoft Entra.

    Attributes:
        server_id: The server.
        documents: Its administrators.
        readings: Keys of the readings that say so.
    """

    server_id: str
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    def are_none_of(self, access: Access) -> Fact:
        """Whether no identity of the application, and no group that it is known to be in, administers the server.

        Azure Resource Manager does not tell who is in a group: of one that has no role, membership stays unknown, and
        the observation names the administrator. An identity stands there by its object id or by its client id.

        Raises:
            NotEvaluated: No administrator is known to be the application, and not all could be read; or Azure lists no
                role assignment at all, by which groups would be known.
        """
        holdings = (access.holding, *access.others)
        ids = {one.principal_id.casefold() for one in holdings} | {(access.identity.client_id or "unknown").casefold()}
        ids |= frozenset().union(*(one.groups() for one in holdings))
        mine = [_login(one) for one in self.documents if (one.text("properties", "sid") or "none").casefold() in ids]
        observed = f"administrators: {listed(_login(one) for one in self.documents)}"
        if mine:
            observed = f"the application administers the server, as {listed(mine)}"
        if not mine:
            access.require_assignments()
        if not mine and access.unread is not None:
            raise access.unread.again()
        expected = "no identity of the application is the server's administrator"
        remedy = (
            f"az sql server ad-admin update --server-name {name_of(self.server_id)} with a group of administrators, "
            "and give the identity a user and roles in the database (CREATE USER ... FROM EXTERNAL PROVIDER)."
        )
        cited = tuple(dict.fromkeys((*self.readings, *access.readings)))
        return Fact(not mine, expected, observed, self.server_id, cited, remedy if mine else "")


@read_once
def read_sql_administrators(estate: Estate, service: str) -> SqlAdministrators:
    """Return who administers a declared SQL server, by its key in the environment file."""
    server_id = estate.service_id(service)
    operation = estate.questions.operation("sql", "server_azure_ad_administrators", "list_by_server", server_id)
    found, readings = estate.questions.children(operation, server_id, resource_group_of(server_id), name_of(server_id))
    return SqlAdministrators(server_id, found or (), readings)


def _login(administrator: Document) -> str:
    return administrator.text("properties", "login") or administrator.text("properties", "sid") or "one without a name"
