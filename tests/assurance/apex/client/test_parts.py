"""Callers, contents, plans, the declared application, and what is cleaned up."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assurance.apex.client import Application, Flow, Flows
from assurance.apex.client.callers import FORGED, NEEDS_GENUINE, forge
from assurance.apex.client.cleanup import LeftOver, archive, find, has_written, made_by, merged
from assurance.apex.client.plans import CLEAN_UP, PLANS, plan_of
from assurance.apex.client.question import Contents, Upload
from assurance.environment import load
from assurance.environment.left_out import (
    NO_APPLICATION,
    NO_TELEMETRY,
    READ_ONLY,
    without_application,
    without_telemetry,
)
from assurance.errors import EnvironmentFileError, NotEvaluated, UsageError
from assurance.judging.nouns import VIEWS, roots, view
from assurance.suite.prefetch import needs_of
from assurance.tape import Tape
from assurance.tape.redaction import Redactor
from sandbox.network.http_server import Answer
from tests.assurance.apex.client.conftest import ROOT, RUN_ID, Server, environment_of

PDF = Upload("scope.pdf", b"%PDF-1.7")


def genuine() -> str:
    """Return what looks like a token that Microsoft Entra issued."""
    parts = [{"alg": "RS256", "kid": "k"}, {"aud": "api://apex", "oid": "o", "exp": 4_000_000_000}]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


def claims(token: str) -> dict[str, Any]:  # Any: claims are JSON of any kind
    """Return the claims of a token."""
    part = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def test_the_digest_is_that_of_what_is_carried() -> None:
    """Equal contents have one digest, in every process; other text, field, name, type or bytes have another."""
    form = {"project_id": "1"}
    all_contents = [
        Contents(),
        Contents.of({"a": 1}, None, None),
        Contents.of({"a": 2}, None, None),
        Contents.of(None, form, None),
        Contents.of(None, form, {"file": PDF}),
        Contents.of(None, form, {"file": Upload("../scope.pdf", PDF.content)}),
        Contents.of(None, form, {"file": Upload(PDF.name, b"%PDF-1.6")}),
        Contents.of(None, form, {"file": Upload(PDF.name, PDF.content, "text/plain")}),
    ]
    assert len({contents.carried() for contents in all_contents}) == len(all_contents)
    assert all_contents[0].carried() == b""
    one, other = ({"b": "1", "a": "2"}, {"a": "2", "b": "1"})
    assert Contents.of(None, one, None).carried() == Contents.of(None, other, None).carried()


def test_what_is_no_number_can_be_sent() -> None:
    """NaN, which JSON does not have, is sent as it is, to be refused."""
    assert Contents.of({"voltage_level": float("nan")}, None, None).arguments()["content"] == b'{"voltage_level":NaN}'


def test_the_summary_tells_files_and_hides_secrets() -> None:
    """Of a file the summary has name, type, size and digest; of a field it has the value, but no secret."""
    summary = Contents.of(None, {"note": "password=S3cret-of-mine"}, {"file": PDF}).summary(Redactor(salt="tests"))
    assert "scope.pdf (application/pdf, 8 bytes, " in summary
    assert "S3cret-of-mine" not in summary


@pytest.mark.parametrize(
    ("method", "path", "caller", "covered"),
    [
        ("GET", "/anything", "auditor", True),
        ("POST", "/projects", "estimator", True),
        ("POST", "/projects/", "estimator", True),
        ("POST", "/projects", "auditor", False),
        ("PUT", "/projects", "estimator", False),
        ("POST", "/documents/1-2/validate", "estimator", True),
        ("POST", "/documents/1/2/validate", "estimator", False),
        ("POST", "/documents/1/validate/all", "estimator", False),
        ("DELETE", "/projects/1?force=true", "manager", True),
    ],
)
def test_a_plan_covers_what_it_names(method: str, path: str, caller: str, covered: bool) -> None:
    """A request is planned by its method, its path with ids left open, and its caller; reading always is."""
    assert plan_of("smoke").covers(method, path, caller) is covered


def test_a_flow_without_a_plan_is_refused() -> None:
    """What would be written must be said beforehand."""
    with pytest.raises(UsageError, match="no plan"):
        plan_of("mine")


@pytest.mark.parametrize("name", sorted(FORGED))
def test_a_forged_token_is_wrong_in_its_one_thing(name: str) -> None:
    """Each forged token differs from the genuine one, and keeps its claims where those are not what is wrong."""
    token = forge(name, genuine())
    assert token != genuine()
    if name not in NEEDS_GENUINE:
        assert token.count(".") != 2
        return
    told = claims(token)
    assert told["oid"] == "o"
    assert (told["aud"] == "api://apex") is (name != "wrong-audience-looking")
    assert (told["exp"] > 1_900_000_000) is (name not in {"expired-looking", "tampered"})
    assert (token.rpartition(".")[2] == "") is (name == "unsigned")
    assert (token.rpartition(".")[2] == "c2lnbmF0dXJl") is (name == "tampered")


def test_an_opaque_token_can_be_forged_after() -> None:
    """A genuine token that is no JSON web token lends no claims, and the forgeries are made nevertheless."""
    assert all(forge(name, "opaque") for name in FORGED)
    with pytest.raises(ValueError, match="no forged token"):
        forge("genuine")


def problem(tmp_path: Path, text: str) -> str:
    """Return what is said of an environment file that has this beside the sandbox's."""
    file = tmp_path / "mine.toml"
    file.write_text(f'extends = "{ROOT / "environments" / "sandbox.toml"}"\n{text}', encoding="utf-8")
    with pytest.raises(EnvironmentFileError) as caught:
        load(file)
    return str(caught.value)


