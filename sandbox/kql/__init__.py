"""A small, strict interpreter of the part of the Kusto Query Language that service levels are asked in.

It evaluates what it knows over real rows, and refuses the rest: a wrong query gives a wrong answer or an error, never a
right answer by accident.
"""

from sandbox.kql.running import run
from sandbox.kql.table import Column, Kind, KqlError, Row, Source, Table, Value

__all__ = ["Column", "Kind", "KqlError", "Row", "Source", "Table", "Value", "run"]
