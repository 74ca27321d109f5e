"""Whether the API's own description lets a value of a project be null: what it allows to send is no bad input."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

from assurance.apex.client import Application
from assurance.apex.client.api import CREATE_PROJECT, UPDATE_PROJECT
from assurance.apex.estimation.answers import document_in
from assurance.world.azure.document import Document

ROUTES = {route.method.lower(): route for route in (CREATE_PROJECT, UPDATE_PROJECT)}


def may_be_null(application: Application, method: Literal["post", "patch"], key: str) -> str:
    """Return in words where the description lets a value be null; empty if it does not, or if there is none."""
    answer = application.get_at_root(application.declared.openapi_path)
    document = document_in(answer) if answer.status == HTTPStatus.OK else None
    if document is None:
        return ""
    path = f"{application.declared.api_prefix}{ROUTES[method].template}"
    schema = _resolved(
        document, document.within("paths", path, method, "requestBody", "content", "application/json", "schema")
    )
    described = _resolved(document, schema.within("properties", key) if schema is not None else None)
    if described is None or not _allows_null(described):
        return ""
    return f"{ROUTES[method]} describes {key} as one that may be null"


def _resolved(document: Document, schema: Document | None) -> Document | None:
    """Return a schema, or the one that it refers to."""
    reference = schema.text("$ref") if schema is not None else None
    return document.within(*reference.removeprefix("#/").split("/")) if reference else schema


def _allows_null(schema: Document) -> bool:
    """Tell whether a schema allows null: as OpenAPI 3.1 says it, or as 3.0 did."""
    kinds = schema.value("type")
    one_of = [one.text("type") for key in ("anyOf", "oneOf") for one in schema.items(key)]
    return "null" in one_of or (isinstance(kinds, list) and "null" in kinds) or schema.flag("nullable") is True