@pytest.mark.parametrize(
    ("kind", "needed"),
    [
        ("client_secret", "secret_variable"),
        ("certificate", "certificate_variable"),
        ("token", "token_variable"),
        ("federated", "client_id"),
    ],
)
def test_an_identity_needs_what_its_kind_needs(tmp_path: Path, kind: str, needed: str) -> None:
    """A kind of identity without what it signs in with is refused, with the key that is missing."""
    file = f'[application]\nidentities = {{ estimator = {{ kind = "{kind}", token_variable = 1 }} }}\n'
    base = f'[application.identities.auditor]\nkind = "{kind}"\n'
    assert "application.identities" in problem(tmp_path, file)
    minimal = tmp_path / "minimal.toml"
    text = (ROOT / "environments" / "sandbox.toml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("auditor = ")]
    minimal.write_text("\n".join(lines) + f"\n{base}", encoding="utf-8")
    with pytest.raises(EnvironmentFileError, match=needed):
        load(minimal)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[application]\nlive_path = "health"', "a path such as /health/live"),
        ('[application]\nbase_url = "http://apex.example.com"', "application.base_url"),
        ("[application]\nreadonly = true", "application.readonly"),
        ('[application]\naccess = { how = "standing" }', "project_id"),
        ('[application]\nintegrations = ["sql", "cosmos"]', "cosmos"),
        ("[application]\nestimates = { iterations = 10 }", "application.estimates.iterations"),
        ('[application.refused_tokens]\nexpired = "eyJhbGciOiJSUzI1NiJ9"', "APEX_TOKEN"),
    ],
)
def test_a_wrong_application_is_one_error(tmp_path: Path, text: str, told: str) -> None:
    """What is wrong in the table is refused with its key, and a token put there by mistake is not shown."""
    said = problem(tmp_path, text)
    assert told in said
    assert "eyJhbGciOiJSUzI1NiJ9" not in said


def test_checks_of_the_application_need_one() -> None:
    """Without a table, what calls the API does not apply; read-only, what writes does not; the rest does."""
    declared = environment_of("https://127.0.0.1:1", None)
    read_only = environment_of("https://127.0.0.1:1", None, read_only=True)
    without = declared.model_copy(update={"application": None})

    assert without_application(declared, "SMK-01", ["flows", "application"]) is None
    assert without_application(without, "SEC-01", ["estate"]) is None
    assert without_application(read_only, "SMK-01", ["application", "liveness"]) is None
    for environment, reason in ((without, NO_APPLICATION), (read_only, READ_ONLY)):
        found = without_application(environment, "SMK-03", ["flows"])
        assert found is not None
        assert found.reason == reason


def test_checks_of_telemetry_need_it() -> None:
    """Without a table, what is judged by telemetry does not apply, and nothing else is left out."""
    declared = environment_of("https://127.0.0.1:1", None)
    without = declared.model_copy(update={"telemetry": None})
    assert without_telemetry(without, "SEC-01", ["estate"]) is None
    found = without_telemetry(without, "SLA-01", ["telemetry", "window_minutes"])
    assert found is not None
    assert found.reason == NO_TELEMETRY
    assert without_telemetry(declared, "SLA-01", ["telemetry"]) is None


def test_what_writes_is_not_fetched_ahead() -> None:
    """A view that rests on flows, however deep, is left to its check; others are obtained before the first."""

    def writing(flows: object) -> object:
        return flows

    def above(writing: object) -> object:
        return writing

    def reading(application: object) -> object:
        return application

    for function in (writing, above, reading):
        view(function)
    try:
        assert roots("above") == {"flows"}
        assert [name for name, _ in needs_of([(["writing", "above", "reading"], {})])] == ["reading"]
    finally:
        for function in (writing, above, reading):
            del VIEWS[function.__name__]


OTHER_RUN = "20260228T090000Z-012345"
MINE = f"SMOKE-{RUN_ID}"


@pytest.fixture
def flow(application: Application) -> Flow:
    """The flow that archives."""
    return Flow(application, CLEAN_UP)


def page(*numbers: str, has_next: bool = False, status: str = "draft") -> Answer:
    """Return a page of the list with these project numbers; an id is the number in other letters."""
    items = [{"id": number.lower(), "project_number": number, "status": status} for number in numbers]
    return Answer.of_json(200, {"items": items, "total": len(items), "has_next": has_next})


def numbers(found: Sequence[LeftOver]) -> list[str]:
    """Return the numbers of left-overs."""
    return [one.number for one in found]


