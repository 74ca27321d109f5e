"""What the query API answers instead of a result."""

from __future__ import annotations

from http import HTTPStatus
from uuid import uuid4

from sandbox.kql import KqlError

INVALID = "The request had some invalid properties"
FAMILIES = {
    "SyntaxError": "A recognition error occurred in the query.",
    "SemanticError": "A semantic error occurred.",
}


class QueryError(Exception):
    """A request that gets an error.

    Attributes:
        status: The HTTP status.
        body: The error body.
    """

    def __init__(self, status: int, code: str, message: str, inner: dict[str, object] | None = None) -> None:
        super().__init__(message)
        error: dict[str, object] = {"message": message, "code": code, "correlationId": str(uuid4())}
        if inner is not None:
            error["innererror"] = inner
        self.status = status
        self.body: dict[str, object] = {"error": error}

    @classmethod
    def invalid(cls, message: str) -> QueryError:
        """A request that is not of the API's form."""
        return cls(
            HTTPStatus.BAD_REQUEST, "BadArgumentError", INVALID, {"code": "InvalidRequestBody", "message": message}
        )


def bad_query(error: KqlError) -> QueryError:
    """A query that cannot be evaluated."""
    innermost = {"code": error.code, "message": error.message}
    inner: dict[str, object] = {"code": error.family, "message": FAMILIES[error.family], "innererror": innermost}
    return QueryError(HTTPStatus.BAD_REQUEST, "BadArgumentError", INVALID, inner)


def not_signed_in() -> QueryError:
    """A request without the token."""
    return QueryError(HTTPStatus.UNAUTHORIZED, "AuthorizationRequiredError", "Valid authentication was not provided")


def no_such_path() -> QueryError:
    """A path, a workspace or a resource that does not exist."""
    return QueryError(HTTPStatus.NOT_FOUND, "PathNotFoundError", "The requested path does not exist")


def partial_error(most_rows: int) -> dict[str, object]:
    """What stands beside a result that was cut."""
    detail = {
        "code": "EngineError",
        "message": f"Query result set has exceeded the internal record count limit {most_rows}.",
    }
    return {
        "code": "PartialError",
        "message": "There were some errors when processing your query.",
        "details": [{"code": "EngineError", "message": "Something went wrong", "innererror": detail}],
    }
