"""Runs an operation of the SDK and returns the bodies that it received, with the readings that hold them.

The SDK makes the request (URL, api-version, sign-in, paging); its models are not what is judged, since some drop
unknown fields, rename others, and read a body of another api-version as empty without a word.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError

from assurance.errors import BrokenReading, NotEvaluated
from assurance.world.azure.document import Document
from assurance.world.azure.response import LOWEST_ERROR_STATUS, TapeResponse
from assurance.world.azure.transport import NoAnswerError

# An operation of an SDK client; what it takes differs from one to the next.
Operation = Callable[..., Any]
Elements = tuple[Document, ...]

WRONG_CONFIGURATION = frozenset({"ResourceGroupNotFound", "SubscriptionNotFound", "InvalidSubscriptionId"})
ABSENT = frozenset({"ResourceNotFound", "NotFound", "ParentResourceNotFound", "RoleDefinitionDoesNotExist"})
# A registry's own codes (Open Container Initiative, Distribution Specification, "Error Codes").
ABSENT |= {"NAME_UNKNOWN", "MANIFEST_UNKNOWN", "TAG_UNKNOWN"}
MOST_PAGES = 200
UNAUTHORIZED = 401
NOT_FOUND = 404
REACH_REMEDY = "Check the network, the proxy and the endpoints in the environment file."


class _Exchange:
    """What the pipeline received during one operation, in order."""

    def __init__(self) -> None:
        self.responses: list[TapeResponse] = []

    def __call__(self, pipeline_response: Any) -> None:  # noqa: ANN401  (azure-core's hook is not typed)
        self.responses.append(pipeline_response.http_response)

    @property
    def readings(self) -> tuple[str, ...]:
        return tuple(response.reading.key for response in self.responses)

    def last(self) -> TapeResponse:
        if not self.responses:
            raise BrokenReading("The operation ended without any answer.")
        return self.responses[-1]


def get(operation: Operation, *arguments: object, **options: object) -> tuple[Document | None, tuple[str, ...]]:
    """Return the resource that `operation` gets, or None if Azure says that there is none; and the readings.

    Raises:
        NotEvaluated: Azure did not say: no permission, throttled, unreachable, broken, or a wrong subscription or
            group.
    """
    return _get(operation, _refuse_formless, arguments, options)


def get_described(operation: Operation, key: str, *arguments: object) -> tuple[Document | None, tuple[str, ...]]:
    """Return what a data plane answers that has no ids: an object that describes its subject under `key`; or None.

    Raises:
        NotEvaluated: As for `get`; also where there is no object under `key`.
    """

    def refuse(answer: Document) -> None:
        if answer.within(key) is None:
            raise answer.broken((key,), "an object", None)

    return _get(operation, refuse, arguments, {})


def ask(operation: Operation, *arguments: object, **options: object) -> tuple[Document, tuple[str, ...]]:
    """Return what `operation` answers, whatever its form: who asks a query knows what its answer must look like.

    Raises:
        NotEvaluated: As for `get`; also where there is nothing at the place that was asked.
    """
    found, readings = _get(operation, lambda _: None, arguments, options)
    if found is None:
        raise NotEvaluated("There is nothing at the place that was asked.", "Check the ids declared.", readings)
    return found, readings


def _get(
    operation: Operation,
    refuse_formless: Callable[[Document], None],
    arguments: tuple[object, ...],
    options: Mapping[str, object],
) -> tuple[Document | None, tuple[str, ...]]:
    exchange = _Exchange()
    try:
        operation(*arguments, raw_response_hook=exchange, **options)
        resource = _document(exchange.last())
        refuse_formless(resource)
    except NotEvaluated as error:
        raise _citing(error, exchange) from error.__cause__
    except HttpResponseError as error:
        if _is_absent(error):
            return None, exchange.readings
        raise _not_evaluated(error, exchange) from error
    except Exception as error:
        raise _not_evaluated(error, exchange) from error
    return resource, exchange.readings


def list_all(operation: Operation, *arguments: object, **options: object) -> tuple[Elements | None, tuple[str, ...]]:
    """Return all resources that `operation` lists, over all pages; None if what would hold them is absent.

    The keys of the readings come with them.

    Raises:
        NotEvaluated: As for `get`; also where the pages lead in a circle, beyond a bound, or are not all followed.
    """
    exchange = _Exchange()
    try:
        pages = operation(*arguments, raw_response_hook=exchange, page=itertools.count(1), **options)
        for number, page in enumerate(pages.by_page(), start=1):
            list(page)
            _refuse_endless(exchange, number)
        return _elements(exchange), exchange.readings
    except NotEvaluated as error:
        raise _citing(error, exchange) from error.__cause__
    except HttpResponseError as error:
        if _is_absent(error) and len(exchange.responses) <= 1:
            return None, exchange.readings
        raise _not_evaluated(error, exchange) from error
    except Exception as error:
        raise _not_evaluated(error, exchange) from error


def _elements(exchange: _Exchange) -> Elements:
    elements: list[Document] = []
    for response in exchange.responses:
        if response.status_code == UNAUTHORIZED:  # the challenge that Key Vault's client waits for
            continue
        elements += _document(response).required_items("value")
    if _document(exchange.last()).text("nextLink"):
        raise BrokenReading("The list has more pages than the SDK followed.", "", exchange.readings)
    return tuple(elements)


def _refuse_formless(answer: Document) -> None:
    """Refuse what is neither a resource nor a whole list: the SDK gets a few lists in one piece."""
    if answer.value("value") is None:
        answer.required_text("id")
    elif answer.text("nextLink"):
        raise BrokenReading(f"The answer to {answer.where} is only the first page of a list.", "", answer.readings)


def _refuse_endless(exchange: _Exchange, number: int) -> None:
    keys = exchange.readings
    if len(set(keys)) < len(keys) or number > MOST_PAGES:
        raise BrokenReading(
            f"The list's pages lead in a circle, or beyond {MOST_PAGES} pages, after page {number}.",
            "Look at the nextLink in the last reading.",
            keys,
        )


def _document(response: TapeResponse) -> Document:
    try:
        body = response.json()
    except (ValueError, RecursionError) as error:
        raise _unreadable(response, (response.reading.key,)) from error
    where = response.reading.question
    if not isinstance(body, Mapping):
        raise BrokenReading(f"The answer to {where} is not a JSON object.", "", (response.reading.key,))
    return Document(body, (response.reading.key,), where)


def _is_absent(error: HttpResponseError) -> bool:
    # A refused sign-in is no reading, and says nothing of what was asked for.
    kept = isinstance(error.response, TapeResponse) and error.response.reading.key != ""
    return kept and error.status_code == NOT_FOUND and _code(error) in ABSENT


def _code(error: HttpResponseError) -> str:
    """Return the error code of Azure's answer, in one of its three forms; empty if it has none."""
    try:
        body = error.response.json() if isinstance(error.response, TapeResponse) else None
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, Mapping):
        return ""
    inner, several = body.get("error"), body.get("errors")
    if isinstance(several, list) and several:
        inner = several[0]
    code = inner.get("code") if isinstance(inner, Mapping) else body.get("code")
    return code if isinstance(code, str) else ""


