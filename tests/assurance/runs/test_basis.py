"""What a run rests on: nothing on this machine is ever called LIVE."""

from pathlib import Path

import pytest

from assurance.environment import load
from assurance.runs.basis import is_loopback, source_of
from assurance.verdicts import Source

PROD = Path(__file__).parents[3] / "environments" / "prod.toml"
LOOPBACK = [
    "localhost",
    "localhost.",
    "apex.localhost",
    "127.0.0.1",
    "127.0.0.2",
    "127.1",
    "0x7f000001",
    "2130706433",
    "0177.0.0.1",
    "::1",
    "[::1]",
    "::ffff:127.0.0.1",
    "0.0.0.0",  # noqa: S104  (it is only looked at)
    "::",
]


@pytest.mark.parametrize("host", LOOPBACK)
def test_every_spelling_of_loopback_is_known(host: str) -> None:
    """As a connection would take it."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["management.azure.com", "localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "2001:db8::1", ""]
)
def test_other_hosts_are_not(host: str) -> None:
    """Also such as look alike."""
    assert not is_loopback(host)


def test_the_real_cloud_is_live() -> None:
    """Unless a tape is replayed."""
    environment = load(PROD)
    assert source_of(environment, replaying=False) is Source.LIVE
    assert source_of(environment, replaying=True) is Source.RECORDED


@pytest.mark.parametrize("host", ["127.0.0.2", "[::1]", "localhost"])
@pytest.mark.parametrize("view", ["inside", "outside"])
def test_the_real_clouds_host_on_loopback_is_a_stand_in(host: str, view: str) -> None:
    """A view that dials it there."""
    connect = {"management.azure.com:443": f"{host}:8443"}
    assert source_of(load(PROD, {"views": {view: {"connect": connect}}}), replaying=False) is Source.SANDBOX


@pytest.mark.parametrize("host", ["127.0.0.2", "0x7f000001", "[::1]"])
def test_a_resource_manager_on_loopback_is_a_stand_in(host: str) -> None:
    """However it is spelt."""
    environment = load(PROD, {"cloud": {"resource_manager": f"https://{host}:8443"}})
    assert source_of(environment, replaying=False) is Source.SANDBOX
