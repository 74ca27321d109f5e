"""Resolves names as one vantage does, and records the whole chain of answers."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assurance.environment.network import View
from assurance.errors import NotEvaluated
from assurance.tape import Reading, Tape, sha256, utc_now

if TYPE_CHECKING:
    from dns.message import Message
    from dns.resolver import NXDOMAIN

LIFETIME_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name resolves to.

    Attributes:
        exists: Whether DNS knows the name.
        aliases: The chain of canonical names behind it, in order, without the final dots.
        addresses: IPv4 and IPv6 addresses, sorted.
        reading: The key of the reading.
    """

    name: str
    exists: bool
    aliases: tuple[str, ...]
    addresses: tuple[str, ...]
    reading: str


class Resolver:
    """Asks the name servers of a vantage: declared ones, or those of this machine."""

    def __init__(self, tape: Tape, vantage: str, view: View) -> None:
        self._tape = tape
        self._vantage = vantage
        self._view = view

    def resolve(self, name: str) -> Resolution:
        """Return what `name` resolves to.

        Raises:
            NotEvaluated: No name server answered.
        """
        key = self._tape.key("dns", self._vantage, name.lower())
        reading = self._tape.obtain(key, lambda: self._ask(key, name))
        if reading.failure:
            raise NotEvaluated(
                f"{name} could not be looked up from {self._vantage}: {reading.failure}",
                "Check the name servers that this machine, or [views] in the environment file, names.",
                (key,),
            )
        answer = json.loads(reading.body)
        return Resolution(name, answer["exists"], tuple(answer["aliases"]), tuple(answer["addresses"]), key)

    def _ask(self, key: str, name: str) -> Reading:
        # dnspython costs a fifth of a second to import, and a replay needs none of it.
        from dns.exception import DNSException

        started, clock = utc_now(), time.monotonic()
        try:
            body, failure = json.dumps(self._look_up(name), sort_keys=True).encode(), ""
        except DNSException as error:
            body, failure = b"", f"{type(error).__name__}: {error}"
        return Reading(
            key=key,
            kind="dns",
            question=f"A and AAAA records of {name}, from {self._vantage}",
            started=started,
            elapsed_milliseconds=round((time.monotonic() - clock) * 1000),
            failure=failure,
            sha256=sha256(body) if body else "",
            body=body,
        )

    def _look_up(self, name: str) -> dict[str, object]:
        import dns.nameserver
        import dns.resolver

        resolver = dns.resolver.Resolver(configure=not self._view.nameservers)
        if self._view.nameservers:
            pairs = [server.rsplit(":", 1) for server in self._view.nameservers]
            resolver.nameservers = [dns.nameserver.Do53Nameserver(host.strip("[]"), int(port)) for host, port in pairs]
        resolver.lifetime = LIFETIME_SECONDS
        aliases: list[str] = []
        addresses: list[str] = []
        for kind in ("A", "AAAA"):
            try:
                answer = resolver.resolve(name, kind, raise_on_no_answer=False, search=False)
            except dns.resolver.NXDOMAIN as error:
                return {"exists": False, "aliases": _aliases_of_nothing(error), "addresses": []}
            for record_set in answer.chaining_result.cnames:
                aliases += [str(record.target).rstrip(".").lower() for record in record_set]
            addresses += [record.address for record in answer.rrset or ()]
        return {"exists": True, "aliases": list(dict.fromkeys(aliases)), "addresses": sorted(set(addresses))}


def _aliases_of_nothing(error: NXDOMAIN) -> list[str]:
    """Return the aliases that lead to a name which does not exist: it tells which zone lacks a record."""
    responses: dict[object, Message] = error.responses()  # type: ignore[no-untyped-call]  # the library types no such call
    records = [record_set for response in responses.values() for record_set in response.answer]
    targets = [str(record.target) for record_set in records for record in record_set if hasattr(record, "target")]
    return [target.rstrip(".").lower() for target in targets]
