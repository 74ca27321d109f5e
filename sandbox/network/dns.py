"""A DNS server with two views: what the virtual network resolves, and what the Internet resolves."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Literal

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from sandbox.network.listeners import PlatformService
from sandbox.network.loopback import JOIN_SECONDS, LOOPBACK, LoopbackServer, ServeConnection

# The life of Azure's own privatelink records, in seconds.
TIME_TO_LIVE = 10
# What an answer over UDP may hold without EDNS, in bytes (RFC 1035, 4.2.1).
UDP_LIMIT = 512

Failure = Literal["SERVFAIL", "REFUSED", "silent"]


class DnsView:
    """One resolver on one port, over UDP and TCP: a table of aliases and addresses that tests may change.

    Attributes:
        aliases: CNAME records: name to name, lower case, without the trailing dot.
        addresses: A records: name to IPv4 addresses.
        failures: Names that fail: with a response code, or `silent` for no answer at all.
        queries: The names asked for, in order, as `NAME TYPE`.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.aliases: dict[str, str] = {}
        self.addresses: dict[str, list[str]] = {}
        self.failures: dict[str, Failure] = {}
        self.queries: list[str] = []
        self._tcp, self._udp = _same_port(self._serve_tcp, f"sandbox-dns-{name}")
        self._stopping = False
        self._thread = threading.Thread(target=self._serve_udp, name=f"sandbox-dns-{name}-udp", daemon=True)

    @property
    def address(self) -> str:
        """Where it is reached, as `127.0.0.1:PORT`."""
        return self._tcp.address

    def start(self) -> None:
        """Answer from now on."""
        self._tcp.open()
        self._thread.start()

    def stop(self) -> None:
        """Stop for good."""
        self._stopping = True
        self._tcp.stop()
        if self._thread.is_alive():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
                waker.sendto(b"", (LOOPBACK, self._tcp.port))
            self._thread.join(JOIN_SECONDS)
        self._udp.close()

    def point(self, name: str, *hops: str) -> None:
        """Let a name lead to addresses, over aliases.

        Args:
            name: The name.
            hops: The names it is an alias of, one after the other, and behind them the IPv4 addresses.
        """
        self.remove(name)
        current = _key(name)
        for hop in hops:
            if hop.replace(".", "").isdigit():
                self.addresses.setdefault(current, []).append(hop)
            else:
                self.remove(hop)
                self.aliases[current] = _key(hop)
                current = _key(hop)

    def remove(self, name: str) -> None:
        """Let a name not exist."""
        for table in (self.aliases, self.addresses, self.failures):
            table.pop(_key(name), None)

    def fail(self, name: str, failure: Failure) -> None:
        """Let the resolution of a name fail."""
        self.failures[_key(name)] = failure

    def answer(self, query: dns.message.Message) -> dns.message.Message | None:
        """The answer to one query, or None for silence."""
        question = query.question[0]
        name = _key(question.name.to_text())
        self.queries.append(f"{name} {dns.rdatatype.to_text(question.rdtype)}")
        failure = self.failures.get(name)
        if failure == "silent":
            return None
        response = dns.message.make_response(query, recursion_available=True)
        if failure is not None:
            response.set_rcode(dns.rcode.from_text(failure))
            return response
        self._resolve(response, name, question.rdtype)
        return response

    def _resolve(self, response: dns.message.Message, name: str, rdtype: dns.rdatatype.RdataType) -> None:
        seen: set[str] = set()
        while name in self.aliases and name not in seen:
            seen.add(name)
            response.answer.append(_records(name, "CNAME", [f"{self.aliases[name]}."]))
            name = self.aliases[name]
        if name not in self.addresses and name not in seen:
            response.set_rcode(dns.rcode.NXDOMAIN)
        if name in self.addresses and rdtype == dns.rdatatype.A:
            response.answer.append(_records(name, "A", self.addresses[name]))
        else:
            zone = name.partition(".")[2] or "."
            soa = f"ns1.{zone}. hostmaster.{zone}. 1 3600 300 2419200 10"
            response.authority.append(_records(zone, "SOA", [soa]))

    def _serve_udp(self) -> None:
        while not self._stopping:
            with suppress(OSError):
                wire, peer = self._udp.recvfrom(4096)
                answer = self._answer_wire(wire, over_udp=True)
                if answer is not None:
                    self._udp.sendto(answer, peer)

    def _serve_tcp(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as reader:
            while len(prefix := reader.read(2)) == 2:
                answer = self._answer_wire(reader.read(struct.unpack("!H", prefix)[0]), over_udp=False)
                if answer is None:
                    return
                connection.sendall(struct.pack("!H", len(answer)) + answer)

    def _answer_wire(self, wire: bytes, *, over_udp: bool) -> bytes | None:
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        response = self.answer(query) if query.question else None
        if response is None:
            return None
        answer = response.to_wire()
        if over_udp and len(answer) > max(UDP_LIMIT, query.payload):
            shortened = dns.message.make_response(query, recursion_available=True)
            shortened.flags |= dns.flags.TC
            return shortened.to_wire()
        return answer


class DnsServer:
    """Both views.

    Attributes:
        inside: What the virtual network resolves: service names lead to private addresses.
        outside: What the Internet resolves: the same names lead to public addresses.
    """

    def __init__(self, services: Iterable[PlatformService]) -> None:
        self.inside = DnsView("inside")
        self.outside = DnsView("outside")
        for service in services:
            self.inside.point(service.fqdn, service.private_name, service.private_address)
            self.outside.point(service.fqdn, service.private_name, *service.public_aliases, service.public_address)

    def start(self) -> None:
        """Answer from now on."""
        self.inside.start()
        self.outside.start()

    def stop(self) -> None:
        """Stop for good."""
        self.inside.stop()
        self.outside.stop()


def _key(name: str) -> str:
    return name.rstrip(".").lower()


def _records(name: str, rdtype: str, values: list[str]) -> dns.rrset.RRset:
    return dns.rrset.from_text(dns.name.from_text(name), TIME_TO_LIVE, "IN", rdtype, *values)


def _same_port(serve_tcp: ServeConnection, name: str) -> tuple[LoopbackServer, socket.socket]:
    """A TCP server and a UDP socket on one port, as resolvers expect."""
    for _ in range(50):
        tcp = LoopbackServer(serve_tcp, name=name)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind((LOOPBACK, tcp.port))
        except OSError:
            udp.close()
            tcp.stop()
        else:
            return tcp, udp
    raise OSError("no port of 127.0.0.1 is free for both TCP and UDP")
