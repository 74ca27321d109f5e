"""What is shown: the last lines, the estate's picture, and text that is made fit to show."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import replace

import pytest

from assurance.reporting import ending, fit
from assurance.reporting.ending import command_lines, field, remedy_lines, shortened
from assurance.reporting.estate_view import kind_of, networks
from assurance.reporting.html.estate_figure import MAX_LINKS, estate_section
from assurance.reporting.model import RunModel
from assurance.reporting.wording import LEFT_BEHIND
from assurance.tape import Reading
from assurance.verdicts import Source, Verdict
from tests.assurance.reporting.sample_run import (
    DENIED,
    GRANT,
    HOSTILE,
    STORAGE,
    SUBSCRIPTION,
    model_of,
    reading,
    record,
    sample_model,
)

COMMAND = (
    "az network nsg rule create --resource-group apex-rg-sandbox --nsg-name nsg-privateendpoints-sandbox "
    "--name 'Deny All Inbound' --priority 4096 --protocol '*' --query \"[?name == 'a b']\""
)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_command_stays_the_same_command(width: int) -> None:
    """A shell that joins the lines again runs the same words; no line is too long that has a blank to break at."""
    lines = command_lines(COMMAND, " " * 10, width)
    joined = "".join(f"{line.removesuffix(chr(92))}" if line.endswith("\\") else line for line in lines)
    assert shlex.split(joined) == shlex.split(COMMAND)
    assert all(len(line) <= width for line in lines)


def test_an_option_keeps_its_value() -> None:
    """A command is broken before an option, not between it and its value."""
    for line in command_lines(COMMAND, "", 80):
        assert not line.removesuffix(" \\").split()[-1].startswith("--")


@pytest.mark.parametrize("width", [80, 120])
def test_fields_line_up(width: int) -> None:
    """Continuations stand under the beginning of the value, and no word is broken."""
    words = [f"word{number}" for number in range(60)]
    lines = field("observed", " ".join(words), width)
    assert {len(line) - len(line.lstrip()) for line in lines[1:]} == {12}
    assert " ".join(lines).split() == ["observed", *words]
    assert max(len(line) for line in lines) <= width


def test_remedy_is_prose_and_commands() -> None:
    """What is said about a command stands on lines of its own."""
    lines = remedy_lines("Narrow the rule:\naz network nsg rule update --name a\nOr: apex-assurance verify RUN", 80)
    assert lines == [
        "  remedy    Narrow the rule:",
        "            az network nsg rule update --name a",
        "            Or:",
        "            apex-assurance verify RUN",
    ]


def test_what_does_not_fit_is_left_out_at_a_blank() -> None:
    """A shortened text says so, and ends with a whole word."""
    assert shortened("one two three", 9) == "one two…"
    assert shortened("one two", 9) == "one two"


REPORT = "reports/sandbox/RUN/report.html"


def told(model: RunModel, width: int = 80) -> list[str]:
    """Return the last lines of a run."""
    return ending.lines(model, REPORT, width)


def many() -> RunModel:
    """Return a run with thirty findings, a long remedy each, and with commands by which to go back."""
    one = record("SEC-06", "test_it", "st", Verdict.FAIL)
    remedy = f"az storage account update --ids {STORAGE} --public-network-access Disabled"
    records = tuple(
        replace(one, check=f"{one.check}{n}", subject=f"st{n}", observed="it " * 99, remedy=f"{remedy} --name st{n}")
        for n in range(30)
    )
    model = sample_model()
    rollback = ("az containerapp revision activate --name ca --revision ca--r1", "az containerapp ingress show")
    return replace(model, verdicts=records, run=replace(model.run, rollback=rollback, notices=("told " * 60,)))


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("model", [sample_model(), many(), model_of(Verdict.PASS), model_of(*Verdict), model_of()])
def test_the_last_lines_are_few(model: RunModel, width: int) -> None:
    """At most ten lines, the last of which says where the report is; with a heading and pytest's line, twelve."""
    lines = told(model, width)
    assert 2 <= len(lines) <= ending.MAX_LINES
    assert lines[-1] == f"report    {REPORT}"


