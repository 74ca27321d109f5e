"""Starting, stopping and announcing the sandbox, from Python and from the command line."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import tomllib
from pathlib import Path

import httpx
import pytest

from sandbox import AzureEstate, Sandbox

REPOSITORY = Path(__file__).parents[2]


def test_nothing_is_left_behind() -> None:
    """After stop() threads have ended, ports are refused and the directory is gone, though connections were open."""
    threads = set(threading.enumerate())
    sandbox = Sandbox().start()
    address = ("127.0.0.1", int(sandbox.resource_manager.url.rpartition(":")[2]))
    trusted = ssl.create_default_context(cafile=str(sandbox.authority.path))
    plain = socket.create_connection(address)
    secure = trusted.wrap_socket(socket.create_connection(address), server_hostname="127.0.0.1")
    directory = sandbox.directory
    sandbox.stop()
    assert set(threading.enumerate()) == threads
    assert not directory.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    plain.close()
    secure.close()


def test_it_starts_fast_and_again() -> None:
    """A start costs less than a second of the processor, and a stopped sandbox starts again with another token."""
    sandbox = Sandbox()
    # The processor's time, which does not grow with what else the machine does.
    started = time.process_time()
    with sandbox:
        first = sandbox.token
    assert time.process_time() - started < 1.0
    with sandbox:
        assert sandbox.token != first


def test_the_overlay_is_what_an_environment_file_takes() -> None:
    """The overlay has exactly the keys of the contract, and its addresses are on loopback."""
    with Sandbox("prod") as sandbox:
        overlay = sandbox.overlay()
        assert overlay.keys() == {"stand_in", "cloud", "credential", "views", "vantage", "application", "deployment"}
        assert overlay["stand_in"] == "sandbox"
        assert overlay["cloud"] == {
            "resource_manager": sandbox.resource_manager.url,
            "log_analytics": sandbox.log_analytics.url,
            "authority": "https://login.microsoftonline.com",
            "ca_bundle": str(sandbox.directory / "ca.pem"),
        }
        assert overlay["credential"] == {"kind": "token", "token_variable": "APEX_SANDBOX_TOKEN"}
        assert overlay["vantage"] == ["inside", "outside"]
        assert overlay["views"].keys() == {"inside", "outside"}
        inside, outside = overlay["views"]["inside"]["connect"], overlay["views"]["outside"]["connect"]
        assert inside.keys() == {
            "10.0.2.4:1433",
            *(f"10.0.2.{number}:443" for number in (5, 6, 7, 8)),
            "kv-apex-prod-4k7x.vault.azure.net:443",
            "apexacr.azurecr.io:443",
        }
        assert "203.0.113.4:1433" in outside
        addresses = [*inside.values(), *outside.values()]
        addresses += [view["nameservers"][0] for view in overlay["views"].values()]
        assert all(address.startswith("127.0.0.1:") for address in addresses)
        assert overlay["application"]["base_url"] == sandbox.apex.url
        assert overlay["application"]["audience"] == "api://apex-prod"
        variables = sandbox.environment_variables()
        assert variables["APEX_SANDBOX_TOKEN"] == sandbox.token
        for identity in overlay["application"]["identities"].values():
            assert variables[identity["token_variable"]].count(".") == 2


def test_an_estate_of_ones_own_is_served() -> None:
    """A changed estate is what the sandbox serves."""
    estate = AzureEstate.load("sandbox")
    estate.change("sql-apex-sandbox", "properties.publicNetworkAccess", "Enabled")
    with Sandbox(estate=estate) as sandbox:
        assert sandbox.resource_manager.estate is estate


def test_the_command_writes_an_environment_file(tmp_path: Path) -> None:
    """The file extends the declared environment and leads to a server that answers until it is interrupted."""
    command = [sys.executable, "-m", "sandbox", "--environment", "sandbox", "--directory", str(tmp_path / "out")]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        printed = "".join(iter(lambda: next(lines), "Interrupt with Ctrl+C.\n"))
        text = (tmp_path / "out" / "environment.toml").read_text(encoding="utf-8")
        written = tomllib.loads(text)
        token = printed.partition("export APEX_SANDBOX_TOKEN=")[2].split()[0]
        trusted = ssl.create_default_context(cafile=written["cloud"]["ca_bundle"])
        url = f"{written['cloud']['resource_manager']}/subscriptions?api-version=2022-12-01"
        answer = httpx.get(url, headers={"Authorization": f"Bearer {token}"}, verify=trusted)
        process.send_signal(signal.SIGINT)
        status = process.wait(timeout=10)
    assert text.startswith(f'extends = "{REPOSITORY / "environments" / "sandbox.toml"}"')
    assert written["cloud"]["ca_bundle"] == str(tmp_path / "out" / "ca.pem")
    assert f"--env {tmp_path / 'out' / 'environment.toml'}" in printed
    assert answer.status_code == 200
    assert status == 0


def test_the_command_refuses_an_unknown_environment() -> None:
    """A misspelt environment is named, with what there is instead."""
    command = [sys.executable, "-m", "sandbox", "--environment", "prd"]
    finished = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=30)
    assert finished.returncode == 2
    assert "prd.toml" in finished.stderr
    assert "prod.toml" in finished.stderr
