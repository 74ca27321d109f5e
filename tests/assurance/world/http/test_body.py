"""Bodies are read within their bounds, however they are compressed."""

import gzip
import json
import time
import tracemalloc
import zlib
from collections.abc import Iterator

import httpx
import pytest

from assurance.environment.bounds import AnswerBounds
from assurance.tape.strict_json import JsonBounds
from assurance.world.http.body import BeyondBoundError, read_body

MEBIBYTE = 1024 * 1024
HUNDRED = AnswerBounds(100)


class Pieces(httpx.SyncByteStream):
    """A body that comes in pieces, with a pause before each."""

    def __init__(self, *pieces: bytes, seconds: float = 0.0) -> None:
        self._pieces = pieces
        self._seconds = seconds

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            time.sleep(self._seconds)
            yield piece


def response(*pieces: bytes, encoding: str = "", seconds: float = 0.0) -> httpx.Response:
    """An answer whose body is still to be read."""
    headers = {"content-encoding": encoding} if encoding else {}
    return httpx.Response(200, headers=headers, stream=Pieces(*pieces, seconds=seconds))


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("", b"abc"),
        ("identity", b"abc"),
        ("gzip", gzip.compress(b"abc")),
        ("GZIP", gzip.compress(b"ab") + gzip.compress(b"c")),
        ("deflate", zlib.compress(b"abc")),
    ],
    ids=["no form", "identity", "gzip", "two gzip members", "deflate"],
)
def test_each_form_is_read(encoding: str, content: bytes) -> None:
    """Byte by byte too."""
    assert read_body(response(content, encoding=encoding), HUNDRED, 5.0) == b"abc"
    assert read_body(response(*(bytes([one]) for one in content), encoding=encoding), HUNDRED, 5.0) == b"abc"


def test_a_gzip_bomb_is_refused_in_bounded_memory() -> None:
    """A gigabyte of zeros in a megabyte is given up at the bound."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = b"".join(compressor.compress(bytes(MEBIBYTE)) for _ in range(1024)) + compressor.flush()
    tracemalloc.start()
    with pytest.raises(BeyondBoundError, match="longer than 16777216 bytes"):
        read_body(response(bomb, encoding="gzip"), AnswerBounds(16 * MEBIBYTE), 5.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 * MEBIBYTE


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[" + b"{}," * 1000 + b"{}]", "more than 1000 values"),
        (b"[" * 60 + b"]" * 60, "deeper than 50 levels"),
        (json.dumps({"id": "x" * 2001}).encode(), "a text of more than 2000 bytes"),
        (b'{"a": ' + b"1" * 31 + b"}", "a number of more than 30 digits"),
    ],
    ids=["values", "nesting", "text", "digits"],
)
def test_json_beyond_a_bound_is_refused(content: bytes, reason: str) -> None:
    """Before it is parsed, each with its own reason."""
    bounds = AnswerBounds(MEBIBYTE, JsonBounds(values=1000, depth=50, digits=30, characters=2000))
    with pytest.raises(BeyondBoundError, match=reason):
        read_body(response(content), bounds, 5.0)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"id": "[" * 60 + "1" * 40}).encode(),
        json.dumps(["x" * 1999, '"' * 999, "y" * 1999]).encode(),
        b"<html>" + b"[" * 60,
        b"",
    ],
    ids=["brackets and digits in a text", "texts within the bound", "no JSON", "nothing"],
)
def test_what_only_looks_beyond_a_bound_is_read(content: bytes) -> None:
    """What stands in a text is a text."""
    bounds = AnswerBounds(MEBIBYTE, JsonBounds(values=1000, depth=50, digits=30, characters=2000))
    assert read_body(response(content), bounds, 5.0) == content


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd"])
def test_what_was_not_offered_is_refused(encoding: str) -> None:
    """Also layers of compression, each of which multiplies."""
    with pytest.raises(BeyondBoundError, match="was not offered"):
        read_body(response(b"abc", encoding=encoding), HUNDRED, 5.0)


def test_a_body_that_trickles_is_given_up() -> None:
    """The bound of time is for the whole body."""
    with pytest.raises(BeyondBoundError, match=r"took longer than 0\.1 seconds"):
        read_body(response(*[b"a"] * 100, seconds=0.03), AnswerBounds(1000), 0.1)


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(b"abc")[:-9]], ids=["another form", "cut"])
def test_what_is_not_compressed_as_said_is_a_failure(content: bytes) -> None:
    """Nothing is judged of half a body."""
    with pytest.raises(httpx.DecodingError):
        read_body(response(content, encoding="gzip"), HUNDRED, 5.0)
