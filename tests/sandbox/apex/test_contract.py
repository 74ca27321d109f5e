"""The compliant APEX over real TLS: the contract line by line, as a client sees it."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from assurance.apex.estimation.sample_documents import paper
from sandbox.apex import ApexStandIn, Switch
from sandbox.apex.stand_in import refused_tokens
from sandbox.network.http_stand_in import CertificateAuthority

PREFIX = "/api/v1"
JOB_SECONDS = 30.0
RISK = {"name": "Terrain", "distribution": "triangular", "min_value": 0.9, "most_likely": 1.0, "max_value": 1.4}


class Clients:
    """One HTTP client for each person, against one stand-in.

    Attributes:
        stand_in: The stand-in.
    """

    def __init__(self, stand_in: ApexStandIn, trusted: ssl.SSLContext) -> None:
        self.stand_in = stand_in
        self._trusted = trusted
        self._by_name = {name: self.of_token(stand_in.issuer.token(name)) for name in stand_in.issuer.people}

    def __getitem__(self, name: str) -> httpx.Client:
        """The client of one of the people."""
        return self._by_name[name]

    def of_token(self, token: str | None) -> httpx.Client:
        """A client with this token, or with none."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.stand_in.url, headers=headers, verify=self._trusted, timeout=30.0)

    def ended(self, announced: httpx.Response, who: str = "estimator") -> dict[str, Any]:
        """The job that was announced, when it has ended."""
        assert announced.status_code == 202, announced.text
        until = time.monotonic() + JOB_SECONDS
        while time.monotonic() < until:
            job: dict[str, Any] = self[who].get(f"{PREFIX}/jobs/{announced.json()['id']}").json()
            if job["status"] not in ("pending", "running"):
                return job
            time.sleep(0.02)
        raise AssertionError(f"the job has not ended: {job}")


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    """Clients of one compliant stand-in."""
    authority = CertificateAuthority(tmp_path_factory.mktemp("apex"))
    with ApexStandIn(authority.server_context("127.0.0.1")) as stand_in:
        yield Clients(stand_in, ssl.create_default_context(cafile=str(authority.path)))


def _project(clients: Clients, number: str, **fields: object) -> str:
    body = {"project_number": number, "project_name": "Line", "voltage_level": 345, "line_miles": 12.5}
    created = clients["estimator"].post(f"{PREFIX}/projects", json={**body, "terrain_type": "wetland", **fields})
    assert created.status_code == 201, created.text
    project_id: str = created.json()["id"]
    return project_id


def _upload(clients: Clients, project_id: str, kind: str, content: bytes | None = None) -> httpx.Response:
    made = paper(kind, "C-1").content if content is None else content  # type: ignore[arg-type]  # it is one of them
    return clients["estimator"].post(
        f"{PREFIX}/documents/upload",
        data={"project_id": project_id, "document_type": kind},
        files={"file": (f"{kind}.pdf", made, "application/pdf")},
    )


def test_health_needs_no_token(clients: Clients) -> None:
    """Liveness and readiness answer at the root without a token, each with the contract's fields."""
    anyone = clients.of_token(None)
    live, ready = anyone.get("/health/live"), anyone.get("/health/ready")
    assert live.json().keys() == {"status", "timestamp", "application", "version"}
    assert live.json()["status"] == "alive"
    assert ready.json().keys() == {"status", "checks", "issues", "timestamp"}
    assert ready.json()["checks"] == {"database": "healthy", "blob_storage": "healthy"}
    assert anyone.get(f"{PREFIX}/health/live").status_code == 404


def test_a_trailing_slash_redirects_before_authentication(clients: Clients) -> None:
    """With a trailing slash a path gives 307 to its absolute URL without one, to anyone."""
    answer = clients.of_token(None).get(f"{PREFIX}/projects/?page_size=1")
    assert answer.status_code == 307
    assert answer.headers["location"] == f"{clients.stand_in.url}{PREFIX}/projects?page_size=1"


def test_a_token_with_one_fault_is_refused(clients: Clients) -> None:
    """Whatever is wrong with a token, it is 401 with a challenge; so is none."""
    for token in (None, "garbage", *refused_tokens(clients.stand_in.issuer).values()):
        answer = clients.of_token(token).get(f"{PREFIX}/projects")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_the_issuer_serves_its_keys(clients: Clients) -> None:
    """The OpenID configuration leads to the key set, and that has the key's id that tokens name."""
    anyone = clients.of_token(None)
    issuer = clients.stand_in.issuer
    found = anyone.get(f"/{issuer.tenant_id}/v2.0/.well-known/openid-configuration").json()
    assert found["issuer"] == issuer.issuer
    assert [key["kid"] for key in anyone.get(found["jwks_uri"]).json()["keys"]] == [issuer.key_id]


