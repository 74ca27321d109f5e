"""DNS and the listeners of the stand-ins."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any

import dns.message
import dns.query
import dns.rcode
import dns.resolver
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.core.pipeline.transport import RequestsTransport
from azure.keyvault.secrets import SecretClient
from azure.keyvault.secrets._shared import HttpChallengeCache
from requests import PreparedRequest, Session
from requests.adapters import HTTPAdapter

from sandbox import AzureEstate, Fault, Sandbox
from sandbox.network.dns import DnsServer, DnsView
from sandbox.network.listeners import PlatformService, View, platform_services

SERVICES = platform_services(AzureEstate.load("sandbox"))
VAULT = next(service for service in SERVICES if service.key == "key_vault")


@pytest.fixture
def server() -> Iterator[DnsServer]:
    """A DNS server with both views."""
    running = DnsServer(SERVICES)
    running.start()
    yield running
    running.stop()


def _resolver(view: DnsView) -> dns.resolver.Resolver:
    host, _, port = view.address.partition(":")
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.lifetime = [host], int(port), 2.0
    return resolver


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.key)
@pytest.mark.parametrize("over_tcp", [False, True], ids=["udp", "tcp"])
def test_views_differ(server: DnsServer, service: PlatformService, over_tcp: bool) -> None:
    """A service's name leads over its privatelink name to the private address inside, to the public one outside."""
    inside = _resolver(server.inside).resolve(service.fqdn, "A", tcp=over_tcp)
    outside = _resolver(server.outside).resolve(service.fqdn, "A", tcp=over_tcp)
    assert [record.to_text() for record in inside] == [service.private_address]
    assert [record.to_text() for record in outside] == [service.public_address]
    for answer in (inside, outside):
        first = answer.response.answer[0]
        assert first.to_text().split() == [f"{service.fqdn}.", "10", "IN", "CNAME", f"{service.private_name}."]
    assert len(inside.chaining_result.cnames) == 1
    assert len(outside.chaining_result.cnames) == 1 + len(service.public_aliases)


def test_an_unknown_name_does_not_exist(server: DnsServer) -> None:
    """Any other name is NXDOMAIN."""
    with pytest.raises(dns.resolver.NXDOMAIN):
        _resolver(server.inside).resolve("example.vault.azure.net", "A")


def test_there_is_no_ipv6(server: DnsServer) -> None:
    """A service's name exists but has no AAAA record."""
    with pytest.raises(dns.resolver.NoAnswer):
        _resolver(server.inside).resolve(VAULT.fqdn, "AAAA")


def test_names_compare_without_case(server: DnsServer) -> None:
    """Casing in a question does not matter."""
    assert [str(one) for one in _resolver(server.inside).resolve(VAULT.fqdn.upper(), "A")] == [VAULT.private_address]


def test_a_name_can_be_pointed_elsewhere(server: DnsServer) -> None:
    """One call makes a name lead to other addresses, one removes it."""
    server.inside.point(VAULT.fqdn, "203.0.113.9", "203.0.113.10")
    resolver = _resolver(server.inside)
    assert {str(one) for one in resolver.resolve(VAULT.fqdn, "A")} == {"203.0.113.9", "203.0.113.10"}
    server.inside.remove(VAULT.fqdn)
    with pytest.raises(dns.resolver.NXDOMAIN):
        resolver.resolve(VAULT.fqdn, "A")


def test_an_alias_without_address_does_not_exist(server: DnsServer) -> None:
    """A privatelink name whose record is gone is NXDOMAIN behind its alias, as in a zone without the record."""
    server.inside.remove(VAULT.private_name)
    with pytest.raises(dns.resolver.NXDOMAIN):
        _resolver(server.inside).resolve(VAULT.fqdn, "A")


def test_an_alias_loop_ends(server: DnsServer) -> None:
    """Aliases that run in a circle are answered once and have no address."""
    server.inside.aliases["a.example"], server.inside.aliases["b.example"] = "b.example", "a.example"
    query = dns.message.make_query("a.example", "A")
    host, _, port = server.inside.address.partition(":")
    answer = dns.query.udp(query, host, port=int(port), timeout=2)
    assert [rrset.name.to_text() for rrset in answer.answer] == ["a.example.", "b.example."]


