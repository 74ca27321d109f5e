"""A pytest plugin for runs that must not reach the network: an attempt to connect or to look up a name ends them."""

import sys

REFUSED = {"socket.connect", "socket.getaddrinfo", "socket.sendto"}


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in REFUSED:
        raise RuntimeError(f"the run reached for the network: {event} {arguments[-1]!r}")


sys.addaudithook(_refuse)
