"""Services of kinds that are described and have no code of their own: by the table of kinds, or by the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from assurance.environment.kinds import DeclaredKind, DeclaredProperty, DeclaredRules, DemandedProperty
from assurance.errors import NotEvaluated
from assurance.estate.estate import Estate
from assurance.estate.resources.questions import Documents, One
from assurance.estate.resources.resource import Judgement, listed, name_of, only, shown, wrong_among
from assurance.estate.services.platform_service import SECURE_TLS, WithLeastTls
from assurance.verdicts import Fact
from assurance.world.azure.document import Document


@dataclass(frozen=True, slots=True)
class DescribedService(WithLeastTls):
    """A service, judged by the properties that are described of its kind.

    Attributes:
        kind: The description.
        child: Returns a resource under the service, such as `networkRuleSets/default`.
        collection: Returns all that hangs under the service by one name, such as `firewallRules`.
    """

    kind: DeclaredKind
    child: Callable[[str], One]
    collection: Callable[[str], Documents]

    @classmethod
    def read_described(cls, estate: Estate, key: str, kind: DeclaredKind) -> DescribedService:
        """Return the declared service of that key, found in the list of its kind."""
        service_id = estate.service_id(key)
        scope = service_id[: service_id.index("/providers/")]
        documents, readings = described_listing(estate, kind, scope)
        declared, endpoint_ids = estate.environment.services[key], estate.endpoint_ids(key)
        document = only(name_of(service_id), documents)
        child, collection = partial(_child, estate, kind, service_id), partial(_collection, estate, kind, service_id)
        networks = estate.network_ids()
        return cls(service_id, document, readings, declared, endpoint_ids, networks, kind, child, collection)

    @property
    def refuses_public_networks(self) -> Fact:
        """Whether public network access is explicitly Disabled; absent means enabled."""
        path = self.kind.public_access
        return self.text_is(path, "Disabled", _setting(self.id, path, "Disabled"), absent="absent, which means enabled")

    @property
    def refuses_local_authentication(self) -> Fact:
        """Whether only Microsoft Entra identities are accepted, as its kind says so.

        Raises:
            NotEvaluated: Its kind cannot say so.
        """
        if self.kind.entra_only is None:
            raise NotEvaluated(
                f"Nothing is described by which {self.kind.type} refuses keys and passwords.",
                "Describe it (entra_only of the kind), or say local_authentication = true of the service.",
                self.readings,
            )
        return self.has(self.kind.entra_only)

    @property
    def requires_modern_tls(self) -> Fact:
        """Whether TLS 1.2 or newer is explicitly the least that is accepted.

        Raises:
            NotEvaluated: Its kind has no such setting.
        """
        wanted = self.kind.least_tls
        if wanted is None:
            raise NotEvaluated(f"{self.kind.type} has no least TLS version that can be set.", "", self.readings)
        holder, readings = self._holder(wanted)
        name = _called(wanted)

        def modern(_: Document) -> Judgement:
            setting = holder.text(*wanted.property.split(".")) if holder is not None else None
            # MySQL lists the versions that it accepts.
            versions = (setting or "").casefold().split(",")
            return all(version.strip() in SECURE_TLS for version in versions), f"{name} is {setting or 'absent'}"

        return self.judge(f"{name} is 1.2 or newer", modern, _setting(self.id, name, "1.2"), readings)

    @property
    def admits_no_address(self) -> Fact:
        """Whether no rule lets an address in."""
        rules, readings = self._rules(self.kind.address_rules)
        addresses = [_told(rule) for rule in rules]
        observed = (
            f"lets in {listed(addresses)}" if self.kind.address_rules is not None else "its kind has no such rules"
        )
        remedy = f"Remove these rules of {self.id}."
        return self.judge("no IP or firewall rule", lambda _: (not addresses, observed), remedy, readings)

    @property
    def admits_no_network(self) -> Fact:
        """Whether no rule lets in a subnet of another network, but those that are permitted."""
        described = self.kind.network_rules
        rules, readings = self._rules(described)
        path = described.subnet.split(".") if described is not None else []
        wrong = wrong_among(rules, lambda rule: self._subnet_told(rule, *path))
        observed = f"lets in {listed(wrong)}" if described is not None else "its kind has no such rules"
        remedy = "Remove the rule, or add the subnet to permitted_subnets of the service in the environment file."
        return self.judge("no subnet of another network is let in", lambda _: (not wrong, observed), remedy, readings)

    def has(self, demanded: DemandedProperty) -> Fact:
        """Whether a property explicitly has the value that its kind demands."""
        holder, readings = self._holder(demanded)
        name, wanted = _called(demanded), demanded.equals
        path = demanded.property.split(".")

        def judged(_: Document) -> Judgement:
            if holder is None:
                return False, f"{name} is absent"
            if isinstance(wanted, bool):
                return holder.flag(*path) is wanted, f"{name} is {shown(holder.flag(*path))}"
            value = holder.text(*path)
            return (value or "").casefold() == wanted.casefold(), f"{name} is {shown(value)}"

        return self.judge(f"{name} is {shown(wanted)}", judged, _setting(self.id, name, shown(wanted)), readings)

    def has_sku(self, name: str) -> Fact:
        """Whether its SKU is that one."""
        return self._sku_is(self.kind.sku, name)

    def _holder(self, described: DeclaredProperty) -> One:
        """Return what has a property: the service, or what hangs under it."""
        if described.child is None or self.document is None:
            return self.document, self.readings
        return self.child(described.child)

    def _rules(self, described: DeclaredRules | None) -> Documents:
        if described is None or self.document is None:
            return (), ()
        if described.collection is not None:
            return self.collection(described.collection)
        holder, readings = self.child(described.child) if described.child is not None else (self.document, ())
        return (holder.items(*(described.property or "").split(".")) if holder is not None else ()), readings


@dataclass(frozen=True, slots=True)
class DemandOfKind:
    """A property that a service must have because its kind demands it."""

    service: DescribedService
    demanded: DemandedProperty

    @property
    def holds(self) -> Fact:
        """Whether the service has it."""
        return self.service.has(self.demanded)


def described_listing(estate: Estate, kind: DeclaredKind, group_id: str) -> Documents:
    """Return all services of a described kind in a resource group."""
    return estate.questions.all_at(f"{group_id}/providers/{kind.type}", group_id, kind.api_version)


def closing(kind: DeclaredKind, service_id: str) -> str:
    """Return the command that disables public network access."""
    return _setting(service_id, kind.public_access, "Disabled")


def _child(estate: Estate, kind: DeclaredKind, service_id: str, child: str) -> One:
    return estate.questions.one_at(f"{service_id}/{child}", kind.api_version)


def _collection(estate: Estate, kind: DeclaredKind, service_id: str, name: str) -> Documents:
    return estate.questions.all_at(f"{service_id}/{name}", service_id, kind.api_version)


def _called(described: DeclaredProperty) -> str:
    name = described.property.removeprefix("properties.")
    return f"{described.child}: {name}" if described.child is not None else name


def _setting(service_id: str, name: str, value: str) -> str:
    child, _, path = name.rpartition(": ")
    where = f"{service_id}/{child}" if child else service_id
    full = path if path.startswith(("properties.", "sku.")) else f"properties.{path}"
    return f"az resource update --ids {where} --set {full}={value}"


def _told(rule: Document) -> str:
    """Return a rule in one line: its name if it has one, and what it says."""
    said = rule.within("properties")
    values = said.values if said is not None else rule.values
    return f"{rule.text('name') or 'a rule'} ({json.dumps(dict(values), sort_keys=True)})"