def test_a_server_failure(server: DnsServer) -> None:
    """A name can be made to fail with a response code."""
    server.inside.fail(VAULT.fqdn, "SERVFAIL")
    query = dns.message.make_query(VAULT.fqdn, "A")
    host, _, port = server.inside.address.partition(":")
    assert dns.query.udp(query, host, port=int(port), timeout=2).rcode() == dns.rcode.SERVFAIL


def test_silence(server: DnsServer) -> None:
    """A name can be made to get no answer."""
    server.inside.fail(VAULT.fqdn, "silent")
    resolver = _resolver(server.inside)
    resolver.lifetime = 0.3
    with pytest.raises(dns.resolver.LifetimeTimeout):
        resolver.resolve(VAULT.fqdn, "A")
    assert f"{VAULT.fqdn} A" in server.inside.queries


def test_a_long_answer_moves_to_tcp(server: DnsServer) -> None:
    """What does not fit into a datagram is announced as cut short, and complete over TCP."""
    addresses = [f"203.0.113.{number}" for number in range(1, 60)]
    server.inside.point("many.example", *addresses)
    host, _, port = server.inside.address.partition(":")
    query = dns.message.make_query("many.example", "A")
    answer, used_tcp = dns.query.udp_with_fallback(query, host, port=int(port), timeout=2)
    assert used_tcp
    assert len(answer.answer[0]) == len(addresses)


def test_garbage_is_ignored(server: DnsServer) -> None:
    """What is no DNS message is not answered and does no harm."""
    host, _, port = server.inside.address.partition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"not a message", (host, int(port)))
    assert [str(one) for one in _resolver(server.inside).resolve(VAULT.fqdn, "A")] == [VAULT.private_address]


VIEWS: tuple[View, ...] = ("inside", "outside")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of its own for each test, since tests change the listeners."""
    with Sandbox() as running:
        yield running


def _service(sandbox: Sandbox, key: str) -> PlatformService:
    return next(service for service in platform_services(sandbox.estate) if service.key == key)


def _dial(sandbox: Sandbox, view: View, key: str, timeout_seconds: float = 2.0) -> socket.socket:
    """Connect as a suite does that has resolved the service's name in this view."""
    service = _service(sandbox, key)
    address = service.private_address if view == "inside" else service.public_address
    host, _, port = sandbox.listeners.connect(view)[f"{address}:{service.port}"].partition(":")
    return socket.create_connection((host, int(port)), timeout=timeout_seconds)


def _handshake(sandbox: Sandbox, view: View, key: str) -> ssl.SSLSocket:
    trusted = ssl.create_default_context(cafile=str(sandbox.authority.path))
    return trusted.wrap_socket(_dial(sandbox, view, key), server_hostname=_service(sandbox, key).fqdn)


def _get(sandbox: Sandbox, view: View, key: str) -> tuple[int, str, Mapping[str, str]]:
    service = _service(sandbox, key)
    connection = http.client.HTTPSConnection(service.fqdn, service.port)
    connection.sock = _handshake(sandbox, view, key)
    connection.request("GET", "/")
    response = connection.getresponse()
    text = response.read().decode("utf-8-sig")
    connection.close()
    return response.status, text, dict(response.getheaders())


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("key", ["storage", "openai", "document_intelligence", "key_vault"])
def test_certificates_are_for_the_services_names(sandbox: Sandbox, view: View, key: str) -> None:
    """TLS is verified against the service's own name, in either view."""
    with _handshake(sandbox, view, key) as connection:
        certificate = connection.getpeercert() or {}
        assert ("DNS", _service(sandbox, key).fqdn) in tuple(certificate["subjectAltName"])
        assert connection.version() in ("TLSv1.2", "TLSv1.3")


@pytest.mark.parametrize(
    ("key", "status", "part"),
    [
        ("storage", 401, "<Code>NoAuthenticationInformation</Code>"),
        ("openai", 404, "Resource not found"),
        ("document_intelligence", 404, "Resource not found"),
        ("key_vault", 401, "AKV10000"),
    ],
)
def test_inside_answers_as_the_service_does_to_strangers(sandbox: Sandbox, key: str, status: int, part: str) -> None:
    """Through the private endpoint a service answers, and asks for credentials."""
    answered, text, _ = _get(sandbox, "inside", key)
    assert answered == status
    assert part in text


