"""Tell a webhook what a run came to: a card in Teams, a message in Slack, or plain JSON.

The webhook's address is a secret: it is taken from a variable, and stands in no file, no log and no error.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from assurance.command_line.sending import NotSent, ask, demand_accepted, demand_safe
from assurance.errors import UsageError
from assurance.reporting.json_report import model_in
from assurance.reporting.messages import MAX_BYTES, MESSAGES, size_of

VARIABLE = "APEX_WEBHOOK_URL"
REFUSED = "check the webhook: it may be gone, or want another kind of message (--as)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("pack", type=Path, metavar="DIR", help="the evidence pack, as reports/ENVIRONMENT/RUN")
    parser.add_argument("--as", choices=tuple(MESSAGES), required=True, dest="kind", help="what the webhook takes")
    parser.add_argument(
        "--url-variable", metavar="NAME", default=VARIABLE, help=f"the variable with its address (else {VARIABLE})"
    )
    parser.add_argument("--link", metavar="URL", default="", help="where the report can be seen")
    parser.add_argument("--print", action="store_true", dest="only_print", help="print the message, and send nothing")


def run(arguments: argparse.Namespace) -> int:
    """Send the message.

    Raises:
        PackError: There are no readable results in the directory.
        NotSent: The variable is missing or wrong, or the webhook refused.
    """
    message = MESSAGES[arguments.kind](model_in(arguments.pack), safe_link(arguments.link))
    if arguments.only_print:
        print(json.dumps(message, indent=1))
        return 0
    if size_of(message) > MAX_BYTES:
        raise NotSent(f"the message has {size_of(message):,} bytes, more than a webhook takes ({MAX_BYTES:,})")
    named = f"the variable {arguments.url_variable}"
    address = os.environ.get(arguments.url_variable, "")
    if not address:
        raise NotSent(f"{named} is not set: the webhook's address was expected in it")
    demand_accepted(ask("POST", demand_safe(address, named), message), address, REFUSED)
    print(f"Told {urlsplit(address).hostname}, as {arguments.kind}.")
    return 0


def safe_link(link: str) -> str:
    """Return the address of a report as it may stand behind a button.

    Raises:
        UsageError: It is no address of a page.
    """
    parts = urlsplit(link)
    if link and (
        parts.scheme not in {"https", "http"}
        or not parts.hostname
        or any(character in link for character in " <>()\"'")
    ):
        raise UsageError(f"--link {link}: an address beginning with https:// was expected")
    return link
