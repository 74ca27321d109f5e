"""Reads a body within its bounds: of length on the wire, of length when decompressed, and of time."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator

import httpx

from assurance.environment.bounds import AnswerBounds
from assurance.tape.strict_json import beyond_bounds

# What requests offer to take (RFC 9110, section 12.5.3): what is decompressed here, and nothing else.
ACCEPT_ENCODING = "gzip, deflate"
_PIECE_BYTES = 65_536
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class BeyondBoundError(Exception):
    """An answer is beyond a bound, of length or of time; its text says which."""


def read_body(response: httpx.Response, bounds: AnswerBounds, timeout_seconds: float) -> bytes:
    """Return the decompressed body. A peer that sends a byte now and then would else hold a run for ever.

    Raises:
        BeyondBoundError: It is beyond a bound, takes longer, or is compressed in a way that was not offered.
        httpx.DecodingError: It is not what its `Content-Encoding` says.
    """
    deadline = time.monotonic() + timeout_seconds
    content = bytearray()
    for piece in _decompressed(response):
        content += piece
        if len(content) > bounds.body_bytes:
            raise BeyondBoundError(f"its body is longer than {bounds.body_bytes} bytes")
        if time.monotonic() > deadline:
            raise BeyondBoundError(f"its body took longer than {timeout_seconds:g} seconds")
    whole = bytes(content)
    excess = beyond_bounds(whole, bounds.json)
    if excess:
        raise BeyondBoundError(excess)
    return whole


def _decompressed(response: httpx.Response) -> Iterator[bytes]:
    """Give the body in pieces of bounded length."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    stream = response.stream
    if not isinstance(stream, httpx.SyncByteStream):
        raise TypeError("the answer of an asynchronous transport came to a synchronous one")
    if encoding in {"", "identity"}:
        yield from stream
    elif encoding in {"gzip", "x-gzip", "deflate"}:
        yield from _inflated(stream)
    else:
        raise BeyondBoundError(f"its body is encoded as {encoding[:40]!r}, which was not offered")


def _inflated(stream: httpx.SyncByteStream) -> Iterator[bytes]:
    inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        for piece in stream:
            rest = piece
            while rest:
                if inflater.eof:
                    # What follows the end is another member (RFC 1952, section 2.2).
                    inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
                yield inflater.decompress(rest, _PIECE_BYTES)
                rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from error
    if not inflater.eof:
        raise httpx.DecodingError("the compressed body ends too early")
