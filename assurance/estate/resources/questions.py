"""Questions to Azure: each asked once, with the shape of its answer looked at before anybody judges it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from assurance.errors import NotEvaluated
from assurance.estate.resources.resource import answer_for, listed_within, name_of, resource_group_of, subscription_of
from assurance.judging.nouns import Once
from assurance.world.azure import reader
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.document import Document

T = TypeVar("T")
Documents = tuple[tuple[Document, ...], tuple[str, ...]]
Children = tuple[tuple[Document, ...] | None, tuple[str, ...]]
One = tuple[Document | None, tuple[str, ...]]


class Operation:
    """An operation of a client, looked up when it is called, so that no client is imported before its turn."""

    def __init__(self, clients: AzureClients, client: str, group: str, name: str, place: str) -> None:
        self._clients = clients
        self._path = (client, group, name)
        self._subscription = subscription_of(place) or None

    def __call__(self) -> reader.Operation:
        """Return the client's own method."""
        operation: reader.Operation = self._clients.operation(*self._path, self._subscription)
        return operation

    def __str__(self) -> str:
        return " ".join(self._path[1:]).replace("_", " ")


class Questions:
    """Asks Azure through one environment's clients, and remembers what it was told, an inability included."""

    def __init__(self, clients: AzureClients) -> None:
        self.clients = clients
        self._once = Once()

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return the value of `key`, computing it if this is the first question."""
        return self._once.of(key, compute)

    def operation(self, client: str, group: str, name: str, place: str = "") -> Operation:
        """Return an operation of a management client, such as `network`, `virtual_networks`, `get`.

        Args:
            client: The client's area.
            group: Its group of operations.
            name: The operation.
            place: An id in the subscription that is asked; the environment's own where none is given.
        """
        return Operation(self.clients, client, group, name, place)

    def resource(self, operation: Operation, resource_id: str) -> One:
        """Return a resource of a resource group, asked for by group and name; None if there is none."""
        return reader.get(operation(), resource_group_of(resource_id), name_of(resource_id))

    def nested(self, operation: Operation, resource_id: str, *arguments: str) -> One:
        """Return what Azure answers for one nested resource, after a look at whether it is that one."""
        document, readings = reader.get(operation(), *arguments)
        return answer_for(resource_id, document), readings

    def listing(self, operation: Operation, scope: str, *arguments: object, **options: object) -> Documents:
        """Return all of a list, at a scope, that Azure always has, if only empty."""

        def read() -> Documents:
            documents, readings = reader.list_all(operation(), *arguments, **options)
            if documents is None:
                raise NotEvaluated(f"Azure has no list of {operation}.", "Check the environment file's ids.", readings)
            return listed_within(scope, documents), readings

        return self._once.of(("list", str(operation), scope.casefold(), tuple(sorted(options.items()))), read)

    def collection(self, path: str, api_version: str) -> Documents:
        """Return all of a collection that no client lists, asked for by its path.

        Raises:
            NotEvaluated: Azure did not say, or gave only the first page.
        """

        def read() -> Documents:
            operation = self.operation("resources", "resources", "get_by_id", path)
            document, readings = reader.get(operation(), path.removeprefix("/"), api_version=api_version)
            if document is None:
                raise NotEvaluated(f"Azure has no list at {path}.", "Check the environment file's ids.", readings)
            return listed_within(path[: path.index("/providers/")], document.required_items("value")), readings

        return self._once.of(("collection", path.casefold(), api_version), read)

    def all_at(self, path: str, scope: str, api_version: str) -> Documents:
        """Return all of a collection at a path, page by page, each within the scope."""

        def read() -> Documents:
            documents, readings = reader.list_all(self.clients.plain("list", path, api_version))
            if documents is None:
                raise NotEvaluated(f"Azure has no list at {path}.", "Check the environment file's ids.", readings)
            return listed_within(scope, documents), readings

        return self._once.of(("all at", path.casefold(), api_version), read)

    def one_at(self, path: str, api_version: str) -> One:
        """Return the resource at a path, or None if there is none."""

        def read() -> One:
            document, readings = reader.get(self.clients.plain("get", path, api_version))
            return answer_for(path, document), readings

        return self._once.of(("one at", path.casefold(), api_version), read)

    def children(self, operation: Operation, scope: str, *arguments: object) -> Children:
        """Return all that hangs under a resource, or None if that resource does not exist."""
        documents, readings = reader.list_all(operation(), *arguments)
        return (None if documents is None else listed_within(scope, documents)), readings