def test_a_first_seen_user_is_provisioned(clients: Clients) -> None:
    """An object id that APEX has never seen creates a project, and is its estimator."""
    token = clients.stand_in.issuer.token("outsider", object_id="77777777-0000-4000-8000-000000000001")
    stranger = clients.of_token(token)
    body = {"project_number": "C-FIRST", "project_name": "First", "voltage_level": 69}
    created = stranger.post(f"{PREFIX}/projects", json=body).json()
    assert created["created_by_id"] == "77777777-0000-4000-8000-000000000001"
    assert stranger.get(f"{PREFIX}/projects/{created['id']}").json() == created
    assert stranger.patch(f"{PREFIX}/projects/{created['id']}", json={"status": "complete"}).status_code == 403


def test_errors_come_in_three_shapes(clients: Clients) -> None:
    """A text, a list of fields, and a code with the id of the request; each answer has that id in its header."""
    project_id = _project(clients, "C-ERRORS")
    estimator = clients["estimator"]
    again = estimator.post(
        f"{PREFIX}/projects", json={"project_number": "C-ERRORS", "project_name": "x", "voltage_level": 1}
    )
    assert (again.status_code, list(again.json())) == (400, ["detail"])
    invalid = estimator.post(f"{PREFIX}/projects", json={"project_number": "C-2"})
    assert invalid.status_code == 422
    assert all(field.keys() == {"type", "loc", "msg", "input"} for field in invalid.json()["detail"])
    coded = _upload(clients, project_id, "scope", b"MZ")
    assert coded.status_code == 400
    assert coded.json().keys() == {"error_code", "message", "details", "request_id", "timestamp"}
    assert coded.json()["request_id"] == coded.headers["x-request-id"]


def test_the_whole_workflow(clients: Clients) -> None:
    """Scope, drawings, estimate, export: the class rises to 2, amounts sum to the cent, and the export is the view."""
    project_id = _project(clients, "C-FLOW")
    estimator = clients["estimator"]
    for kind in ("scope", "engineering"):
        document = _upload(clients, project_id, kind).json()
        assert document["blob_path"].startswith(f"uploads/{project_id}/")
        clients.ended(estimator.post(f"{PREFIX}/documents/{document['id']}/validate"))
        assert estimator.get(f"{PREFIX}/documents/{document['id']}").json()["validation_status"] == "passed"
    body = {"project_id": project_id, "risk_factors": [RISK], "confidence_level": 0.95}
    job = clients.ended(estimator.post(f"{PREFIX}/estimates/generate", json=body))
    assert (job["status"], job["progress_percent"]) == ("completed", 100)
    estimate = estimator.get(f"{PREFIX}/estimates/{job['result_data']['estimate_id']}").json()
    assert estimate["aace_class"] == job["result_data"]["aace_class"] == "class_2"
    base, p50, p80, p95 = (Decimal(estimate[f"{name}_cost"]) for name in ("base", "p50", "p80", "p95"))
    assert Decimal(0) < base < p50 < p80 < p95
    assert abs(Decimal(str(estimate["contingency_percentage"])) - (p95 / base - 1) * 100) < Decimal("0.01")
    tops = [item for item in estimate["line_items"] if item["parent_line_item_id"] is None]
    assert sum(Decimal(item["total_cost"]) for item in tops) == base
    for top in tops:
        parts = [item for item in estimate["line_items"] if item["parent_line_item_id"] == top["id"]]
        assert sum(Decimal(part["total_cost"]) for part in parts) == Decimal(top["total_cost"])
    export = estimator.get(f"{PREFIX}/estimates/{estimate['id']}/export", params={"format": "json"}).json()
    assert export["estimate"]["p80_cost"] == float(p80)
    assert [item["total_cost"] for item in export["line_items"]] == [
        float(item["total_cost"]) for item in estimate["line_items"]
    ]
    assert export["assumptions"] == estimate["assumptions"]


def test_the_figures_follow_the_risk(clients: Clients) -> None:
    """Twice the risk is more contingency, and no risk is none."""
    project_id = _project(clients, "C-RISK")
    found = []
    for factors in ([], [RISK], [RISK, {**RISK, "name": "Labour"}]):
        body = {"project_id": project_id, "risk_factors": factors}
        job = clients.ended(clients["estimator"].post(f"{PREFIX}/estimates/generate", json=body))
        view = clients["estimator"].get(f"{PREFIX}/estimates/{job['result_data']['estimate_id']}").json()
        found.append(view["contingency_percentage"])
    assert found[0] == 0.0
    assert found[0] < found[1] < found[2]


