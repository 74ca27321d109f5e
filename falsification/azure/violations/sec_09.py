"""SEC-09: ways in which a service is not reached by its private address, or is reached from outside."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from http import HTTPStatus

from assurance.world.sockets import Connection
from falsification.azure.changes import Violation, all_of, connects_inside, connects_outside, names, unknown_name
from falsification.azure.violations.sec_private_link import NAMES
from falsification.azure.world import STRANGERS_ADDRESS, Change, World, answered

THROUGH = "test_name_resolves_through_the_private_zone"
TO = "test_name_resolves_to_the_private_endpoint"
OPENS = "test_connection_opens_from_inside"
CLOSED = "test_service_is_closed_from_outside"

SERVICES = ("sql", "storage", "openai", "document_intelligence", "key_vault")
TALKERS = SERVICES[1:]


def _of(name: str, wrong: str, check: str, change: Change) -> Violation:
    return Violation(name, wrong, change, ("SEC-09",), check)


def _told(service: str) -> str:
    return service.replace("_", "-")


def _alias(service: str) -> str:
    zone, record = NAMES[_told(service)]
    return f"{record}.{zone}"


def _anonymous(service: str) -> Change:
    """Return the change that lets a service answer strangers from outside as it does from inside."""

    def change(world: World) -> None:
        world.connect_outside(service, answered(world.services[service], world.azure.parameters["tenant_id"]))

    return change


def _leads_to_the_public_address(service: str) -> Change:
    """Return the change that lets a name lead, inside, where it leads outside."""

    def change(world: World) -> None:
        world.inside.names[world.services[service].fqdn] = world.outside_name(service)
        one = world.services[service]
        world.inside.connections[f"{one.public_address}:{one.port}"] = Connection("open")

    return change


_NAMES = (
    *(_of(f"{_told(service)}-unknown-inside", f"From inside, the name of {service} does not exist.", TO, unknown_name("inside", service))
      for service in SERVICES),
    *(_of(f"{_told(service)}-public-inside", f"From inside, the name of {service} leads to its public address.", TO,
          _leads_to_the_public_address(service)) for service in SERVICES),
    _of("only-one-private-inside", "From inside, every name but the vault's leads to its public address.", TO,
        all_of(*map(_leads_to_the_public_address, SERVICES[:-1]))),
    _of("only-one-known-inside", "From inside, no name exists but the vault's.", TO,
        all_of(*(unknown_name("inside", service) for service in SERVICES[:-1]))),
    _of("alias-missing", "From inside, the name has the right address without the private alias.", THROUGH,
        names("inside", "sql", addresses=("10.0.2.4",))),
    _of("alias-in-another-zone", "From inside, the alias is in another service's zone.", THROUGH,
        names("inside", "openai", "openai-apex-{environment}.privatelink.cognitiveservices.azure.com", addresses=("10.0.2.6",))),
    _of("alias-in-a-zone-of-similar-name", "From inside, the alias only ends like the zone.", THROUGH,
        names("inside", "key_vault", "kv.notprivatelink.vaultcore.azure.net", addresses=("10.0.2.8",))),
    _of("alias-beyond-the-zone", "From inside, the alias has the zone's name within another domain.", THROUGH,
        names("inside", "storage", "x.privatelink.blob.core.windows.net.evil.example", addresses=("10.0.2.5",))),
    _of("address-stale", "From inside, the name has a private address that is not the endpoint's.", TO,
        names("inside", "storage", _alias("storage"), addresses=("10.0.2.55",))),
    _of("address-of-another-endpoint", "From inside, the name has another endpoint's address.", TO,
        names("inside", "openai", _alias("openai"), addresses=("10.0.2.7",))),
    _of("address-and-a-public-one", "From inside, the name has the right address and a public one.", TO,
        names("inside", "key_vault", _alias("key_vault"), addresses=("10.0.2.8", STRANGERS_ADDRESS))),
    _of("address-and-an-ipv6-one", "From inside, the name has a public IPv6 address as well.", TO,
        names("inside", "sql", _alias("sql"), addresses=("10.0.2.4", "2603:1030::4"))),
    _of("address-missing", "From inside, the name exists without an address.", TO, names("inside", "sql", _alias("sql"), addresses=())),
)  # fmt: skip

_INSIDE = (
    *(_of(f"{_told(service)}-refused-inside", f"From inside, {service} refuses connections.", OPENS, connects_inside(service, Connection("refused")))
      for service in SERVICES),
    _of("dropped-inside", "From inside, packets are dropped.", OPENS, connects_inside("sql", Connection("timed out"))),
    _of("unreachable-inside", "From inside, there is no route.", OPENS, connects_inside("key_vault", Connection("unreachable"))),
    _of("certificate-of-another-name", "From inside, the certificate is for another name.", OPENS,
        connects_inside("storage", Connection("open", tls_failure="Hostname mismatch, certificate is not valid"))),
    _of("certificate-expired", "From inside, the certificate has expired.", OPENS,
        connects_inside("openai", Connection("open", tls_failure="certificate has expired"))),
    _of("certificate-of-a-stranger", "From inside, nobody known has signed the certificate.", OPENS,
        connects_inside("key_vault", Connection("open", tls_failure="self-signed certificate"))),
    _of("silent-inside", "From inside, the connection opens and TLS does not.", OPENS,
        connects_inside("document_intelligence", Connection("open", tls_failure="TimeoutError"))),
)  # fmt: skip

_OUTSIDE = (
    *(_of(f"{_told(service)}-open-outside", f"From outside, {service} answers.", CLOSED,
          connects_outside(service, Connection("open", http_status=HTTPStatus.OK, http_body="{}"))) for service in TALKERS),
    *(_of(f"{_told(service)}-asks-for-sign-in-outside", f"From outside, {service} asks for a sign-in instead of refusing.", CLOSED,
          _anonymous(service)) for service in ("storage", "openai", "document_intelligence")),
    _of("vault-challenges-outside", "From outside, the vault challenges instead of refusing.", CLOSED,
        connects_outside("key_vault", Connection("open", http_status=HTTPStatus.UNAUTHORIZED, http_body='{"error":{"code":"Unauthorized"}}'))),
    _of("forbidden-for-another-reason", "From outside, a 403 is about rights, not about the network.", CLOSED,
        connects_outside("storage", Connection("open", http_status=HTTPStatus.FORBIDDEN, http_body="AuthorizationPermissionMismatch"))),
    _of("forbidden-without-a-word", "From outside, a 403 gives no reason.", CLOSED,
        connects_outside("openai", Connection("open", http_status=HTTPStatus.FORBIDDEN))),
    _of("refusal-with-status-200", "From outside, a page that is served speaks of disabled access.", CLOSED,
        connects_outside("openai", Connection("open", http_status=HTTPStatus.OK, http_body="Public access is disabled."))),
    _of("server-error-outside", "From outside, the service fails, having let the connection in.", CLOSED,
        connects_outside("document_intelligence", Connection("open", http_status=HTTPStatus.INTERNAL_SERVER_ERROR, http_body="error"))),
    _of("second-address-open-outside", "From outside, the name has a second address, which answers.", CLOSED,
        lambda world: _second_address(world)),
)  # fmt: skip


def _second_address(world: World) -> None:
    world.outside_name("key_vault").addresses.append(STRANGERS_ADDRESS)
    world.outside.connections[f"{STRANGERS_ADDRESS}:443"] = Connection(
        "open", http_status=HTTPStatus.UNAUTHORIZED, http_body="{}"
    )


VIOLATIONS = (*_NAMES, *_INSIDE, *_OUTSIDE)
