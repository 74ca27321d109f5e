"""The resolver and the dialer against the sandbox's DNS and listeners, and from their tape."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from assurance.environment.network import View
from assurance.errors import MissingReading, NotEvaluated
from assurance.tape import Reading, Tape, utc_now
from assurance.tape.redaction import Redactor
from assurance.world.dns import Resolver
from assurance.world.sockets import Connection, Dialer
from sandbox import Sandbox
from sandbox.network.listeners import ServiceListener

NAME = "db.apex.invalid"
PRIVATE = "db.privatelink.apex.invalid"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for all tests; each works on names of its own, or puts back what it changed."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def resolver(sandbox: Sandbox, tape: Tape) -> Iterator[Resolver]:
    """The resolver of the inside vantage."""
    yield Resolver(tape, "inside", View(nameservers=(sandbox.dns.inside.address,)))
    sandbox.dns.inside.remove(NAME)
    sandbox.dns.inside.remove(PRIVATE)


@pytest.fixture
def storage(sandbox: Sandbox) -> Iterator[ServiceListener]:
    """The listener that stands for storage inside the network, as it was before."""
    listener = sandbox.listeners.inside["storage"]
    yield listener
    listener.present()
    listener.open()


Dial = Callable[..., Connection]


@pytest.fixture
def dial(sandbox: Sandbox, storage: ServiceListener, tape: Tape, redactor: Redactor) -> Dial:
    """A function that dials storage from inside, each time on an empty tape's key."""
    view = View(connect=sandbox.listeners.connect("inside"))
    dialer = Dialer(tape, "inside", view, sandbox.authority.path, 1.0, redactor)

    def dial(name: str = storage.service.fqdn, *, tls: bool = True, ask: bool = False) -> Connection:
        return dialer.dial(name, storage.service.private_address, 443, tls=tls, ask=ask)

    return dial


def test_the_chain_behind_a_name_is_recorded(resolver: Resolver, sandbox: Sandbox, tape: Tape) -> None:
    """A name leads over its aliases to addresses; all of it is one reading."""
    sandbox.dns.inside.point(NAME, PRIVATE, "x.apex.invalid", "10.0.2.9", "10.0.2.4")
    found = resolver.resolve(NAME)
    assert (found.exists, found.aliases) == (True, (PRIVATE, "x.apex.invalid"))
    assert found.addresses == ("10.0.2.4", "10.0.2.9")
    (reading,) = tape.readings()
    assert (reading.kind, reading.key, reading.failure) == ("dns", found.reading, "")
    assert reading.question == f"A and AAAA records of {NAME}, from inside"
    sandbox.dns.inside.remove("x.apex.invalid")


def test_the_same_name_is_asked_once(resolver: Resolver, sandbox: Sandbox) -> None:
    """In any casing a name is one question."""
    sandbox.dns.inside.point(NAME, "10.0.2.9")
    before = len(sandbox.dns.inside.queries)
    assert resolver.resolve(NAME).addresses == resolver.resolve(NAME.upper()).addresses
    assert [query.split()[1] for query in sandbox.dns.inside.queries[before:]] == ["A", "AAAA"]


def test_both_vantages_have_their_own_answers(sandbox: Sandbox, tape: Tape) -> None:
    """A name means a private address inside and a public one outside: two readings."""
    service = sandbox.listeners.inside["sql"].service
    found = [
        Resolver(tape, vantage, View(nameservers=(server.address,))).resolve(service.fqdn).addresses
        for vantage, server in (("inside", sandbox.dns.inside), ("outside", sandbox.dns.outside))
    ]
    assert found == [(service.private_address,), (service.public_address,)]
    assert len(tape.readings()) == 2


def test_a_name_that_does_not_exist_is_an_answer(resolver: Resolver) -> None:
    """NXDOMAIN is a fact about the estate, not an inability."""
    found = resolver.resolve("nowhere.apex.invalid")
    assert (found.exists, found.aliases, found.addresses) == (False, (), ())


def test_an_alias_to_nothing_is_told(resolver: Resolver, sandbox: Sandbox) -> None:
    """A name whose privatelink zone lacks the record does not exist, and the alias says where it was looked for."""
    sandbox.dns.inside.point(NAME, PRIVATE)
    found = resolver.resolve(NAME)
    assert (found.exists, found.aliases, found.addresses) == (False, (PRIVATE,), ())


