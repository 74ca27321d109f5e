"""The guide's Step 14: views of what APEX answers to the smoke tests, with adjectives that return facts."""

__all__ = [
    "health",
    "integrations",
    "project_list",
    "projects",
    "script",
]