def test_worst_findings_are_named_with_what_to_type() -> None:
    """The worst are named, the first with its command, and the others are counted."""
    lines = told(many(), 120)
    named = [line for line in lines if line.startswith("CRITICAL  SEC-06  st")]
    assert len(named) == 3
    assert lines[lines.index(named[0]) + 1].lstrip().startswith("az storage account update")
    assert "and 27 more findings, in the report" in lines
    assert any(line.startswith("roll back az containerapp revision activate") for line in lines)


def test_a_line_says_what_is_wrong_before_anything_else() -> None:
    """No id of a request, nor who else says so, takes its room; what tells little has what is demanded beside it."""
    one = replace(record("SEC-06", "test_it", "anonymous", Verdict.FAIL), control="SMK-02")
    seen = replace(one, observed="answers 200 (request 05b66f60-1808)", statement="Without a token it is 401.")
    prose = "Let the API verify signature, issuer, audience and validity of each token before all else."
    model = replace(sample_model(), verdicts=(replace(seen, remedy=prose),))
    (line,) = [line for line in told(model) if line.startswith("CRITICAL")]
    assert line == "CRITICAL  SMK-02  anonymous: answers 200; demanded: Without a token it is 401."
    assert not any("Let the API" in line for line in told(model))


def test_a_long_remedy_takes_no_finding_its_line() -> None:
    """Where what to type about the worst has no room at all, the worst three are named all the same."""
    model = many()
    long = " ".join(f"--option-{n} {'v' * 40}" for n in range(20))
    records = tuple(replace(one, remedy=f"az x update --name {one.subject} {long}") for one in model.verdicts)
    named = [line for line in told(replace(model, verdicts=records)) if line.startswith("CRITICAL  SEC-06  st")]
    assert len(named) == 3


def test_a_sentence_that_is_cut_ends_with_a_sentence() -> None:
    """What has no room is left out from the end of a sentence on, if one ends in time."""
    model = many()
    notices = (f"APEX answered with server errors: {', '.join(f'GET /api/v1/projects/{n}' for n in range(20))}.",)
    lines = told(replace(model, run=replace(model.run, notices=notices)))
    assert any(line.endswith("cases fail. …") for line in lines)


def test_what_was_left_behind_has_a_line() -> None:
    """What a run could not archive is told in its last lines, however much fails."""
    model = many()
    notices = ("told " * 60, f"Of what this run made {LEFT_BEHIND}: 2 left, SMOKE-1, SMOKE-2: as manager 403.")
    lines = told(replace(model, run=replace(model.run, notices=notices)))
    assert sum("could not be archived: 2 left, SMOKE-1" in line for line in lines) == 1
    assert len(lines) <= ending.MAX_LINES


def test_to_stop_is_never_cut_off() -> None:
    """However long the sentence of what was judged is, a failing smoke test is told first and in full."""
    one = replace(record("SEC-06", "test_it", "ready", Verdict.FAIL), control="SMK-01")
    model = sample_model()
    long = replace(model, verdicts=(one,), run=replace(model.run, notices=("told " * 60,)))
    assert told(long)[0] == "A smoke test failed (SMK-01): STOP and initiate the rollback (guide, Step 14)."


def test_without_findings_the_reasons_are_named() -> None:
    """Where nothing fails, what kept cases from being judged is named, with its remedy."""
    one = replace(record("SEC-08", "test_role", "Reader", Verdict.NOT_EVALUATED), reason=DENIED, remedy=GRANT)
    lines = told(replace(sample_model(), verdicts=(one,)))
    assert any(line.startswith(("HIGH", "CRITICAL")) for line in lines)
    assert any("az role assignment create" in line for line in lines)


