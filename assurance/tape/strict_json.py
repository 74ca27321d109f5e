"""What comes from outside, read strictly.

Plain files of bounded length, and JSON that two readers could not take for two things.
"""

from __future__ import annotations

import errno
import json
import math
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, NoReturn

from pydantic_core import to_json

NO_JSON = "it is not JSON"
_HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
_LARGE_EXPONENT = re.compile(r"[0-9][eE]\+?[0-9]{3}")
# Possessive: what could be given back takes some sixty bytes of memory for each character.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.S)
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_BEGINS = re.compile(rb"[\xef\xbb\xbf \t\r\n]*[{\[]")
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


@dataclass(frozen=True, slots=True)
class JsonBounds:
    """How much JSON is read.

    Attributes:
        values: The most objects, lists and members.
        depth: The deepest nesting.
        digits: The most digits of an integer.
        characters: The longest text.
    """

    values: int = 1_000_000
    depth: int = 100
    digits: int = 100
    characters: int = 1_000_000


class UnfitJson(ValueError):  # noqa: N818  (it says what the text is)
    """A text is no JSON, or none that can be read in one way only; the message says why."""


def beyond_bounds(content: bytes, bounds: JsonBounds) -> str:
    """Return which bound a body is beyond, without parsing it; empty if none, or if it is no JSON."""
    if _BEGINS.match(content) is None:
        return ""
    # A comma or bracket within a text counts too: the bound is generous.
    if content.count(b",") + content.count(b"{") + content.count(b"[") > bounds.values:
        return f"it holds more than {bounds.values} values"
    if _has_deeper(content, bounds.depth):
        return f"it is nested deeper than {bounds.depth} levels"
    if _has_longer_text(content, bounds.characters):
        return f"it holds a text of more than {bounds.characters} bytes"
    digits = bounds.digits + 1
    if re.search(rb"[0-9]{%d}" % digits, content) and re.search(rb"[0-9]{%d}" % digits, _STRING.sub(b'""', content)):
        return f"it holds a number of more than {bounds.digits} digits"
    return ""


def parse(content: bytes | str, *, half_pairs: bool = False) -> object:
    """Return the JSON value that a text is.

    Args:
        content: The text.
        half_pairs: Whether a text in it may hold half a surrogate pair.

    Raises:
        UnfitJson: It is no JSON; an object has a name twice; a number is NaN, infinite or too long; a text holds half a
            surrogate pair; it is nested too deep.
    """
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        exponents = _LARGE_EXPONENT.search(text) is not None
        document = json.loads(
            text,
            object_pairs_hook=_each_name_once,
            parse_constant=_no_number,
            parse_float=_finite if exponents else None,
        )
        if not half_pairs and _HALF_PAIR.search(text):
            json.dumps(document, ensure_ascii=False).encode()
    except RecursionError as error:
        raise UnfitJson("it is nested too deep") from error
    except UnicodeEncodeError as error:
        raise UnfitJson("a text in it holds half a surrogate pair") from error
    except UnicodeDecodeError as error:
        raise UnfitJson("it is not UTF-8") from error
    except UnfitJson:
        raise
    except ValueError as error:
        raise UnfitJson("a number in it is too long" if "digits" in str(error) else NO_JSON) from error
    return document


KEPT_BOUNDS = JsonBounds(values=4_000_000, depth=500, digits=4_000, characters=64 * 1024 * 1024)
"""Beyond what a run keeps, whatever its environment file declares; a parsed value takes some 64 bytes of memory."""
MAX_TEXT_BYTES = 256 * 1024 * 1024
_FOUR_BYTES_EACH, _TWO_BYTES_EACH = re.compile(rb"[\xf0-\xff]"), re.compile(rb"[\xc4-\xef]")


def parse_kept(content: bytes, bounds: JsonBounds = KEPT_BOUNDS, *, half_pairs: bool = True) -> object:
    """Return the JSON value in a file that a run wrote, or that somebody made in its place.

    Raises:
        UnfitJson: As for `parse`, but what is half a surrogate pair in an answer is so in what tells of it; or it is
            beyond the bounds, or would take more memory than a run's files.
    """
    excess = beyond_bounds(content, bounds)
    # Python keeps a text with one wide character in four bytes for each.
    width = 4 if _FOUR_BYTES_EACH.search(content) else 2 if _TWO_BYTES_EACH.search(content) else 1
    if excess or len(content) * width > MAX_TEXT_BYTES:
        raise UnfitJson(excess or "it is too long a text")
    return parse(content, half_pairs=half_pairs)


