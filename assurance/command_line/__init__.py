"""`apex-assurance`: the parser, and a module for each command."""

__all__ = ["main", "output"]