@pytest.mark.parametrize(
    ("key", "part"),
    [
        (
            "storage",
            "<Code>AuthorizationFailure</Code><Message>This request is not authorized to perform this operation.",
        ),
        ("openai", '"message":"Public access is disabled. Please configure private endpoint."'),
        ("document_intelligence", '"code":"AccessDenied"'),
        ("key_vault", '"innererror":{"code":"ForbiddenByConnection"}'),
    ],
)
def test_outside_is_refused_by_every_service(sandbox: Sandbox, key: str, part: str) -> None:
    """From the Internet TLS completes and the answer is 403, in the service's own words."""
    status, text, _ = _get(sandbox, "outside", key)
    assert status == 403
    assert part in text


def test_sql_is_open_inside_and_closed_outside(sandbox: Sandbox) -> None:
    """SQL accepts connections through the private endpoint, and refuses them from the Internet."""
    with _dial(sandbox, "inside", "sql") as connection:
        connection.sendall(b"\x12\x01")
    with pytest.raises(ConnectionRefusedError):
        _dial(sandbox, "outside", "sql")


def test_a_listener_keeps_its_port_through_closing_and_opening(sandbox: Sandbox) -> None:
    """Closed, a port is refused; opened again, the same port answers."""
    before = sandbox.listeners.connect("inside")
    sandbox.listeners.inside["key_vault"].close()
    with pytest.raises(ConnectionRefusedError):
        _dial(sandbox, "inside", "key_vault")
    sandbox.listeners.inside["key_vault"].open()
    assert _get(sandbox, "inside", "key_vault")[0] == 401
    assert sandbox.listeners.connect("inside") == before


def test_a_public_port_can_be_opened(sandbox: Sandbox) -> None:
    """SQL can be made to accept connections from the Internet."""
    sandbox.listeners.outside["sql"].open()
    with _dial(sandbox, "outside", "sql") as connection:
        assert connection.getpeername()[0] == "127.0.0.1"


def test_a_silent_listener_accepts_and_says_nothing(sandbox: Sandbox) -> None:
    """The connection is made, and the handshake runs into its time-out."""
    sandbox.listeners.inside["storage"].silence()
    connection = _dial(sandbox, "inside", "storage", timeout_seconds=0.3)
    trusted = ssl.create_default_context(cafile=str(sandbox.authority.path))
    with connection, pytest.raises(TimeoutError):
        trusted.wrap_socket(connection, server_hostname=_service(sandbox, "storage").fqdn)


def test_an_ignoring_listener_lets_connections_time_out(sandbox: Sandbox) -> None:
    """No connection is made and none is refused; afterwards the port can be opened again."""
    sandbox.listeners.outside["sql"].ignore()
    with pytest.raises(TimeoutError):
        _dial(sandbox, "outside", "sql", timeout_seconds=0.4)
    sandbox.listeners.outside["sql"].open()
    with _dial(sandbox, "outside", "sql") as connection:
        assert connection.fileno() >= 0


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"names": ("wrong.example",)}, "Hostname mismatch"),
        ({"expired": True}, "certificate has expired"),
        ({"trusted": False}, "unable to get local issuer certificate|certificate signature failure"),
    ],
)
def test_a_wrong_certificate(sandbox: Sandbox, options: dict[str, Any], reason: str) -> None:
    """A certificate for another name, past its time, or of an unknown authority is presented on demand."""
    names = options.pop("names", ())
    sandbox.listeners.inside["openai"].present(*names, **options)
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        _handshake(sandbox, "inside", "openai")
    sandbox.listeners.inside["openai"].present()
    _handshake(sandbox, "inside", "openai").close()


def test_another_answer(sandbox: Sandbox) -> None:
    """A listener can be made to answer as a service that is open to the Internet does."""
    sandbox.listeners.outside["openai"].answer(200, b'{"data":[]}', {"x-note": "open"})
    status, text, headers = _get(sandbox, "outside", "openai")
    assert (status, text, headers["x-note"]) == (200, '{"data":[]}', "open")


def test_sql_has_no_http_answer(sandbox: Sandbox) -> None:
    """A certificate or an answer for a listener without TLS is an error."""
    with pytest.raises(TypeError, match="does not speak HTTPS"):
        sandbox.listeners.inside["sql"].answer(200)


