"""A run: its tape and seams, its decision, and the revision of the suite that made it."""

__all__ = ["basis", "begun", "gates", "given_plan", "keeping", "options", "run"]
