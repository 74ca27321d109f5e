"""What the calls of a run show of APEX as a whole."""

from __future__ import annotations

from assurance.apex.client.observations import broken_down, observations
from assurance.tape import Call, Reading

PROJECT = "https://apex.test/api/v1/projects/00000000-0000-4000-8000-000000000001"


def _reading(
    method: str, url: str, status: int, second: float, flow: str = "e2e", caller: str = "estimator"
) -> Reading:
    call = Call(caller=caller, trace_id="", flow=flow, ordinal=1, request_sha256="", request="")
    started = f"2026-03-01T10:00:{second:09.6f}+00:00"
    return Reading(f"{method}{url}{second}", "http", f"{method} {url}", started, 1, status=status, call=call)


def test_server_errors_are_told_by_operation() -> None:
    """A 5xx is told once for each method and path, with how often; readiness may say 503."""
    readings = [_reading("PATCH", PROJECT, 500, second) for second in (1.0, 2.0)]
    readings += [_reading("GET", "https://apex.test/health/ready", 503, 3.0), _reading("GET", PROJECT, 200, 4.0)]
    assert observations(readings) == ("APEX answered with server errors: PATCH /api/v1/projects/{id} 500 (2 times).",)


def test_where_apex_broke_down_is_a_finding() -> None:
    """Each operation that answered a 5xx of its own is named once, with who met it first and all its readings."""
    readings = [_reading("PATCH", PROJECT, 500, second, flow="roles:x", caller="manager") for second in (2.0, 1.0)]
    [(name, (told, keys))] = broken_down(readings, {"RBAC"}).items()
    assert name == "PATCH /api/v1/projects/{id} 500"
    assert told.startswith("PATCH /api/v1/projects/{id} answers 500, 2 times; first to manager at 2026-03-01T10:00:01")
    assert keys == (readings[1].key, readings[0].key)


def test_what_is_no_breakdown_of_apex_is_no_finding() -> None:
    """A gateway's word, a first look that was too early, calls of other families, and calls under load are none."""
    readings = [
        _reading("GET", "https://apex.test/health/ready", 503, 1.0, flow=""),
        _reading("POST", PROJECT, 502, 2.0),
        _reading("GET", PROJECT, 500, 3.0),
        _reading("GET", PROJECT, 200, 3.1),
        _reading("PATCH", PROJECT, 500, 4.0, flow="smoke"),
        _reading("PATCH", PROJECT, 500, 5.0, flow="list-baseline"),
        _reading("PATCH", PROJECT, 500, 6.0, flow="clean-up"),
    ]
    assert broken_down(readings, {"E2E"}) == {}
    assert broken_down([_reading("GET", PROJECT, 500, 1.0, flow="")], {"SEC", "SLA"}) == {}
    assert list(broken_down([_reading("GET", PROJECT, 500, 1.0, flow="")], {"SMK"})) == [
        "GET /api/v1/projects/{id} 500"
    ]


def test_what_shows_late_is_told_in_milliseconds() -> None:
    """What was not found at first and then was, by the same caller of the same flow, was answered too early."""
    readings = [_reading("GET", PROJECT, 404, 1.0), _reading("GET", PROJECT, 200, 1.05)]
    (told,) = observations(readings)
    assert told.endswith("GET /api/v1/projects/{id} up to 50 ms (1 times).")


def test_what_others_see_is_nothing_late() -> None:
    """That another caller, or another flow, finds it says nothing; nor does what is gone in the end."""
    readings = [
        _reading("GET", PROJECT, 404, 1.0),
        _reading("GET", PROJECT, 200, 1.1, caller="manager"),
        _reading("GET", PROJECT, 200, 1.2, flow="smoke"),
        _reading("GET", PROJECT, 404, 1.3),
    ]
    assert observations(readings) == ()