@pytest.mark.parametrize("failure", ["SERVFAIL", "REFUSED"])
def test_a_failing_name_server_is_not_evaluated(resolver: Resolver, sandbox: Sandbox, tape: Tape, failure: str) -> None:
    """A server that fails has not said that the name does not exist."""
    sandbox.dns.inside.fail(NAME, "SERVFAIL" if failure == "SERVFAIL" else "REFUSED")
    with pytest.raises(NotEvaluated, match=f"{NAME} could not be looked up from inside") as error:
        resolver.resolve(NAME)
    assert error.value.readings == (tape.readings()[0].key,)
    assert "[views]" in error.value.remedy


def test_a_silent_name_server_is_not_evaluated(resolver: Resolver, sandbox: Sandbox) -> None:
    """A server that does not answer is given up after the bound, once."""
    sandbox.dns.inside.fail(NAME, "silent")
    started = monotonic()
    for _ in range(2):
        with pytest.raises(NotEvaluated, match="could not be looked up"):
            resolver.resolve(NAME)
    assert monotonic() - started < 8


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".invalid", ".".join(["x" * 60] * 5)])
def test_what_is_no_name_is_not_evaluated(resolver: Resolver, name: str) -> None:
    """A name that DNS cannot carry is refused as a reading, not as a traceback."""
    with pytest.raises(NotEvaluated):
        resolver.resolve(name)


def test_names_are_replayed_without_network(resolver: Resolver, sandbox: Sandbox, tape: Tape) -> None:
    """A sealed tape tells what was found, and what was not."""
    sandbox.dns.inside.point(NAME, PRIVATE, "10.0.2.9")
    sandbox.dns.inside.fail("failing.apex.invalid", "SERVFAIL")
    live = resolver.resolve(NAME)
    with pytest.raises(NotEvaluated) as live_error:
        resolver.resolve("failing.apex.invalid")
    tape.seal(utc_now())
    asked = len(sandbox.dns.inside.queries)
    replaying = Resolver(Tape.open(tape.directory), "inside", View(nameservers=(sandbox.dns.inside.address,)))
    assert replaying.resolve(NAME) == live
    with pytest.raises(NotEvaluated) as error:
        replaying.resolve("failing.apex.invalid")
    assert str(error.value) == str(live_error.value)
    with pytest.raises(MissingReading):
        replaying.resolve("other.apex.invalid")
    assert len(sandbox.dns.inside.queries) == asked


def test_an_open_port_is_open(dial: Dial, tape: Tape) -> None:
    """TCP opens; the reading says to which name, address and port, and from where."""
    found = dial(tls=False)
    assert (found.outcome, found.tls_failure, found.http_status) == ("open", "", None)
    (reading,) = tape.readings()
    assert (reading.kind, reading.key) == ("dial", found.reading)
    assert reading.question.startswith("TCP connection to stapexsandbox4k7x.blob.core.windows.net at 10.0.2.")


def test_a_certificate_for_the_name_opens_tls(dial: Dial) -> None:
    """TLS opens where the certificate is for the name, in date, and signed by whom the environment trusts."""
    assert dial() == Connection("open")


def test_a_refused_connection_is_refused(dial: Dial, storage: ServiceListener) -> None:
    """A port at which nothing listens is told from a name that cannot be reached."""
    storage.close()
    assert dial().outcome == "refused"


def test_a_dropped_connection_times_out(dial: Dial, storage: ServiceListener) -> None:
    """A firewall that drops packets lets the connection time out, within the bound."""
    storage.ignore()
    started = monotonic()
    assert dial().outcome == "timed out"
    assert 0.9 < monotonic() - started < 3


def test_no_route_is_unreachable(tape: Tape, redactor: Redactor) -> None:
    """What the system refuses to dial is neither open nor refused."""
    dialer = Dialer(tape, "inside", View(), None, 1.0, redactor)
    assert dialer.dial("x", "not an address", 443, tls=False, ask=False).outcome == "unreachable"


