"""Makes functions of expressions: each takes a row and returns a value of a kind that is known beforehand.

A null is None: it is not equal to anything, and arithmetic with it is null (Kusto's documentation, "Null values").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sandbox.kql.arithmetic import arithmetic, comparison, negated
from sandbox.kql.functions import FUNCTIONS
from sandbox.kql.table import NUMBERS, Column, Kind, Row, Value, semantic, unsupported
from sandbox.kql.tree import Among, Binary, Call, Expression, Literal, Name, Negated

Evaluate = Callable[[Row], Value]
ARITHMETIC = frozenset("+-*/%")
TEXTUAL: Mapping[str, Callable[[str, str], bool]] = {
    "=~": lambda left, right: left.casefold() == right.casefold(),
    "!~": lambda left, right: left.casefold() != right.casefold(),
    "contains": lambda left, right: right.casefold() in left.casefold(),
    "!contains": lambda left, right: right.casefold() not in left.casefold(),
    "startswith": lambda left, right: left.casefold().startswith(right.casefold()),
    "!startswith": lambda left, right: not left.casefold().startswith(right.casefold()),
}


@dataclass(frozen=True, slots=True)
class Scalar:
    """An expression that can be evaluated: the kind of its values, and the function of a row."""

    kind: Kind
    evaluate: Evaluate


@dataclass(frozen=True, slots=True)
class Scope:
    """What names stand for: the columns of the rows, and constants.

    Attributes:
        columns: The columns, in the order of a row's values.
        constants: What `let` has given names.
        now: What `now()` is, for the whole query.
    """

    columns: tuple[Column, ...]
    constants: Mapping[str, Literal]
    now: datetime

    def scalar(self, expression: Expression) -> Scalar:
        """Make the function of an expression.

        Raises:
            KqlError: A name is unknown, or types do not fit.
        """
        match expression:
            case Literal(value, kind):
                return Scalar(kind, lambda _: value)
            case Name(name):
                return self._named(name)
            case Negated(operand):
                inner = self.scalar(operand)
                apply = negated(inner.kind)
                return Scalar(inner.kind, lambda row: apply(inner.evaluate(row)))
            case Binary(operator, left, right):
                return self._binary(operator, self.scalar(left), self.scalar(right))
            case Among(operator, left, values):
                return self._among(operator, self.scalar(left), [self.scalar(value) for value in values])
            case Call(name, arguments):
                return self._call(name, [self.scalar(argument) for argument in arguments])

    def condition(self, expression: Expression) -> Scalar:
        """Make the function of a condition.

        Raises:
            KqlError: It is none.
        """
        scalar = self.scalar(expression)
        if scalar.kind != "bool":
            raise semantic(f"A condition was expected, and a value of type {scalar.kind} is given")
        return scalar

    def _named(self, name: str) -> Scalar:
        for index, column in enumerate(self.columns):
            if column.name == name:
                return Scalar(column.kind, lambda row, index=index: row[index])  # type: ignore[misc]  # a default binds the loop's value
        if name in self.constants:
            return self.scalar(self.constants[name])
        raise semantic(f"Failed to resolve column or scalar expression named '{name}'")

    def _binary(self, operator: str, left: Scalar, right: Scalar) -> Scalar:
        if operator in ("and", "or"):
            return _logical(operator, left, right)
        if operator in TEXTUAL:
            return _textual(operator, left, right)
        kind, apply = (arithmetic if operator in ARITHMETIC else comparison)(operator, left.kind, right.kind)
        return Scalar(kind, lambda row: apply(left.evaluate(row), right.evaluate(row)))

    def _among(self, operator: str, left: Scalar, values: list[Scalar]) -> Scalar:
        array = self._array(values)
        if array is not None:
            values = [Scalar("string", lambda _, text=text: text) for text in array]  # type: ignore[misc]  # a default binds the loop's value
        for scalar in values:
            if scalar.kind != left.kind and not {scalar.kind, left.kind} <= NUMBERS:
                raise semantic(f"'{operator}' compares {left.kind} with {scalar.kind}")
        folded = operator.endswith("~")
        if folded and left.kind != "string":
            raise semantic(f"'{operator}' needs texts, not {left.kind}")
        wanted = not operator.startswith("!")

        def evaluate(row: Row) -> Value:
            value = _folded(left.evaluate(row), folded)
            return (
                value is not None and any(value == _folded(scalar.evaluate(row), folded) for scalar in values)
            ) is wanted

        return Scalar("bool", evaluate)

    def _array(self, values: list[Scalar]) -> tuple[str, ...] | None:
        """Return the texts of a constant array that stands alone after `in`."""
        if [value.kind for value in values] != ["dynamic"]:
            return None
        array = values[0].evaluate(())
        return array if isinstance(array, tuple) else None

    def _call(self, name: str, arguments: list[Scalar]) -> Scalar:
        if name == "now" and not arguments:
            return Scalar("datetime", lambda _: self.now)
        if name == "ago" and [argument.kind for argument in arguments] == ["timespan"]:
            return self._binary("-", Scalar("datetime", lambda _: self.now), arguments[0])
        if name not in FUNCTIONS:
            raise unsupported(f"The function '{name}' with {len(arguments)} arguments")
        kind, apply = FUNCTIONS[name]([argument.kind for argument in arguments])
        return Scalar(kind, lambda row: apply([argument.evaluate(row) for argument in arguments]))


def _logical(operator: str, left: Scalar, right: Scalar) -> Scalar:
    if left.kind != "bool" or right.kind != "bool":
        raise semantic(f"'{operator}' needs conditions, not {left.kind} and {right.kind}")
    if operator == "and":
        return Scalar("bool", lambda row: left.evaluate(row) is True and right.evaluate(row) is True)
    return Scalar("bool", lambda row: left.evaluate(row) is True or right.evaluate(row) is True)


def _textual(operator: str, left: Scalar, right: Scalar) -> Scalar:
    if left.kind != "string" or right.kind != "string":
        raise semantic(f"'{operator}' needs texts, not {left.kind} and {right.kind}")
    apply = TEXTUAL[operator]
    return Scalar("bool", lambda row: apply(str(left.evaluate(row)), str(right.evaluate(row))))


def _folded(value: Value, folded: bool) -> Value:
    return value.casefold() if folded and isinstance(value, str) else value
