"""From where the suite really looks: what the names of the services lead to, beside what the run says of itself.

One name that leads elsewhere is a finding about its service. Where not one of several leads where it should, the
machine stands elsewhere, or its resolver is another network's: nothing that it sees says anything of the deployment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assurance.environment import Environment
from assurance.environment.values import Vantage
from assurance.errors import NotEvaluated
from assurance.estate.estate import WAYS, Estate, read_once
from assurance.estate.network.packet_regions import is_private
from assurance.world.dns import Resolution

MIN_NAMES = 2
"""From as many names on they tell of the machine: one may be wrong by itself."""
LINKED = "If it does stand there, the zones are not linked to its network, or its resolver does not ask Azure (SEC-04)."


@dataclass(frozen=True, slots=True)
class VantageAsFound:
    """What the names of the services lead to from one vantage.

    Attributes:
        declared: The vantage that the run says it has.
        names: What each name leads to, of those that could be looked up.
    """

    declared: Vantage
    names: tuple[Resolution, ...]

    @property
    def doubt(self) -> NotEvaluated | None:
        """Why nothing can be judged from here; None where one name leads where it should, or only one is known.

        A name that leads nowhere from outside is told by its own flow.
        """
        private = [name for name in self.names if any(map(is_private, name.addresses))]
        public = [name for name in self.names if not all(map(is_private, name.addresses))]
        count = len(self.names)
        if count < MIN_NAMES or (private if self.declared == "inside" else public or not private):
            return None
        if private:
            return self._looks_like("inside", len(private), "a private address, none to a public one")
        if public:
            return self._looks_like("outside", len(public), "a public address, none to a private one")
        return NotEvaluated(
            f"None of the {count} service names resolves from inside: either nothing exists or this machine's resolver "
            "is not the network's.",
            f"Check the name servers that this machine, or [views] in the environment file, names. {LINKED}",
            self._cited,
        )

    def _looks_like(self, seen: Vantage, count: int, where: str) -> NotEvaluated:
        return NotEvaluated(
            f"Declared {self.declared}, looks like {seen}: {count} of {len(self.names)} service names lead to {where}.",
            f"Run it {WAYS[self.declared]}, or say --vantage {seen}.{f' {LINKED}' if seen == 'outside' else ''}",
            self._cited,
        )

    @property
    def _cited(self) -> tuple[str, ...]:
        return tuple(name.reading for name in self.names)


@read_once
def read_vantage(estate: Estate, vantage: Vantage) -> VantageAsFound:
    """Return what the names of all declared services lead to from a vantage; what nobody answers is left out."""
    resolutions: list[Resolution] = []
    for host in _hosts(estate.environment):
        try:
            resolutions.append(estate.resolvers[vantage].resolve(host))
        except NotEvaluated:
            continue
    return VantageAsFound(vantage, tuple(resolutions))


def refuse_other_vantage(estate: Estate, vantage: Vantage, resolution: Resolution) -> None:
    """Refuse to judge what a name leads to where all others too lead where they would from elsewhere.

    The others are asked only about a name that leads elsewhere itself.

    Raises:
        NotEvaluated: They do.
    """
    leads_inside = any(map(is_private, resolution.addresses))
    if leads_inside == (vantage == "inside"):
        return
    doubt = read_vantage(estate, vantage).doubt
    if doubt is not None:
        raise doubt


def doubted_vantages(estate: Estate, vantages: Iterable[Vantage]) -> list[str]:
    """Return a sentence for each vantage of a run from which nothing can be judged."""
    doubts = [read_vantage(estate, vantage).doubt for vantage in vantages if vantage in estate.vantage]
    return [doubt.reason for doubt in doubts if doubt is not None]


def _hosts(environment: Environment) -> list[str]:
    services = environment.services.values()
    hosts = {service.fqdn for service in services}
    hosts |= {endpoint.fqdn for service in services for endpoint in service.further_endpoints}
    hosts |= {more.fqdn for service in services for endpoint in service.endpoints for more in endpoint.names}
    return sorted(hosts)
