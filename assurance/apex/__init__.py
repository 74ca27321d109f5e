"""All that speaks to the application: its client, and the trials and measurements made with it."""

__all__ = ["access", "bad_input", "client", "estimation", "performance", "roles", "smoke"]
