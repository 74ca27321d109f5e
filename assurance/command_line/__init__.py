"""`apex-assurance`: the parser, and a module for each command."""
