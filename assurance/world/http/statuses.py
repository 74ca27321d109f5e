"""The classes of HTTP statuses (RFC 9110, section 15); a single status is `http.HTTPStatus`."""

from __future__ import annotations

from http import HTTPStatus

SUCCESSES = range(HTTPStatus.OK, HTTPStatus.MULTIPLE_CHOICES)
CLIENT_ERRORS = range(HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR)
SERVER_ERRORS = range(HTTPStatus.INTERNAL_SERVER_ERROR, 600)