def _not_evaluated(error: Exception, exchange: _Exchange) -> NotEvaluated:
    """Return why a requirement cannot be judged, from what an operation raised."""
    if isinstance(error, HttpResponseError) and isinstance(error.response, TapeResponse):
        if (error.status_code or 0) >= LOWEST_ERROR_STATUS:
            return _refused(error, error.response, exchange.readings)
        return _unreadable(error.response, exchange.readings)
    if isinstance(error, NoAnswerError):
        return NotEvaluated(_sentence(error), REACH_REMEDY, (*exchange.readings, error.reading))
    if isinstance(error, (ServiceRequestError, ServiceResponseError)):
        return NotEvaluated(_sentence(error), REACH_REMEDY, exchange.readings)
    for inner in (error.__cause__, error.__context__):
        if isinstance(inner, NotEvaluated):
            return inner
    where = ""
    if exchange.responses:
        response = exchange.last()
        where = f" to {response.reading.question}"
        try:
            response.json()
        except (ValueError, RecursionError):
            return _unreadable(response, exchange.readings)
    return BrokenReading(
        f"The SDK could not read Azure's answer{where}: {type(error).__name__}: {_sentence(error)}",
        "Look at the reading; the api-version may have changed.",
        exchange.readings,
    )


def _citing(error: NotEvaluated, exchange: _Exchange) -> NotEvaluated:
    """Return the error, with the readings that led to it if it has none of its own."""
    if error.readings or not exchange.readings:
        return error
    return type(error)(error.reason, error.remedy, exchange.readings)


def _unreadable(response: TapeResponse, readings: tuple[str, ...]) -> BrokenReading:
    return BrokenReading(
        f"The answer to {response.reading.question} is not JSON.",
        "Something between here and Azure may have answered: a proxy, a sign-in page.",
        readings,
    )


def _refused(error: HttpResponseError, response: TapeResponse, readings: tuple[str, ...]) -> NotEvaluated:
    code = _code(error)
    said = f"HTTP {error.status_code}{f' {code}' if code else ''} to {response.reading.question}."
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
            return NotEvaluated(
                f"Throttled beyond the bound: {said}", "Run again later, or with less concurrency.", readings
            )
        case _:
            return NotEvaluated(
                f"Azure did not answer the question: {said}", "Run again; if it stays, ask Azure.", readings
            )


def _sentence(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
