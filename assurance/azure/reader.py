"""Runs an operation of the SDK and returns the bodies that it received, with the readings that hold them.

The SDK makes the request (URL, api-version, sign-in, paging); its models are not what is judged, since some drop unknown
fields, rename others, and read a body of another api-version as empty without a word.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from assurance.azure.document import Document
from assurance.azure.transport import TapeResponse
from assurance.errors import BrokenReading, MissingReading, NotEvaluated

# An operation of an SDK client; what it takes differs from one to the next.
Operation = Callable[..., Any]

WRONG_CONFIGURATION = frozenset({"ResourceGroupNotFound", "SubscriptionNotFound", "InvalidSubscriptionId"})
ABSENT = frozenset({"ResourceNotFound", "NotFound", "ParentResourceNotFound", "RoleDefinitionDoesNotExist"})
MOST_PAGES = 200


class _Exchange:
    """What the pipeline received during one operation, in order."""

    def __init__(self) -> None:
        self.responses: list[TapeResponse] = []

    def __call__(self, pipeline_response: Any) -> None:  # Any: azure-core's hook is not typed
        self.responses.append(pipeline_response.http_response)

    @property
    def readings(self) -> tuple[str, ...]:
        return tuple(response.reading.key for response in self.responses)


def get(operation: Operation, *arguments: object, **options: object) -> tuple[Document | None, tuple[str, ...]]:
    """Return the resource that `operation` gets, or None if Azure says that there is none; and the readings.

    Raises:
        NotEvaluated: Azure did not say: no permission, throttled, unreachable, broken, or a wrong subscription or group.
    """
    exchange = _Exchange()
    try:
        operation(*arguments, raw_response_hook=exchange, **options)
    except HttpResponseError as error:
        if _is_absent(error):
            return None, _readings_of(error)
        raise _not_evaluated(error) from error
    except (AzureError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _not_evaluated(error) from error
    response = exchange.responses[-1]
    return _document(response), exchange.readings


def list_all(operation: Operation, *arguments: object, **options: object) -> tuple[tuple[Document, ...] | None, tuple[str, ...]]:
    """Return all resources that `operation` lists, over all pages, or None if what would hold them is absent; and the readings.

    Raises:
        NotEvaluated: As for `get`; also where the pages lead in a circle or beyond a bound.
    """
    exchange = _Exchange()
    try:
        pages = operation(*arguments, raw_response_hook=exchange, page=itertools.count(1), **options)
        for number, page in enumerate(pages.by_page(), start=1):
            list(page)
            _refuse_endless(exchange, number)
    except HttpResponseError as error:
        if _is_absent(error) and len(exchange.responses) <= 1:
            return None, _readings_of(error)
        raise _not_evaluated(error) from error
    except (AzureError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _not_evaluated(error) from error
    return tuple(_elements(exchange)), exchange.readings


def _elements(exchange: _Exchange) -> list[Document]:
    if not exchange.responses:
        raise BrokenReading("The list was read without any answer.")
    elements: list[Document] = []
    for response in exchange.responses:
        if response.status_code == 401:  # noqa: PLR2004  (the challenge that Key Vault's client waits for)
            continue
        elements += _document(response).required_items("value")
    return elements


def _refuse_endless(exchange: _Exchange, number: int) -> None:
    keys = exchange.readings
    if len(set(keys)) < len(keys) or number > MOST_PAGES:
        raise BrokenReading(
            f"The list's pages lead in a circle, or beyond {MOST_PAGES} pages, after page {number}.",
            "Look at the nextLink in the last reading.",
            keys,
        )


def _document(response: TapeResponse) -> Document:
    where = response.reading.question
    try:
        body = response.json()
    except ValueError as error:
        raise BrokenReading(
            f"The answer to {where} is not JSON.",
            "Something between here and Azure may have answered: a proxy, a sign-in page.",
            (response.reading.key,),
        ) from error
    if not isinstance(body, Mapping):
        raise BrokenReading(f"The answer to {where} is not a JSON object.", "", (response.reading.key,))
    return Document(body, (response.reading.key,), where)


def _is_absent(error: HttpResponseError) -> bool:
    return error.status_code == 404 and _code(error) in ABSENT  # noqa: PLR2004  (HTTP: not found)


def _code(error: HttpResponseError) -> str:
    """Return the error code of Azure's answer, in either of its two forms; empty if it has none."""
    try:
        body = error.response.json() if isinstance(error.response, TapeResponse) else None
    except ValueError:
        return ""
    if not isinstance(body, Mapping):
        return ""
    inner = body.get("error")
    code = inner.get("code") if isinstance(inner, Mapping) else body.get("code")
    return code if isinstance(code, str) else ""


def _readings_of(error: HttpResponseError) -> tuple[str, ...]:
    return (error.response.reading.key,) if isinstance(error.response, TapeResponse) else ()


def _not_evaluated(error: Exception) -> NotEvaluated:
    if isinstance(error, HttpResponseError) and isinstance(error.response, TapeResponse):
        return _refused(error)
    if isinstance(error, (ServiceRequestError, ServiceResponseError)):
        return NotEvaluated(
            f"{_sentence(error)}", "Check the network, the proxy and the endpoints in the environment file."
        )
    for inner in (error, error.__cause__, error.__context__):
        if isinstance(inner, (NotEvaluated, MissingReading)):
            return inner
    return BrokenReading(
        f"The SDK could not read Azure's answer: {type(error).__name__}: {_sentence(error)}",
        "Look at the reading; the api-version may have changed.",
    )


def _refused(error: HttpResponseError) -> NotEvaluated:
    code, readings = _code(error), _readings_of(error)
    response = error.response
    where = response.reading.question if isinstance(response, TapeResponse) else "a request"
    said = f"HTTP {error.status_code}{f' {code}' if code else ''} to {where}."
    match error.status_code:
        case 401:
            return NotEvaluated(f"Azure did not accept the sign-in: {said}", "Sign in again: az login.", readings)
        case 403:
            return NotEvaluated(
                f"No permission: {said}",
                "Grant the suite's identity what the README lists: Reader, Security Reader, Key Vault Reader.",
                readings,
            )
        case 404 if code in WRONG_CONFIGURATION:
            return NotEvaluated(
                f"The environment file names what is not there: {said}",
                "Correct subscription_id or resource_group, or sign in to the right tenant.",
                readings,
            )
        case 429:
            return NotEvaluated(f"Throttled beyond the bound: {said}", "Run again later, or with less concurrency.", readings)
        case _:
            return NotEvaluated(f"Azure did not answer the question: {said}", "Run again; if it stays, ask Azure.", readings)


def _sentence(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
