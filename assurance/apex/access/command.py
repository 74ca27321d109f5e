"""The operator's own command that gives a role its access: run once for each project and role, bounded, no shell."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping

from assurance.apex.client import Flow
from assurance.environment.access import PLACEHOLDERS
from assurance.tape import Reading, key_of, sha256, utc_now

MAX_OUTPUT_CHARACTERS = 4000


def run_command(flow: Flow, project_id: str, role: str, values: Mapping[str, str]) -> Reading:
    """Run the command for one role on one project, once a run, and return what came of it.

    The reading's `status` is the exit status, its `failure` says why the command could not be run, and its body is a
    JSON object with `output`: what it wrote, redacted and cut.

    Args:
        flow: Whose project it is.
        project_id: The project.
        role: The role.
        values: What stands for each of the placeholders.
    """
    application = flow.application
    key = key_of("APEX", "command", flow.name, project_id, role)
    return application.tape.obtain(key, lambda: _run(flow, key, role, values))


def _run(flow: Flow, key: str, role: str, values: Mapping[str, str]) -> Reading:
    access = flow.application.declared.access
    arguments = [_filled(part, values) for part in access.command]
    started, clock = utc_now(), time.monotonic()
    status, output, failure = _ended(arguments, access.command_seconds)
    redactor = flow.application.redactor
    body = json.dumps({"output": redactor.text(output)[:MAX_OUTPUT_CHARACTERS]}, ensure_ascii=False).encode()
    return Reading(
        key=key,
        kind="command",
        question=redactor.text(f"access.command for the role {role}: {' '.join(access.command)}"),
        started=started,
        elapsed_milliseconds=round((time.monotonic() - clock) * 1000),
        status=status,
        failure=redactor.text(failure),
        sha256=sha256(body),
        body=body,
    )


def _filled(part: str, values: Mapping[str, str]) -> str:
    for placeholder in PLACEHOLDERS:
        part = part.replace(placeholder, values[placeholder])
    return part


def _ended(arguments: list[str], most_seconds: float) -> tuple[int | None, str, str]:
    """Run a command to its end, and return its exit status, its output, and why there is none."""
    try:
        process = subprocess.Popen(  # noqa: S603  (the operator's own command, without a shell)
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        return None, "", f"The command {arguments[0]!r} cannot be run: {error.strerror}"
    try:
        output, _ = process.communicate(timeout=most_seconds)
    except subprocess.TimeoutExpired:
        # Whatever it has started itself holds the pipe, too.
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return None, output.decode("utf-8", "replace"), f"The command did not end within {most_seconds:g} seconds"
    return process.returncode, output.decode("utf-8", "replace"), ""
