"""Parses expressions: what stands within operators."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.kql.tokens import TokenReader
from sandbox.kql.tree import Among, Binary, Call, Expression, Literal, Name, Negated

COMPARISONS = ("==", "=~", "!=", "<>", "!~", "<", "<=", ">", ">=", "contains", "!contains", "startswith", "!startswith")
AMONG = ("in", "!in", "in~", "!in~")


def expression(reader: TokenReader) -> Expression:
    """Parse one expression."""
    return _joined(reader, ("or",), lambda: _joined(reader, ("and",), lambda: _comparison(reader)))


def _joined(reader: TokenReader, operators: tuple[str, ...], part: Callable[[], Expression]) -> Expression:
    """Parse parts that are joined by operators, from left to right."""
    left = part()
    while reader.at(*operators):
        operator = reader.take().text
        left = Binary(operator, left, part())
    return left


def _comparison(reader: TokenReader) -> Expression:
    left = _sum(reader)
    if reader.at(*COMPARISONS):
        operator = reader.take().text
        return Binary("!=" if operator == "<>" else operator, left, _sum(reader))
    if reader.at(*AMONG):
        operator = reader.take().text
        reader.expect("(")
        values = reader.separated(lambda: expression(reader))
        reader.expect(")")
        return Among(operator, left, values)
    if reader.accept("between"):
        reader.expect("(")
        low = _sum(reader)
        reader.expect("..")
        high = _sum(reader)
        reader.expect(")")
        return Binary("and", Binary(">=", left, low), Binary("<=", left, high))
    return left


def _sum(reader: TokenReader) -> Expression:
    return _joined(reader, ("+", "-"), lambda: _joined(reader, ("*", "/", "%"), lambda: _signed(reader)))


def _signed(reader: TokenReader) -> Expression:
    if reader.accept("-"):
        return Negated(_signed(reader))
    return _primary(reader)


def _primary(reader: TokenReader) -> Expression:
    if reader.token.kind == "literal":
        token = reader.take()
        return Literal(token.value, token.literal)
    if reader.accept("("):
        inner = expression(reader)
        reader.expect(")")
        return inner
    if reader.at("true", "false"):
        return Literal(reader.take().text == "true", "bool")
    name = reader.name()
    if not reader.accept("("):
        return Name(name)
    arguments = () if reader.at(")") else reader.separated(lambda: expression(reader))
    reader.expect(")")
    return Call(name, arguments)