@pytest.mark.parametrize(
    ("names", "expired", "trusted", "expected"),
    [
        (("other.blob.core.windows.net",), False, True, "mismatch"),
        ((), True, True, "expired"),
        ((), False, False, "unable to get local issuer|self.signed"),
    ],
    ids=["another name", "expired", "untrusted"],
)
def test_a_wrong_certificate_is_told(
    dial: Dial, storage: ServiceListener, names: tuple[str, ...], expired: bool, trusted: bool, expected: str
) -> None:
    """The port is open, but it is not the service that answers: the reason is in the reading."""
    storage.present(*names, expired=expired, trusted=trusted)
    found = dial(ask=True)
    assert found.outcome == "open"
    assert found.http_status is None
    assert any(part in found.tls_failure for part in expected.replace("self.signed", "self-signed").split("|"))


def test_a_silent_service_is_open_without_tls(dial: Dial, storage: ServiceListener) -> None:
    """A port that accepts and says nothing is open, and its TLS timed out."""
    storage.silence()
    assert dial() == Connection("open", tls_failure="timed out")


def test_a_service_without_tls_is_told(dial: Dial, sandbox: Sandbox, tape: Tape, redactor: Redactor) -> None:
    """A port that answers in plain text is open, and TLS says why it did not open."""
    assert dial(tls=False).outcome == "open"
    server = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: server.accept()[0].sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    thread.start()
    port = server.getsockname()[1]
    dialer = Dialer(tape, "inside", View(), sandbox.authority.path, 1.0, redactor)
    found = dialer.dial("localhost", "127.0.0.1", port, tls=True, ask=True)
    thread.join()
    server.close()
    assert found.outcome == "open"
    assert found.tls_failure
    assert found.http_status is None


def test_an_answer_over_http_is_kept(dial: Dial, storage: ServiceListener) -> None:
    """The status and the beginning of the body tell a refusal by the service from a working one."""
    storage.answer(403, b'{"error": {"code": "PublicAccessDisabled", "note": "' + b"x" * 10_000 + b'"}}')
    found = dial(ask=True)
    assert (found.outcome, found.http_status) == ("open", 403)
    assert found.http_body.startswith('{"error": {"code": "PublicAccessDisabled"')
    assert len(found.http_body) <= 4096


def test_no_secret_in_an_answer_is_kept(dial: Dial, storage: ServiceListener, tape: Tape) -> None:
    """What a service says is redacted before it is written."""
    storage.answer(500, b"Server=x;Password=hunter2;")
    assert "hunter2" not in dial(ask=True).http_body
    assert not [path for path in tape.directory.rglob("*") if path.is_file() and b"hunter2" in path.read_bytes()]


@pytest.mark.parametrize("name", ["a..b", "x" * 70 + ".invalid", ""])
def test_a_name_that_no_certificate_can_be_for_is_told(dial: Dial, name: str) -> None:
    """A name that TLS cannot carry is a failure of TLS, not a traceback."""
    found = dial(name)
    assert found.outcome == "open"
    assert found.tls_failure


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_broken_bundle_is_not_evaluated(
    tmp_path: Path, tape: Tape, redactor: Redactor, content: bytes | None
) -> None:
    """Without the certificates to trust nothing can be said of TLS: it is neither open nor unreachable."""
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_bytes(content)
    dialer = Dialer(tape, "inside", View(), bundle, 1.0, redactor)
    with pytest.raises(NotEvaluated, match=r"ca\.pem") as error:
        dialer.dial("x", "127.0.0.1", 1, tls=True, ask=False)
    assert "cloud.ca_bundle" in error.value.remedy
    assert dialer.dial("x", "127.0.0.1", 1, tls=False, ask=False).outcome == "refused"


def test_connections_are_replayed_without_network(
    dial: Dial, storage: ServiceListener, tape: Tape, redactor: Redactor
) -> None:
    """A sealed tape tells how each connection ended, though nothing listens any more, and knows no other."""
    live = dial(ask=True)
    tape.seal(utc_now())
    storage.close()
    replaying = Dialer(Tape.open(tape.directory), "inside", View(), None, 1.0, redactor)
    address, name = storage.service.private_address, storage.service.fqdn
    replayed = replaying.dial(name, address, 443, tls=True, ask=True)
    assert (replayed, replayed.reading) == (live, live.reading)
    with pytest.raises(MissingReading):
        replaying.dial(name, address, 80, tls=True, ask=True)


def test_a_dial_is_one_reading(dial: Dial, tape: Tape) -> None:
    """The same connection is tried once; with another question it is another reading."""
    dial()
    dial()
    dial(tls=False)
    readings: list[Reading] = tape.readings()
    assert [reading.kind for reading in readings] == ["dial", "dial"]
