"""The kinds of text that an environment file holds, and what each of its tables is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(allow_inf_nan=False)]
Vantage = Literal["inside", "outside"]


class Declared(BaseModel):
    """The base of every table: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


HIGHEST_PORT = 65535
_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_HOST_AND_PORT = r"(?P<host>\[[0-9a-fA-F:.]+\]|[^:\s\[\]/@]+):(?P<port>\d{1,5})"
_RESOURCE_ID = rf"/subscriptions/{_GUID}/resourceGroups/[^/\s]+/providers/[^/\s]+(/[^/\s]+/[^/\s]+)+"
_HOST_NAME = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"


def matching(pattern: str, expected: str) -> AfterValidator:
    """Return the validator of texts that match `pattern` as a whole; `expected` says in words what they are."""
    compiled = re.compile(pattern)

    def validate(value: str) -> str:
        if compiled.fullmatch(value) is None:
            raise ValueError(f"{expected} was expected")
        return value

    return AfterValidator(validate)


def _network(value: str) -> IPv4Network | IPv6Network:
    """Return the network that a prefix stands for; refuse one whose host bits are set, and netmasks."""
    try:
        network = ip_network(value, strict=False)
        length = int(value.partition("/")[2] or network.max_prefixlen)
    except ValueError as error:
        raise ValueError("a CIDR prefix such as 10.0.0.0/16 was expected") from error
    if length != network.prefixlen or ip_address(value.partition("/")[0]) != network.network_address:
        raise ValueError(f"a CIDR prefix without host bits was expected, here {network}")
    return network


def _prefix(value: str) -> str:
    if "/" not in value:
        raise ValueError("a CIDR prefix such as 10.0.0.0/16 was expected")
    _network(value)
    return value


def _flow_end(value: str) -> str:
    """Accept `*`, a service tag such as `AzureCloud` or `Storage.EastUS`, an address or a prefix."""
    if value != "*" and not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*", value):
        try:
            _network(value)
        except ValueError as error:
            expected = str(error).removesuffix(" was expected")
            raise ValueError(f"*, a service tag, or {expected} was expected") from error
    return value


def _port_range(value: str) -> str:
    match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", value)
    first, last = (int(match.group(1)), int(match.group(2) or match.group(1))) if match else (1, 0)
    if value != "*" and not first <= last <= HIGHEST_PORT:
        raise ValueError("*, a port such as 443, or a range such as 8000-8080 was expected")
    return value


def _host_and_port(value: str) -> str:
    match = re.fullmatch(_HOST_AND_PORT, value)
    if match is None or not 0 < int(match.group("port")) <= HIGHEST_PORT:
        raise ValueError("a host and a port such as 10.0.0.4:443 were expected")
    return value


def _name_server(value: str) -> str:
    try:
        ip_address(_host_and_port(value).rpartition(":")[0].strip("[]"))
    except ValueError as error:
        raise ValueError("a name server's address and port such as 10.0.0.4:53 were expected") from error
    return value


def lies_within(prefix: str, spaces: Iterable[str]) -> bool:
    """Tell whether a prefix is part of one of `spaces`."""
    network = _network(prefix)
    for space in map(_network, spaces):
        if isinstance(network, IPv4Network) and isinstance(space, IPv4Network) and network.subnet_of(space):
            return True
        if isinstance(network, IPv6Network) and isinstance(space, IPv6Network) and network.subnet_of(space):
            return True
    return False


def repeated(names: Iterable[str]) -> str:
    """Return the first name that occurs again, in any casing, as Azure compares names; empty if none does."""
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            return name
        seen.add(name.casefold())
    return ""


Guid = Annotated[str, matching(_GUID, "a GUID such as 11111111-1111-4111-8111-111111111111")]
HttpsUrl = Annotated[str, matching(r"https://[^/\s@?#]+/?", "an address such as https://management.azure.com")]
ResourceId = Annotated[
    str, matching(_RESOURCE_ID, "an id such as /subscriptions/GUID/resourceGroups/GROUP/providers/TYPE/NAME")
]
Scope = Annotated[str, matching(r"/(subscriptions|providers)(/[^/\s]+)+", "an id such as /subscriptions/GUID")]
HostName = Annotated[str, matching(_HOST_NAME, "a host name such as vault.azure.net")]
# Capitals only: a token that was pasted here is told apart from a variable's name, and is never shown.
VariableName = Annotated[
    str, matching(r"[A-Z_][A-Z0-9_]*", "the name of an environment variable, in capitals, such as APEX_TOKEN")
]
Prefix = Annotated[str, AfterValidator(_prefix)]
FlowEnd = Annotated[str, AfterValidator(_flow_end)]
PortRange = Annotated[str, AfterValidator(_port_range)]
HostAndPort = Annotated[str, AfterValidator(_host_and_port)]
NameServer = Annotated[str, AfterValidator(_name_server)]
