"""SLA-01 to SLA-09: service level and load of the guide's Step 17 (and 26), the list baseline of its Step 14."""

from assurance.judging.controls.model import Control, Severity


def _service_level(number: int, title: str, requirement: str, guide_step: str, severity: Severity) -> Control:
    return Control(
        id=f"SLA-{number:02d}",
        title=title,
        requirement=requirement,
        guide_step=guide_step,
        iso_2022=("8.6", "8.14", "8.16"),
        iso_2013=("A.12.1.3", "A.17.2.1", "A.12.4.1"),
        severity=severity,
    )


MONITORED = "Steps 17 and 26"

SERVICE_LEVELS = (
    _service_level(1, "Availability", "The application is available at least 99.9 % of the time.", MONITORED, "high"),
    _service_level(2, "Median response time", "Half of all requests take less than 500 ms.", MONITORED, "medium"),
    _service_level(3, "Response time, P95", "95 % of all requests take less than 2 s.", MONITORED, "high"),
    _service_level(4, "Response time, P99", "99 % of all requests take less than 5 s.", MONITORED, "medium"),
    _service_level(5, "Error rate", "Less than 1 % of all requests fail.", MONITORED, "high"),
    _service_level(6, "Failed requests", "Fewer than ten requests fail in an hour.", MONITORED, "high"),
    _service_level(
        7,
        "Telemetry that can be relied on",
        "Logs and metrics, which are counted apart, tell the same of each window.",
        "Steps 17 and 19",
        "medium",
    ),
    _service_level(
        8, "List baseline", "95 % of the project list's requests take less than 500 ms.", "Step 14", "medium"
    ),
    _service_level(
        9, "Load", "With fifty users at work at once, the service level holds.", "Step 17 (optional)", "medium"
    ),
)