def test_only_what_bears_a_runs_name_is_found(flow: Flow, server: Server) -> None:
    """Of all projects on all pages only those named by a flow's prefix and a run's id are a test's."""
    strangers = ("LINE-345", "SMOKE-TEST-001", "E2E-PILOT", f"X{MINE}", f"SMOKE-{RUN_ID}x", f"smoke-{RUN_ID}", "SMOKE-")
    server.answers = [page(MINE, *strangers, has_next=True), page(f"E2E-{OTHER_RUN}-2", f"{MINE}-2")]

    assert numbers(find(flow)) == [MINE, f"E2E-{OTHER_RUN}-2", f"{MINE}-2"]
    assert server.requests[0].headers["Authorization"] == "Bearer managers-token-0123456789"


def test_one_runs_own_are_told_apart(flow: Flow, server: Server) -> None:
    """The end of a run leaves what another run is working with."""
    server.answers = [page(MINE, f"E2E-{OTHER_RUN}")]
    assert numbers(find(flow, RUN_ID)) == [MINE]


def test_what_is_archived_is_left(flow: Flow, server: Server) -> None:
    """A project that is archived already is none of them."""
    server.answers = [page(MINE, status="archived")]
    assert find(flow) == ()


def test_a_list_that_cannot_be_read_is_no_empty_list(flow: Flow, server: Server) -> None:
    """Without permission nothing is known of left-overs, which is not that there are none."""
    server.answers = [Answer.of_json(403, {"detail": "No"})]
    with pytest.raises(NotEvaluated, match="403"):
        find(flow)


def shut(_: Flow, project_id: str) -> str:
    """Let nobody in."""
    return f"nobody is let in to {project_id}"


def test_each_is_archived_or_told(flow: Flow, server: Server) -> None:
    """What is archived, or is gone, is done; what is refused is left with the reason."""
    server.answers = [Answer(204), Answer(404), Answer.of_json(403, {"detail": "No"})]
    sweep = archive(flow, [LeftOver(letter, MINE) for letter in "abc"], shut)

    assert [one.id for one in sweep.archived] == ["a", "b"]
    assert [(one.id, "answers 403" in reason) for one, reason in sweep.left] == [("c", True)]
    assert [request.target for request in server.requests] == [f"/api/v1/projects/{letter}" for letter in "abc"]


def test_a_manager_is_let_in_where_that_can_be(flow: Flow, server: Server) -> None:
    """Who is refused is let in, and archives then; after one failure that is not tried again."""
    refused = Answer.of_json(403, {"detail": "No"})
    server.answers = [refused, Answer(204), refused, refused]
    let_in = iter(("", "the command does not work"))
    sweep = archive(flow, [LeftOver(letter, MINE) for letter in "abc"], lambda *_: next(let_in))

    assert [left_over.id for left_over in sweep.archived] == ["a"]
    assert [reason.rpartition("; ")[2] for _, reason in sweep.left] == ["the command does not work"] * 2


def test_a_dead_application_does_not_hold_the_end_of_a_run(flow: Flow, server: Server) -> None:
    """After two requests that nobody answers the rest is not tried, and all of it is told."""
    server.stop()
    sweep = archive(flow, [LeftOver(str(number), MINE) for number in range(9)], shut)

    assert len(sweep.left) == 9
    assert sum("not tried" in reason for _, reason in sweep.left) == 7


def test_what_a_run_made_is_on_its_tape(application: Application, server: Server, tape: Tape) -> None:
    """The projects that the API said it had made are known from the readings, whichever list shows them."""
    smoke = Flows(application).begin("smoke")
    assert not has_written(tape.readings())
    server.answers = [
        Answer.of_json(201, {"id": "p", "project_number": MINE}),
        Answer.of_json(400, {"detail": "A project with this number already exists"}),
        Answer.of_json(201, {"id": "q", "project_number": "LINE-345"}),
    ]
    for suffix in ("", "again", "stranger"):
        smoke.call("POST", "/projects", "estimator", json={"project_number": smoke.unique(suffix)})

    assert has_written(tape.readings())
    assert made_by(tape.readings(), RUN_ID) == (LeftOver("p", MINE),)
    assert made_by(tape.readings(), OTHER_RUN) == ()


def test_each_is_archived_once() -> None:
    """What is on the tape and in the list is one."""
    one, other = LeftOver("1", MINE), LeftOver("2", f"{MINE}-2")
    assert merged([one], [other, one]) == (one, other)


def test_a_left_over_tells_its_run() -> None:
    """The name holds the run's id, and that holds when the run began."""
    one = LeftOver("1", f"E2E-{OTHER_RUN}-2")
    assert one.run_id == OTHER_RUN
    assert one.begun == datetime(2026, 2, 28, 9, tzinfo=UTC)


def test_every_flow_can_be_swept() -> None:
    """Every flow that writes names its objects so that the sweep finds them."""
    for plan in PLANS.values():
        if plan.name != CLEAN_UP:
            assert LeftOver("1", f"{plan.prefix}-{RUN_ID}").run_id == RUN_ID
            assert plan.writes