def test_only_its_creator_reads_a_job(clients: Clients) -> None:
    """Even the manager, who may read everything else, gets 403 for the estimator's job."""
    project_id = _project(clients, "C-JOB")
    announced = clients["estimator"].post(f"{PREFIX}/estimates/generate", json={"project_id": project_id})
    assert clients["manager"].get(f"{PREFIX}/jobs/{announced.json()['id']}").status_code == 403
    assert clients.ended(announced)["status"] == "completed"


def test_a_list_has_pages(clients: Clients) -> None:
    """Pages are disjoint, tell what is before and after them, and add up to the total."""
    token = clients.stand_in.issuer.token("outsider", object_id="77777777-0000-4000-8000-000000000002")
    lister = clients.of_token(token)
    for number in range(5):
        body = {"project_number": f"C-PAGE-{number}", "project_name": "Page", "voltage_level": 69}
        assert lister.post(f"{PREFIX}/projects", json=body).status_code == 201
    pages = [lister.get(f"{PREFIX}/projects", params={"page": page, "page_size": 2}).json() for page in (1, 2, 3)]
    numbers = [item["project_number"] for page in pages for item in page["items"]]
    assert numbers == [f"C-PAGE-{number}" for number in (4, 3, 2, 1, 0)]
    assert [(page["has_next"], page["has_prev"]) for page in pages] == [(True, False), (True, True), (False, True)]
    assert {page["total"] for page in pages} == {5}


def test_a_file_above_the_limit_is_413_and_at_it_is_taken(clients: Clients) -> None:
    """50 MiB is taken, one byte more is not."""
    project_id = _project(clients, "C-LARGE")
    content = b"%PDF-".ljust(50 * 1024 * 1024, b"0")
    assert _upload(clients, project_id, "scope", content).status_code == 201
    assert _upload(clients, project_id, "scope", content + b"0").status_code == 413


def test_the_api_describes_itself(clients: Clients) -> None:
    """/openapi.json has every operation of the contract, and no path that is none of the API's."""
    paths = clients.of_token(None).get("/openapi.json").json()["paths"]
    found = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert found == {
        "GET /",
        "GET /health/live",
        "GET /health/ready",
        "POST /api/v1/projects",
        "GET /api/v1/projects",
        "GET /api/v1/projects/{project_id}",
        "PATCH /api/v1/projects/{project_id}",
        "DELETE /api/v1/projects/{project_id}",
        "POST /api/v1/projects/{project_id}/access",
        "DELETE /api/v1/projects/{project_id}/access",
        "POST /api/v1/documents/upload",
        "GET /api/v1/documents/{document_id}",
        "DELETE /api/v1/documents/{document_id}",
        "POST /api/v1/documents/{document_id}/validate",
        "GET /api/v1/documents/projects/{project_id}/documents",
        "POST /api/v1/estimates/generate",
        "GET /api/v1/estimates/{estimate_id}",
        "GET /api/v1/estimates/{estimate_id}/export",
        "GET /api/v1/estimates/projects/{project_id}/estimates",
        "GET /api/v1/jobs/{job_id}",
    }


def test_killed_in_mid_job_it_comes_back_without_it(clients: Clients) -> None:
    """Nothing listens for a while; then the same port answers and what was stored is there, but nobody goes on."""
    project_id, estimator = _project(clients, "K-1"), clients["estimator"]
    generating = f"{PREFIX}/estimates/generate"
    clients.stand_in.switches.add(Switch.RESTARTED_IN_MID_JOB)
    announced = estimator.post(generating, json={"project_id": project_id})
    lost = f"{PREFIX}/jobs/{announced.json()['id']}"
    until = time.monotonic() + JOB_SECONDS
    while not clients.stand_in.service.down_seconds and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.2)
    with pytest.raises(httpx.ConnectError):
        estimator.get("/health/live")
    time.sleep(clients.stand_in.service.down_seconds + 0.1)
    assert estimator.get(f"{PREFIX}/projects/{project_id}").status_code == 200
    assert clients.ended(estimator.post(generating, json={"project_id": project_id}))["status"] == "completed"
    assert estimator.get(lost).json()["status"] == "running"
    clients.stand_in.reset()


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """After stop() the port is refused and no thread is left, called or not, and with connections open."""
    threads = set(threading.enumerate())
    authority = CertificateAuthority(tmp_path)
    trusted = ssl.create_default_context(cafile=str(authority.path))
    for is_called in (False, True):
        stand_in = ApexStandIn(authority.server_context("127.0.0.1")).start()
        client = httpx.Client(base_url=stand_in.url, verify=trusted, timeout=30.0)
        if is_called:
            assert client.get("/health/live").status_code == 200
        stand_in.stop()
        with pytest.raises(httpx.TransportError):
            client.get("/health/live")
        client.close()
    assert set(threading.enumerate()) == threads
