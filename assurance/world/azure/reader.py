"""Runs an operation of the SDK and returns the bodies that it received, with the readings that hold them.

The SDK makes the request (URL, api-version, sign-in, paging); its models are not what is judged, since some drop
unknown fields, rename others, and read a body of another api-version as empty without a word.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError

from assurance.errors import BrokenReading, NotEvaluated, Unwritable
from assurance.tape.strict_json import NO_JSON, UnfitJson
from assurance.world.azure.document import Document
from assurance.world.azure.refusals import refusal, said_in, says_absent
from assurance.world.azure.response import TapeResponse
from assurance.world.azure.transport import NoAnswerError

# An operation of an SDK client; what it takes differs from one to the next.
Operation = Callable[..., Any]
Elements = tuple[Document, ...]

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
    document, readings = _get(operation, lambda _: None, arguments, options)
    if document is None:
        raise NotEvaluated("There is nothing at the place that was asked.", "Check the ids declared.", readings)
    return document, readings


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
    except Unwritable:
        raise
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
        rows = 0
        for number, page in enumerate(pages.by_page(), start=1):
            rows += sum(1 for _ in page)
            _refuse_endless(exchange, number, rows)
        return _elements(exchange), exchange.readings
    except Unwritable:
        raise
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
        if response.status_code == HTTPStatus.UNAUTHORIZED:  # the challenge that Key Vault's client waits for
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


def _refuse_endless(exchange: _Exchange, pages: int, rows: int) -> None:
    """Refuse pages that lead in a circle, or beyond the bounds that the environment file sets."""
    keys = exchange.readings
    limits = exchange.last().limits
    if len(set(keys)) < len(keys):
        raise BrokenReading(
            f"The list's pages lead in a circle after page {pages}.", "Look at the nextLink in the last reading.", keys
        )
    if pages > limits.pages or rows > limits.rows:
        raise BrokenReading(
            f"The list is longer than {limits.pages} pages or {limits.rows} rows; it was not read to its end.",
            "If that is right, raise [limits] pages or rows in the environment file.",
            keys,
        )


def _document(response: TapeResponse) -> Document:
    try:
        body = response.json()
    except UnfitJson as error:
        raise _unreadable(response, error, (response.reading.key,)) from error
    where = response.reading.question
    if not isinstance(body, Mapping):
        raise BrokenReading(f"The answer to {where} is not a JSON object.", "", (response.reading.key,))
    return Document(body, (response.reading.key,), where)


def _is_absent(error: HttpResponseError) -> bool:
    # A refused sign-in is no reading, and says nothing of what was asked for.
    response = error.response
    if not isinstance(response, TapeResponse) or response.reading.key == "":
        return False
    return says_absent(response.status_code, said_in(response.content))


def _not_evaluated(error: Exception, exchange: _Exchange) -> NotEvaluated:
    """Return why a requirement cannot be judged, from what an operation raised."""
    if isinstance(error, HttpResponseError) and isinstance(error.response, TapeResponse):
        if (error.status_code or 0) >= HTTPStatus.BAD_REQUEST:
            response = error.response
            said, question = said_in(response.content), response.reading.question
            return refusal(response.status_code, said, response.reading.headers, question, exchange.readings)
        return _unreadable(error.response, _unfit(error.response), exchange.readings)
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
        unfit = _unfit(response)
        if unfit is not None:
            return _unreadable(response, unfit, exchange.readings)
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


def _unfit(response: TapeResponse) -> UnfitJson | None:
    try:
        response.json()
    except UnfitJson as error:
        return error
    return None


def _unreadable(response: TapeResponse, error: UnfitJson | None, readings: tuple[str, ...]) -> BrokenReading:
    why = f": {error}" if error is not None and str(error) != NO_JSON else ""
    return BrokenReading(
        f"The answer to {response.reading.question} is not JSON{why}.",
        "Something between here and Azure may have answered: a proxy, a sign-in page.",
        readings,
    )


def _sentence(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
