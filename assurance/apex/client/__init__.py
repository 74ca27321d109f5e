"""The application's API as the suite calls it: over httpx, through one transport of ours, onto the tape.

Two root nouns lead here. `application` (`Application`) reads what changes nothing; `flows` (`Flows`) begins named flows
of ordered calls that write. What rests on `flows` is left out where the environment is `read_only`, and is never
fetched ahead.
"""

from assurance.apex.client.application import Application
from assurance.apex.client.exchange import Exchange
from assurance.apex.client.flows import Flow, Flows
from assurance.apex.client.question import Upload

__all__ = [
    "Application",
    "Exchange",
    "Flow",
    "Flows",
    "Upload",
    "api",
    "application",
    "callers",
    "cleanup",
    "exchange",
    "flows",
    "observations",
    "plans",
    "question",
    "sign_in",
    "transport",
]
