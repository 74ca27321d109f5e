"""Write an evidence pack in another form: SARIF for code scanning, OCSF for a SIEM, Markdown for people.

The pack itself is left alone: what is written stands outside it, or its seal would break.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from assurance.errors import UsageError
from assurance.reporting import junit, markdown, ocsf, sarif, writer
from assurance.reporting.fit import for_terminal
from assurance.reporting.json_report import model_in
from assurance.reporting.model import RunModel

WRITERS: Mapping[str, Callable[[RunModel, Path], None]] = MappingProxyType(
    {
        "csv": writer.write,
        "junit": junit.write,
        "markdown": markdown.write,
        "ocsf": ocsf.write,
        "sarif": sarif.write,
    }
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("pack", type=Path, metavar="DIR", help="the evidence pack, as reports/ENVIRONMENT/RUN")
    parser.add_argument("--as", choices=tuple(WRITERS), required=True, dest="form", help="the form")
    parser.add_argument("--output", metavar="FILE", type=Path, required=True, help="the file to write")


def run(arguments: argparse.Namespace) -> int:
    """Write the run in the form asked for, whole or not at all.

    Raises:
        UsageError: There are no readable results in the directory, or the file cannot be written.
    """
    pack, output = arguments.pack, arguments.output
    if output.resolve().is_relative_to(pack.resolve()):
        raise UsageError(f"--output {output}: give a file outside the pack {pack}, whose seal would break")
    model = model_in(pack)
    partial = output.with_name(f".{output.name}.{os.getpid()}.partial")
    try:
        WRITERS[arguments.form](model, partial)
        partial.replace(output)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise UsageError(f"--output {output}: cannot be written: {error.strerror}") from error
    line = f"{output}: run {model.run.id} of {model.run.environment}, {model.decision}, as {arguments.form}"
    print(for_terminal(line))
    return 0