class _Dialer(HTTPAdapter):
    """Connects to the sandbox's listener and verifies the certificate against the name that was asked for."""

    def __init__(self, address: str, name: str) -> None:
        super().__init__()
        self._address, self._name = address, name

    def build_connection_pool_key_attributes(
        self,
        request: PreparedRequest,
        verify: bool | str,
        cert: Any = None,  # noqa: ANN401 - the signature of requests
    ) -> tuple[Any, Any]:
        """The pool to take the connection from: the listener's address with the service's name."""
        host_parameters, pool_arguments = super().build_connection_pool_key_attributes(request, verify, cert)
        host, _, port = self._address.partition(":")
        return (
            {**host_parameters, "host": host, "port": int(port)},
            {**pool_arguments, "server_hostname": self._name, "assert_hostname": self._name},
        )


class _FixedToken:
    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:  # noqa: ANN401 - azure-core's protocol
        return AccessToken(self._token, 4102444800)


def _secret_client(sandbox: Sandbox, view: View, token: str) -> SecretClient:
    name = _service(sandbox, "key_vault").fqdn
    session = Session()
    session.mount("https://", _Dialer(sandbox.listeners.connect(view)[f"{name}:443"], name))
    transport = RequestsTransport(session=session, session_owner=False, connection_verify=str(sandbox.authority.path))
    return SecretClient(
        f"https://{name}",
        _FixedToken(token),
        transport=transport,
        retry_total=0,
    )


def test_secret_names_are_listed_inside(sandbox: Sandbox) -> None:
    """After the challenge the client lists the four names, all enabled, and no value."""
    # The client remembers, for the whole process, how a vault of this name has challenged.
    HttpChallengeCache.clear()
    secrets = list(_secret_client(sandbox, "inside", sandbox.token).list_properties_of_secrets())
    assert {secret.name for secret in secrets} == {
        "APPLICATION-INSIGHTS-CONNECTION-STRING",
        "AZURE-AD-CLIENT-SECRET",
        "AZURE-OPENAI-API-KEY",
        "AZURE-SQL-CONNECTION-STRING",
    }
    assert all(secret.enabled for secret in secrets)
    assert {secret.vault_url for secret in secrets} == {f"https://{_service(sandbox, 'key_vault').fqdn}"}
    assert [method for method, _ in sandbox.key_vault.requests_served] == ["GET", "GET", "GET"]


def test_more_secrets_come_in_pages(sandbox: Sandbox) -> None:
    """Key Vault's pages hold 25 names; their links name the vault."""
    template = sandbox.estate.secrets[0]
    sandbox.estate.secrets[:] = [{**template, "id": f"{template['id']}-{number}"} for number in range(60)]
    secrets = list(_secret_client(sandbox, "inside", sandbox.token).list_properties_of_secrets())
    assert len({secret.name for secret in secrets}) == 60


def test_a_secrets_value_is_never_given(sandbox: Sandbox) -> None:
    """The suite's identity may read names only."""
    with pytest.raises(HttpResponseError, match="not authorized") as caught:
        _secret_client(sandbox, "inside", sandbox.token).get_secret("AZURE-OPENAI-API-KEY")
    assert caught.value.status_code == 403


def test_a_strangers_token_is_challenged(sandbox: Sandbox) -> None:
    """Another token than the sandbox's does not list names."""
    with pytest.raises(ClientAuthenticationError):
        list(_secret_client(sandbox, "inside", "another-token").list_properties_of_secrets())


def test_the_challenge_names_the_tenant(sandbox: Sandbox) -> None:
    """The 401 says which authority and which resource a token is wanted from."""
    _, _, headers = _get(sandbox, "inside", "key_vault")
    tenant = sandbox.estate.parameters["tenant_id"]
    assert headers["WWW-Authenticate"] == (
        f'Bearer authorization="https://login.microsoftonline.com/{tenant}", resource="https://vault.azure.net"'
    )


def test_secret_names_are_refused_outside(sandbox: Sandbox) -> None:
    """From the Internet the client gets a 403 whose inner error is ForbiddenByConnection."""
    with pytest.raises(HttpResponseError) as caught:
        list(_secret_client(sandbox, "outside", sandbox.token).list_properties_of_secrets())
    assert caught.value.status_code == 403
    assert caught.value.response is not None
    assert json.loads(caught.value.response.text())["error"]["innererror"] == {"code": "ForbiddenByConnection"}


def test_the_key_vault_shows_faults(sandbox: Sandbox) -> None:
    """Faults work at the data plane as they do at the resource manager."""
    sandbox.key_vault.faults.append(Fault("^/secrets", status=429, times=2))
    with pytest.raises(HttpResponseError) as caught:
        list(_secret_client(sandbox, "inside", sandbox.token).list_properties_of_secrets())
    assert caught.value.status_code == 429
