"""Put what a run came to as a comment on a pull request, and update that comment in place from run to run.

The token and the pull request are taken from the pipeline's own variables: GITHUB_TOKEN, GITHUB_REPOSITORY and
GITHUB_REF on GitHub; SYSTEM_ACCESSTOKEN and the variables of a pull request's build on Azure DevOps.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from assurance.command_line.commands.notify import safe_link
from assurance.command_line.sending import HOSTS
from assurance.reporting.json_report import model_in
from assurance.reporting.messages import comment, marker


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("pack", type=Path, metavar="DIR", help="the evidence pack, as reports/ENVIRONMENT/RUN")
    parser.add_argument("--on", choices=tuple(HOSTS), required=True, dest="host", help="whose pull request")
    parser.add_argument("--pull-request", metavar="NUMBER", help="which one; else the pipeline's own")
    parser.add_argument("--link", metavar="URL", default="", help="where the report can be seen")
    parser.add_argument("--print", action="store_true", dest="only_print", help="print the comment, and send nothing")


def run(arguments: argparse.Namespace) -> int:
    """Write the comment, or update the one that an earlier run wrote.

    Raises:
        PackError: There are no readable results in the directory.
        NotSent: A variable is missing, or the service refused.
    """
    model = model_in(arguments.pack)
    text = comment(model, safe_link(arguments.link))
    if arguments.only_print:
        print(text, end="")
        return 0
    post = HOSTS[arguments.host](os.environ, arguments.pull_request)
    print(post(marker(model), text))
    return 0
