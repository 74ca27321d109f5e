"""What can be wrong with a plan that a user gives."""

from assurance.errors import UsageError


class PlanRefused(UsageError):  # noqa: N818  (it says what happened)
    """A plan cannot be judged: it is cut off, of another form or subscription, or older than what it is laid over."""
