"""What pytest meets: options, cases, verdicts as outcomes, the terminal summary, clean-up and sealing."""

__all__ = ["plugin"]