def test_no_text_forges_a_line() -> None:
    """A hostile text stays on its line."""
    one = replace(record("SEC-06", "test_it", "st", Verdict.FAIL), subject=HOSTILE, observed=f"x\nGO\r\n{HOSTILE}")
    lines = told(replace(sample_model(), verdicts=(one,)))
    assert "GO" not in lines
    assert "\x1b" not in "".join(lines)


def test_the_heading_says_what_it_is_worth() -> None:
    """Only a whole live run is told without a reservation."""
    live = sample_model(Source.LIVE)
    assert ending.heading(live) == "sandbox: NO-GO"
    assert ending.heading(sample_model()) == "sandbox: NO-GO (SANDBOX: no audit evidence)"
    assert "INCOMPLETE" in ending.heading(replace(live, run=replace(live.run, complete=False)))


NETWORK = f"{SUBSCRIPTION}/providers/Microsoft.Network"
VNET = f"{NETWORK}/virtualNetworks/vnet"
SQL = f"{SUBSCRIPTION}/providers/Microsoft.Sql/servers/sql"
CAE = f"{SUBSCRIPTION}/providers/Microsoft.App/managedEnvironments/cae"
IDENTITY = f"{SUBSCRIPTION}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
ZONE = f"{NETWORK}/privateDnsZones/privatelink.database.windows.net"


def answered(number: int, identifier: str, document: object) -> Reading:
    """Return the reading of a resource, or of a list."""
    return reading(number, f"GET https://management.azure.com{identifier}", json.dumps(document).encode())


def subnet(name: str, group: str) -> dict[str, object]:
    """Return a subnet as a virtual network has it."""
    properties = {
        "addressPrefix": "10.0.0.0/24",
        "networkSecurityGroup": {"id": f"{NETWORK}/networkSecurityGroups/{group}"},
    }
    return {"id": f"{VNET}/subnets/{name}", "name": name, "properties": properties}


def endpoint(name: str) -> dict[str, object]:
    """Return a private endpoint to the SQL server, in the subnet `endpoints`."""
    state = {"status": "Approved"}
    connection = {"properties": {"privateLinkServiceId": SQL, "privateLinkServiceConnectionState": state}}
    properties = {"subnet": {"id": f"{VNET}/subnets/ENDPOINTS"}, "privateLinkServiceConnections": [connection]}
    return {"id": f"{NETWORK}/privateEndpoints/{name}", "name": name, "properties": properties}


def readings(endpoints: int = 1, name: str = "pe") -> tuple[Reading, ...]:
    """Return what a run reads of a network with two subnets, endpoints and an application."""
    space = {"addressPrefixes": ["10.0.0.0/16"]}
    vnet = {
        "id": VNET,
        "properties": {"addressSpace": space, "subnets": [subnet("apps", "nsg-a"), subnet("endpoints", "nsg-e")]},
    }
    listed = {"value": [endpoint(f"{name}{number}") for number in range(endpoints)]}
    group_id = f"{NETWORK}/privateEndpoints/{name}0/privateDnsZoneGroups/default"
    zones = {
        "value": [
            {"id": group_id, "properties": {"privateDnsZoneConfigs": [{"properties": {"privateDnsZoneId": ZONE}}]}}
        ]
    }
    cae = {
        "id": CAE,
        "properties": {"vnetConfiguration": {"internal": True, "infrastructureSubnetId": f"{VNET}/subnets/apps"}},
    }
    ingress = {"external": True, "targetPort": 8000}
    app_id = f"{SUBSCRIPTION}/providers/Microsoft.App/containerApps/app"
    app = {
        "id": app_id,
        "identity": {"userAssignedIdentities": {IDENTITY: {}}},
        "properties": {"managedEnvironmentId": CAE, "configuration": {"ingress": ingress}},
    }
    return (
        answered(1, VNET, vnet),
        answered(2, f"{NETWORK}/privateEndpoints", listed),
        answered(3, f"{NETWORK}/privateDnsZoneGroups", zones),
        answered(4, CAE, cae),
        answered(5, app_id, app),
    )


