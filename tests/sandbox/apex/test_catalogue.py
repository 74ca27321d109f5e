"""The catalogue as a person reads it, and names of it as a person types them."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest

from sandbox.apex import Quirk, Switch
from sandbox.apex.catalogue import UnknownNameError, catalogue_text, named


def test_every_switch_and_quirk_is_listed() -> None:
    """The text has a line for each of them, with its sentence."""
    text = catalogue_text()
    assert all(switch.wrong in text for switch in Switch)
    assert all(quirk.difference in text for quirk in Quirk)


def test_a_name_is_found() -> None:
    """A switch and a quirk are found by their names."""
    assert named("p80-below-p50") is Switch.P80_BELOW_P50
    assert named("slash-canonical") is Quirk.SLASH_CANONICAL


def test_a_misspelt_name_is_named_with_what_is_meant() -> None:
    """A name that there is not is told with those that look like it."""
    with pytest.raises(UnknownNameError, match=r"no switch 'p80-under-p50'; perhaps .*p80-below-p50"):
        named("p80-under-p50")


def test_the_command_breaks_what_it_is_told(tmp_path: Path) -> None:
    """A sandbox that is started with --break serves an APEX with that fault."""
    command = [sys.executable, "-m", "sandbox", "--directory", str(tmp_path), "--break", "liveness-not-alive"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        list(iter(process.stdout.readline, "Interrupt with Ctrl+C.\n"))
        written = tomllib.loads((tmp_path / "environment.toml").read_text(encoding="utf-8"))
        answer = httpx.get(
            f"{written['application']['base_url']}/health/live",
            verify=ssl.create_default_context(cafile=written["cloud"]["ca_bundle"]),
            timeout=30.0,
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    assert answer.json()["status"] == "starting"


def test_the_command_refuses_a_misspelt_name() -> None:
    """Nothing is started for a name that there is not."""
    command = [sys.executable, "-m", "sandbox", "--break", "everything"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert finished.returncode == 2
    assert "no switch 'everything'" in finished.stderr
    assert "Traceback" not in finished.stderr