def _each_name_once(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    values = dict(pairs)
    if len(values) != len(pairs):
        seen: set[str] = set()
        name = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]  # adding is what the condition does
        raise UnfitJson(f"the name {name[:60]!r} stands twice in one object")
    return values


def _no_number(name: str) -> NoReturn:
    raise UnfitJson(f"{name} is no number of JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise UnfitJson("a number in it is too large")
    return number


def _has_deeper(content: bytes, depth: int) -> bool:
    brackets = content.translate(None, _NO_BRACKETS)
    if len(brackets) <= depth or _deepest(brackets) <= depth:
        return False
    return _deepest(_STRING.sub(b"", content).translate(None, _NO_BRACKETS)) > depth


def _deepest(brackets: bytes) -> int:
    return max(accumulate(map(_STEP.__getitem__, brackets)), default=0)


def _has_longer_text(content: bytes, characters: int) -> bool:
    """Look whether so many bytes stand between two quotation marks; a text that long has a whole block without one."""
    block = max(1, characters // 2)
    starts = range(0, len(content) - block + 1, block)
    if b'\\"' not in content and all(content.find(b'"', start, start + block) >= 0 for start in starts):
        return False
    return any(found.end() - found.start() - 2 > characters for found in _STRING.finditer(content))


# In the place of each value of an object that has a name twice.
WITHHELD = "[withheld: a name stands twice in this object]"


class Repeated(str):
    """A name in an object that has a name twice: equal to itself only, so that a dictionary holds each of them."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


def parsed(text: bytes | str) -> tuple[Any, bool]:
    """Return the JSON value that a text is, and whether an object in it has a name twice.

    Which value such an object means is open, so nobody judges it (`assurance.tape.strict_json`). Its names stay, each
    as often as it came; its values go, since what they are cannot be known by their names.

    Raises:
        ValueError: It is no JSON.
    """
    doubled = False

    def each(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal doubled
        values = dict(pairs)
        if len(values) == len(pairs):
            return values
        doubled = True
        return {Repeated(name): WITHHELD for name, _ in pairs}

    return json.loads(text, object_pairs_hook=each), doubled


def written(document: object) -> str:
    """Return a JSON value as text, each repeated name as often as it came."""
    return json.dumps(document, ensure_ascii=False)


def indented(document: object) -> bytes:
    """Return a JSON value as text for people and machines, in UTF-8: what the library writes, ten times as fast."""
    try:
        return to_json(document, indent=1)
    except ValueError:
        # It takes no deeper nesting than 255, and no lone surrogate, which becomes its JSON escape.
        return json.dumps(document, indent=1, ensure_ascii=False).encode("utf-8", "backslashreplace")


MEBIBYTE = 1024 * 1024
MAX_BYTES = 128 * MEBIBYTE
"""Longer than any file of a run: the results of 10,000 cases are about a third of it."""
MAX_TAPE_BYTES = 256 * MEBIBYTE
"""The most bytes of answers that a run keeps; `limits.tape_bytes` may say fewer."""
MAX_WRITTEN_BYTES = MEBIBYTE
"""Longer than any file that a person writes, such as an environment file or waivers."""


def read_plain(path: Path, most_bytes: int = MAX_BYTES, *, follow: bool = True) -> bytes:
    """Return the bytes of a plain file, or of one that a link leads to if links are followed.

    Raises:
        OSError: It cannot be read, is no plain file, or has more than `most_bytes`; its `strerror` says which.
    """
    # A pipe that nobody writes to would have a plain open() wait for ever.
    names = ("O_NONBLOCK", "O_BINARY", *(() if follow else ("O_NOFOLLOW",)))
    descriptor = os.open(path, sum((getattr(os, name, 0) for name in names), os.O_RDONLY))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "this is no plain file", str(path))
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, f"it is longer than {most_bytes} bytes", str(path))
    return content