def model(*cases: tuple[str, Verdict], endpoints: int = 1, name: str = "pe") -> RunModel:
    """Return a run with these readings, and a case about each of these resources."""
    verdicts = tuple(
        replace(record("SEC-01", "test_it", f"s{number}", verdict), resources=(resource,))
        for number, (resource, verdict) in enumerate(cases)
    )
    return replace(sample_model(), verdicts=verdicts, readings=readings(endpoints, name))


def test_what_was_read_is_found() -> None:
    """Subnets with groups, endpoints with zones and services, environment, ingress and identities are found."""
    [network] = networks(model())
    assert (network.part.name, network.part.note) == ("vnet", "10.0.0.0/16")
    apps, endpoints = network.subnets
    assert [one.group.name for one in network.subnets if one.group is not None] == ["nsg-a", "nsg-e"]
    assert apps.environment is not None
    assert (apps.environment.name, apps.environment.note) == ("cae", "internal")
    [(application, identities)] = apps.applications
    assert application.note == "ingress from the network to port 8000"
    assert [identity.name for identity in identities] == ["id"]
    [link] = endpoints.links
    assert (link.endpoint.name, link.endpoint.note, link.service.name) == ("pe0", "Approved", "sql")
    assert [zone.name for zone in link.zones] == ["privatelink.database.windows.net"]


def test_a_part_has_its_worst_verdict() -> None:
    """A resource is coloured by the worst case about it, or about a part of it, whatever the casing of the id."""
    failing = (f"{SQL.upper()}/firewallRules/all", Verdict.FAIL)
    [network] = networks(model((SQL, Verdict.PASS), failing, (f"{VNET}/subnets/apps", Verdict.NOT_EVALUATED)))
    [link] = network.subnets[1].links
    assert (link.service.verdict, link.service.cases) == (Verdict.FAIL, 2)
    assert network.part.verdict is Verdict.NOT_EVALUATED
    assert link.endpoint.verdict is None


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"value": 3}', b'{"id": 5}', b'{"id": "' + VNET.encode() + b'"}', b"[" * 9999]
)
def test_other_answers_are_no_resources(body: bytes) -> None:
    """An answer that is no resource is not drawn, and one without properties is drawn as what it is."""
    broken = replace(sample_model(), readings=(reading(1, f"GET https://x{VNET}", body),))
    assert all(network.subnets == () for network in networks(broken))


def test_kind_is_told_by_the_id() -> None:
    """The type of a resource stands in its id; what is no id has none."""
    assert kind_of(f"{VNET}/subnets/apps") == "microsoft.network/virtualnetworks/subnets"
    assert kind_of("sql-apex") == ""


def test_each_part_is_a_link_to_its_cases() -> None:
    """What a case is about leads to the cases about it, with its verdict in words; what none is about is no link."""
    drawn = estate_section(model((SQL, Verdict.FAIL)))
    assert drawn.count("<a ") == 1
    assert "#about:%2Fsubscriptions" in drawn
    assert "sql SQL server: fail, 1 case" in drawn


def test_nothing_is_drawn_without_a_network() -> None:
    """A run that read no virtual network has no picture."""
    assert estate_section(replace(sample_model(), readings=())) == ""


def test_many_endpoints_and_hostile_names_stay_bounded() -> None:
    """Of very many endpoints some are drawn and the others counted; a name stays text, and within its box."""
    drawn = estate_section(model(endpoints=MAX_LINKS + 3, name=HOSTILE.replace("/", "") + "n" * 5_000))
    assert "and 3 more endpoints" in drawn
    assert "<script>" not in drawn
    assert len(drawn) < 3_000_000


FORGED = "name\r\n::add-mask::x\n##vso[task.setvariable variable=a]b ##[error]c"
UNSEEN = ["\x00", "\x1b", "\x85", "\u00ad", "\u200b", "\u200d", "\u2028", "\u202e", "\u2066", "\ufeff", "\udcff", "\r"]
MEGABYTE = "n" * 1_000_000


