"""What stands before the application in its network: an Application Gateway, an API Management."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar
from urllib.parse import urlsplit

from assurance.environment.container_apps import DeclaredGateway
from assurance.estate.deployment.container_environment import ContainerEnvironment, read_container_environment
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.questions import Documents
from assurance.estate.resources.resource import Judgement, Part, Resource, listed, named, same_id, shown, wrong_among
from assurance.verdicts import Fact
from assurance.world.azure.document import Document


@dataclass(frozen=True, slots=True)
class Gateway(Resource):
    """What stands before the application in its network, and reaches it by a name or an address.

    Attributes:
        API_VERSION: By which version of its provider's API it is asked for.
        subnet_id: The id of the subnet in which it must stand.
        environment: The Container Apps environment to which it must lead.
    """

    API_VERSION: ClassVar[str]

    subnet_id: str
    environment: ContainerEnvironment

    def leads_here(self, host: str | None) -> bool:
        """Tell whether a host name or an address is one of the environment."""
        document, name = self.environment.document, (host or "").casefold()
        if document is None or not name:
            return False
        domain = (document.text("properties", "defaultDomain") or "").casefold()
        return (bool(domain) and name.endswith(f".{domain}")) or name == document.text("properties", "staticIp")


@dataclass(frozen=True, slots=True)
class ApplicationGateway(Gateway):
    """An Application Gateway (Microsoft.Network/applicationGateways)."""

    API_VERSION: ClassVar[str] = "2024-05-01"
    # "Application Gateway TLS policy overview": those predefined policies that accept TLS 1.2 at least.
    MODERN_POLICIES: ClassVar[frozenset[str]] = frozenset(
        {"appgwsslpolicy20170401s", "appgwsslpolicy20220101", "appgwsslpolicy20220101s"}
    )
    MODERN_VERSIONS: ClassVar[frozenset[str]] = frozenset({"tlsv1_2", "tlsv1_3"})

    @property
    def is_in_its_subnet(self) -> Fact:
        """Whether it stands in the declared subnet, and nowhere else."""

        def within(document: Document) -> Judgement:
            places = [
                configuration.text("properties", "subnet", "id") or ""
                for configuration in document.items("properties", "gatewayIPConfigurations")
            ]
            return bool(places) and all(
                same_id(place, self.subnet_id) for place in places
            ), f"stands in {listed(places)}"

        return self.judge(f"stands in {self.subnet_id}", within, "Deploy it again into the declared subnet.")

    @property
    def leads_to_the_application(self) -> Fact:
        """Whether a rule leads to the environment, and each that does goes over HTTPS."""

        def led(document: Document) -> Judgement:
            leading = [settings for pool, settings in _backends(document) if self._is_mine(document, pool)]
            settings = {
                _key(settings.id): settings
                for settings in document.items("properties", "backendHttpSettingsCollection")
            }
            protocols = [
                backend_settings.text("properties", "protocol")
                for key in leading
                if (backend_settings := settings.get(_key(key)))
            ]
            holds = (
                bool(leading)
                and len(protocols) == len(leading)
                and {(protocol or "").casefold() for protocol in protocols} == {"https"}
            )
            return holds, f"reaches it over {listed(map(shown, protocols))}" if leading else "no rule leads to it"

        remedy = (
            f"az network application-gateway http-settings update {_of_gateway(self.id)} --name NAME --protocol Https"
        )
        return self.judge("leads to the environment, over HTTPS only", led, remedy, self.environment.readings)

    @property
    def refuses_plain_http(self) -> Fact:
        """Whether each of its listeners speaks TLS, or does nothing but redirect."""

        def refused(document: Document) -> Judgement:
            rules = document.items("properties", "requestRoutingRules")
            serving = {
                _key(rule.text("properties", "httpListener", "id"))
                for rule in rules
                if rule.within("properties", "redirectConfiguration") is None
            }
            listeners = document.items("properties", "httpListeners")
            plain = [
                listener.name
                for listener in listeners
                if (listener.text("properties", "protocol") or "").casefold() not in {"https", "tls"}
                and _key(listener.id) in serving
            ]
            return bool(listeners) and not plain, f"plain HTTP: {listed(plain, 'none' if listeners else 'no listener')}"

        remedy = "Let the rule of that listener redirect to one that speaks HTTPS, or remove both."
        return self.judge("no listener serves plain HTTP", refused, remedy)

    @property
    def requires_modern_tls(self) -> Fact:
        """Whether its TLS policy is explicitly one of TLS 1.2 or newer."""

        def modern(document: Document) -> Judgement:
            name = document.text("properties", "sslPolicy", "policyName")
            least = document.text("properties", "sslPolicy", "minProtocolVersion")
            holds = (name or "").casefold() in self.MODERN_POLICIES or (least or "").casefold() in self.MODERN_VERSIONS
            return holds, f"policyName is {shown(name)}, minProtocolVersion is {shown(least)}"

        remedy = f"az network application-gateway ssl-policy set {_of_gateway(self.id)} --name AppGwSslPolicy20220101S"
        return self.judge("the TLS policy accepts 1.2 or newer only", modern, remedy)

    def _is_mine(self, document: Document, pool_id: str) -> bool:
        pools = document.items("properties", "backendAddressPools")
        addresses = [
            address
            for pool in pools
            if _key(pool.id) == _key(pool_id)
            for address in pool.items("properties", "backendAddresses")
        ]
        return any(self.leads_here(address.text("fqdn") or address.text("ipAddress")) for address in addresses)


@dataclass(frozen=True, slots=True)
class ApiManagement(Gateway):
    """An API Management service (Microsoft.ApiManagement/service).

    Attributes:
        apis: Its APIs, and its backends.
    """

    API_VERSION: ClassVar[str] = "2022-08-01"
    OLD_PROTOCOLS: ClassVar[tuple[str, ...]] = tuple(
        f"Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.{name}"
        for name in ("Tls10", "Tls11", "Ssl30")
    )

    apis: Part[Documents]

    @property
    def parts(self) -> tuple[Part[object], ...]:
        """Its APIs and backends."""
        return (self.apis,) if self.document is not None else ()

    @property
    def is_in_its_subnet(self) -> Fact:
        """Whether it stands in the declared subnet."""
        path = "properties.virtualNetworkConfiguration.subnetResourceId"
        return self.id_is(path, self.subnet_id, "stands in", "Deploy it again into the declared subnet.")

    @property
    def leads_to_the_application(self) -> Fact:
        """Whether an API or a backend leads to the environment, and each that does goes over HTTPS."""
        apis, readings = self.apis() if self.document is not None else ((), ())
        urls = [api.text("properties", "serviceUrl") or api.text("properties", "url") or "" for api in apis]
        leading = [url for url in urls if self.leads_here(urlsplit(url).hostname)]
        plain = [url for url in leading if not url.casefold().startswith("https://")]
        observed = f"leads to {listed(leading)}" if leading else "no API and no backend leads to it"
        remedy = "Give the API, or its backend, the application's address, with https://."
        return self.judge(
            "leads to the environment, over HTTPS only",
            lambda _: (bool(leading) and not plain, observed),
            remedy,
            (*readings, *self.environment.readings),
        )

    @property
    def refuses_plain_http(self) -> Fact:
        """Whether none of its APIs can be called over plain HTTP; an API that does not tell takes HTTPS only."""
        apis, readings = self.apis() if self.document is not None else ((), ())
        plain = wrong_among(apis, lambda api: api.name if "http" in api.texts("properties", "protocols") else None)
        observed = f"over plain HTTP: {listed(plain, 'none')}"
        remedy = "az apim api update --service-name NAME --api-id API --protocols https"
        return self.judge("no API is served over plain HTTP", lambda _: (not plain, observed), remedy, readings)

    @property
    def requires_modern_tls(self) -> Fact:
        """Whether the older protocols are explicitly off for callers; the v2 tiers know none of them."""

        def modern(document: Document) -> Judgement:
            if (document.text("sku", "name") or "").casefold().endswith("v2"):
                return True, f"the tier {document.text('sku', 'name')} accepts nothing older"
            settings = document.within("properties", "customProperties")
            settings_by_protocol = {
                name: settings.text(name) if settings is not None else None for name in self.OLD_PROTOCOLS
            }
            on = [
                name.rpartition(".")[2]
                for name, value in settings_by_protocol.items()
                if (value or "").casefold() != "false"
            ]
            return not on, f"not off: {listed(on, 'none')}"

        remedy = f"az apim update {named(self.id)} --set customProperties.'{self.OLD_PROTOCOLS[0]}'=false"
        return self.judge("SSL 3.0, TLS 1.0 and TLS 1.1 are off", modern, remedy)


def read_application_gateway(estate: Estate, declared: DeclaredGateway) -> ApplicationGateway:
    """Return the declared Application Gateway."""
    return ApplicationGateway(*_read_gateway(estate, declared, ApplicationGateway))


def read_api_management(estate: Estate, declared: DeclaredGateway) -> ApiManagement:
    """Return the declared API Management."""
    gateway = _read_gateway(estate, declared, ApiManagement)
    return ApiManagement(*gateway, partial(_apis, estate, gateway[0]))


@read_once
def _read_gateway(
    estate: Estate, declared: DeclaredGateway, kind: type[Gateway]
) -> tuple[str, Document | None, tuple[str, ...], str, ContainerEnvironment]:
    gateway_id = estate.gateway_id(declared)
    answer = estate.questions.one_at(gateway_id, kind.API_VERSION)
    return (gateway_id, *answer, estate.subnet_id(declared.subnet), read_container_environment(estate))


def _apis(estate: Estate, service_id: str) -> Documents:
    lists = [
        estate.questions.all_at(f"{service_id}/{name}", service_id, ApiManagement.API_VERSION)
        for name in ("apis", "backends")
    ]
    return tuple(document for documents, _ in lists for document in documents), tuple(
        reading for _, cited in lists for reading in cited
    )


def _backends(gateway: Document) -> Iterator[tuple[str, str]]:
    """Give the pool and the settings of everything that the gateway's rules lead to."""
    held: list[Document] = [*gateway.items("properties", "requestRoutingRules")]
    for path_map in gateway.items("properties", "urlPathMaps"):
        held += path_map.items("properties", "pathRules")
        yield (
            path_map.text("properties", "defaultBackendAddressPool", "id") or "",
            path_map.text("properties", "defaultBackendHttpSettings", "id") or "",
        )
    for rule in held:
        yield (
            rule.text("properties", "backendAddressPool", "id") or "",
            rule.text("properties", "backendHttpSettings", "id") or "",
        )


def _key(resource_id: str | None) -> str:
    return (resource_id or "").casefold().rstrip("/")


def _of_gateway(resource_id: str) -> str:
    return named(resource_id).replace("--name", "--gateway-name")
