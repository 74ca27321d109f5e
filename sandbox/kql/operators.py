"""The operator `summarize`: groups of rows with equal keys, and what is computed of each."""

from __future__ import annotations

from sandbox.kql.aggregates import Aggregate, aggregates_of, is_aggregate
from sandbox.kql.scalars import Scalar, Scope
from sandbox.kql.table import Column, Row, Table, Value, semantic
from sandbox.kql.tree import Among, Binary, Call, Expression, Name, Named, Negated, Summarize


def summarize(table: Table, scope: Scope, operator: Summarize) -> Table:
    """Return one row for each group; for all rows together, also if there are none, where no key is given.

    Raises:
        KqlError: A name is unknown, types do not fit, or two columns would have one name.
    """
    keys = [scope.scalar(named.expression) for named in operator.keys]
    key_columns = [
        Column(_key_name(named, number), scalar.kind)
        for number, (named, scalar) in enumerate(zip(operator.keys, keys, strict=True), start=1)
    ]
    computed = _Computed(scope)
    outputs = [output for named in operator.aggregates for output in computed.outputs(named)]
    groups: dict[tuple[Value, ...], list[Row]] = {} if keys else {(): []}
    for row in table.rows:
        groups.setdefault(tuple(key.evaluate(row) for key in keys), []).append(row)
    rows: list[Row] = []
    for key, members in groups.items():
        values = [aggregate.compute(members) for aggregate in computed.aggregates]
        rows.append((*key, *(scalar.evaluate(values) for _, scalar in outputs)))
    columns = (*key_columns, *(Column(name, scalar.kind) for name, scalar in outputs))
    return Table(distinctly_named(columns), rows)


def distinctly_named(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns.

    Raises:
        KqlError: Two of them have one name.
    """
    names = [column.name for column in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise semantic(f"A column named '{twice[0]}' already exists")
    return columns


class _Computed:
    """The aggregates of an operator, computed once each; expressions around them are evaluated over their values."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.aggregates: list[Aggregate] = []

    def outputs(self, named: Named) -> list[tuple[str, Scalar]]:
        """Return the columns that one item of the operator makes."""
        expression = named.expression
        if isinstance(expression, Call) and is_aggregate(expression):
            made = [(aggregate.name, self._slot(aggregate)) for aggregate in aggregates_of(self._scope, expression)]
        else:
            made = [("Column1", self._outer(expression))]
        if named.names and len(named.names) != len(made):
            raise semantic(f"{len(named.names)} names are given to {len(made)} columns")
        names = named.names or tuple(name for name, _ in made)
        return [(name, scalar) for name, (_, scalar) in zip(names, made, strict=True)]

    def _slot(self, aggregate: Aggregate) -> Scalar:
        index = len(self.aggregates)
        self.aggregates.append(aggregate)
        return Scalar(aggregate.kind, lambda values: values[index])

    def _outer(self, expression: Expression) -> Scalar:
        """Make the function of an expression around aggregates, such as `100.0 * countif(Failed) / count()`."""
        columns: list[Column] = []
        slots: list[Scalar] = []

        def replaced(part: Expression) -> Expression:
            match part:
                case Call() if is_aggregate(part):
                    [aggregate] = aggregates_of(self._scope, part)
                    slots.append(self._slot(aggregate))
                    columns.append(Column(f" {len(slots)}", aggregate.kind))
                    return Name(columns[-1].name)
                case Call(function, arguments):
                    return Call(function, tuple(replaced(argument) for argument in arguments))
                case Binary(operator, left, right):
                    return Binary(operator, replaced(left), replaced(right))
                case Negated(operand):
                    return Negated(replaced(operand))
                case Among(operator, left, values):
                    return Among(operator, replaced(left), tuple(replaced(value) for value in values))
            return part

        outer_expression = replaced(expression)
        if not slots:
            raise semantic("An aggregate was expected in 'summarize'")
        outer = Scope(tuple(columns), self._scope.constants, self._scope.now).scalar(outer_expression)
        return Scalar(outer.kind, lambda values: outer.evaluate([slot.evaluate(values) for slot in slots]))


def _key_name(named: Named, number: int) -> str:
    if named.names:
        return named.names[0]
    match named.expression:
        case Name(name):
            return name
        case Call("bin", (Name(name), _)):
            return name
    return f"Column{number}"
