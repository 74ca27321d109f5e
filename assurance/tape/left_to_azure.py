"""Values of a plan that only Azure can compute: how they are marked, and how they are told from others.

What-if and templates leave them as expressions of Azure Resource Manager, such as `[reference('x').outputs.y.value]`.
"""

from __future__ import annotations

import re

UNKNOWN_UNTIL_DEPLOYED = "\x01unknown until deployed: "
"""How a text begins that stands for a value which a plan leaves to Azure; the expression follows."""

EXPRESSION = re.compile(r"\[[A-Za-z_][\w.]*\(.*\].*", re.S)
LITERAL = re.compile(r"'((?:[^']|'')*)'")


def is_expression(text: str) -> bool:
    """Tell whether a text is an expression that a plan left as it was."""
    return text.rstrip().endswith("]") and EXPRESSION.fullmatch(text) is not None


def is_left_to_azure(text: str) -> bool:
    """Tell whether a text is such a value, marked or as the plan has it."""
    return text.startswith(UNKNOWN_UNTIL_DEPLOYED) or is_expression(text)