@pytest.mark.parametrize("character", UNSEEN, ids=[f"U+{ord(one):04X}" for one in UNSEEN])
def test_what_cannot_be_seen_is_told(character: str) -> None:
    """A character that nobody sees, or that moves what is seen, is told by its number in every kind of output."""
    told = f"<U+{ord(character):04X}>"
    assert fit.printable(f"a{character}b") == f"a{told}b"
    assert fit.for_terminal(f"a{character}b") == f"a{told}b"
    assert fit.for_cell(f"a{character}b") == f"a{told}b"
    assert fit.for_xml(f"a{character}b") == f"a{told}b"
    assert fit.for_html(f"a{character}b") == f"a&lt;U+{ord(character):04X}&gt;b"
    assert character not in fit.for_markdown(f"a{character}b") + fit.for_markdown_code(f"a{character}b")


def test_letters_of_any_script_stay() -> None:
    """Writing from right to left, accents and symbols are shown as they are."""
    for text in ("\u0645\u0631\u062d\u0628\u0627", "Größe", "\u4f60\u597d", "✓ 10 µs"):
        assert fit.printable(text) == text


def test_terminal_has_one_line_without_a_command() -> None:
    """No line of a name becomes a line of the terminal, and no pipeline finds a command in it."""
    told = fit.for_terminal(FORGED)
    assert "\n" not in told
    assert "##vso[" not in told
    assert "##[" not in told
    assert re.search(r"(^|\s)::", told) is None
    assert fit.for_terminal("checks/a.py::test_b[x]") == "checks/a.py::test_b[x]"


def test_lines_of_a_remedy_are_counted() -> None:
    """A remedy keeps its lines, each fit for a terminal; of very many the rest is counted."""
    assert fit.lines_for_terminal("one\n\n  two\r\n::set-env::") == ["one", "  two", ": :set-env::"]
    assert fit.lines_for_terminal("x\n" * 50)[-1] == "... (10 more lines)"


@pytest.mark.parametrize("make", [fit.for_terminal, fit.for_cell, fit.for_xml, fit.for_markdown, fit.for_markdown_code])
def test_a_name_of_a_megabyte_is_cut(make: Callable[[str], str]) -> None:
    """A text of a megabyte becomes a bounded one that says how much is missing."""
    told = make(MEGABYTE)
    assert len(told) < 40_000
    assert "more characters" in told


@pytest.mark.parametrize("begin", fit.FORMULA)
def test_no_cell_begins_a_formula(begin: str) -> None:
    """A text that a spreadsheet would run begins with an apostrophe."""
    assert fit.for_cell(f"{begin}HYPERLINK()").startswith("'")


def test_markdown_shows_text_as_it_is() -> None:
    """HTML, links, mentions, tables and emphasis are escaped; what begins a list at the start of a line too."""
    told = fit.for_markdown("<b> [l](https://x.y) @team a|b *c* www.x.y")
    assert told == r"\<b\> \[l\](https\://x.y) \@team a\|b \*c\* www\.x.y"
    assert fit.for_markdown("1. item") == r"1\. item"
    assert fit.for_markdown("- item") == r"\- item"


def test_code_cannot_be_left() -> None:
    """No run of backticks ends a code span or a fenced block."""
    assert fit.for_markdown_code("a`b``c") == "```a`b``c```"
    block = fit.markdown_block("one\n```\n# heading")
    assert block[0] == "````text"
    assert block[-1] == "````"


def test_commands_of_pipelines_hold_their_text() -> None:
    """Line ends and per cent signs are escaped, in a property commas and colons too."""
    assert fit.for_github_command("a\nb%c, d:e", is_property=True) == "a%0Ab%25c%2C d%3Ae"
    assert "\n" not in fit.for_azure_command(FORGED)
    assert "##vso[" not in fit.for_azure_command(FORGED)
