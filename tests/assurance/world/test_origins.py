"""Origins are compared by scheme, host and port; whatever leads elsewhere, or nowhere, is never the same."""

import pytest

from assurance.world.origins import origin_of, same_origin, without_origin

OWN = "https://vault.example.net"


@pytest.mark.parametrize(
    "url", ["https://vault.example.net:443/x", "HTTPS://Vault.Example.NET/x?y=1", "https://vault.example.net"]
)
def test_spellings_of_one_origin_are_one(url: str) -> None:
    """The scheme's own port and the case of letters make no difference."""
    assert same_origin(url, OWN)


@pytest.mark.parametrize(
    "url",
    [
        "http://vault.example.net/x",
        "http://vault.example.net:443/x",
        "https://vault.example.net:8443/x",
        "https://vault.example.net.evil.example/x",
        "https://vault.example.net@evil.example/x",
        "https://somebody@vault.example.net/x",
        "https://evil.example/vault.example.net",
        "https://vault.example.net:999999/x",
        "https://[::1/x",
        "//vault.example.net/x",
        "/x",
        "",
    ],
)
def test_what_leads_elsewhere_is_another(url: str) -> None:
    """Another scheme, host or port, a user name, and what is no absolute URL at all."""
    assert not same_origin(url, OWN)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://HOST:443/x", "https://host"),
        ("https://host:8443/x", "https://host:8443"),
        ("http://[::1]:80/", "http://[::1]"),
    ],
)
def test_an_origin_is_shown_shortly(url: str, shown: str) -> None:
    """The port is shown only where it tells something."""
    assert str(origin_of(url)) == shown


@pytest.mark.parametrize(
    ("url", "rest"),
    [
        ("https://vault.example.net:443/a?b=1", "/a?b=1"),
        ("https://vault.example.net", "/"),
        ("https://evil.example/a", "https://evil.example/a"),
        ("/a", "/a"),
    ],
)
def test_only_its_own_origin_is_taken_off(url: str, rest: str) -> None:
    """What leads elsewhere keeps its host."""
    assert without_origin(url, OWN) == rest
