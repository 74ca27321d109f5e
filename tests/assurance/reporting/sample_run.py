"""A run with every verdict, several readings and hostile text, for the tests of the reports."""

from __future__ import annotations

import json
from dataclasses import replace

from assurance.judging.controls import CONTROLS
from assurance.judging.selection import Given, Selection
from assurance.judging.waivers import AppliedWaiver
from assurance.reporting.model import RunModel, RunRecord, VerdictRecord, in_order
from assurance.tape import Reading, key_of, sha256
from assurance.verdicts import Source, Verdict

HOSTILE = '<script>alert("x")</script> a|b `c` \x00\x1b[31m @team [link](x) \udcff'
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-apex-sandbox"
STORAGE = f"{SUBSCRIPTION}/providers/Microsoft.Storage/storageAccounts/stapexsandbox"
NETWORK = f"{SUBSCRIPTION}/providers/Microsoft.Network"
DENIED = "Reading role assignments was refused: 403 AuthorizationFailed."
GRANT = "az role assignment create --role Reader --assignee 00000000-0000-0000-0000-00000000000b"
SECURITY = tuple(control for control in CONTROLS if control.startswith("SEC-"))
FILES = {
    "SEC-01": "test_sec_01_virtual_network.py",
    "SEC-02": "test_sec_02_network_security_groups.py",
    "SEC-03": "test_sec_03_private_endpoints.py",
    "SEC-06": "test_sec_06_public_access.py",
    "SEC-08": "test_sec_08_role_assignments.py",
    "SEC-10": "test_sec_10_defender_for_cloud.py",
}


def reading(number: int, question: str, body: bytes, *, kind: str = "http", failure: str = "") -> Reading:
    """Return a reading, the `number`th of the run."""
    http = kind == "http" and not failure
    return Reading(
        key=key_of(kind, question),
        kind=kind,
        question=question,
        started=f"2026-03-01T09:30:{number:02d}.250Z",
        elapsed_milliseconds=40 + number,
        status=200 if http else None,
        failure=failure,
        headers={"x-ms-request-id": f"11111111-1111-1111-1111-{number:012d}", "date": "now"} if http else {},
        sha256=sha256(body) if body else "",
        attempts=1 + number % 2,
        page=1 if http else None,
        api_version="2026-03-01" if http else "",
        body=body,
    )


LONG_BODY = json.dumps({"value": [{"name": f"rule-{number}", "priority": number} for number in range(900)]}).encode()
HOSTILE_BODY = b'{"properties": {"publicNetworkAccess": "Enabled", "note": "</pre><script>alert(1)</script>"}}'
READINGS = (
    reading(1, f"GET https://management.azure.com{NETWORK}/virtualNetworks/vnet-apex", b'{"name": "vnet-apex"}'),
    reading(2, f"GET https://management.azure.com{NETWORK}/networkSecurityGroups/nsg-apex", LONG_BODY),
    reading(3, f"GET https://management.azure.com{STORAGE}", HOSTILE_BODY),
    reading(
        4, "A and AAAA records of stapexsandbox.blob.core.windows.net, from inside", b'{"exists": true}', kind="dns"
    ),
    reading(5, f"GET https://management.azure.com{SUBSCRIPTION}/roleAssignments", b"", failure="timed out"),
)


def record(control: str, function: str, subject: str, verdict: Verdict, *, cites: int = 0) -> VerdictRecord:
    """Return the verdict on one case, which cites the `cites`th reading."""
    judged = verdict in {Verdict.PASS, Verdict.FAIL, Verdict.WAIVED}
    return VerdictRecord(
        check=f"checks/security/{FILES[control]}::{function}[{subject}]",
        control=control,
        subject=subject,
        verdict=verdict,
        statement=CONTROLS[control].requirement,
        expected="publicNetworkAccess = 'Disabled'" if judged else "",
        observed="publicNetworkAccess = 'Disabled'" if verdict is Verdict.PASS else "",
        reason="",
        remedy="",
        resources=(f"{NETWORK}/virtualNetworks/{subject}",) if judged else (),
        readings=(READINGS[cites].key,),
        duration_seconds=0.0125,
    )


def sample_verdicts() -> tuple[VerdictRecord, ...]:
    """Return 8 passes, 3 failures, 3 cases not evaluated for 2 reasons, 1 waived and 1 not applicable."""
    subnets = ("snet-apps", "snet-data", "snet-endpoints", "snet-management")
    passes = [record("SEC-01", "test_subnet_is_declared", name, Verdict.PASS) for name in subnets]
    passes += [record("SEC-03", "test_endpoint_is_provisioned", name, Verdict.PASS, cites=3) for name in subnets]
    failed = record("SEC-06", "test_public_access_is_off", "stapexsandbox", Verdict.FAIL, cites=2)
    failures = [
        replace(
            failed, observed="publicNetworkAccess = 'Enabled'", remedy=f"az storage account update --ids {STORAGE}"
        ),
        replace(
            failed, check=f"{failed.check[:-1]}-x]", subject="stapex-x", observed=HOSTILE, remedy="one\n```\ntwo|2"
        ),
        replace(
            record("SEC-02", "test_nothing_enters_from_internet", "nsg-apex", Verdict.FAIL, cites=1),
            expected="no rule allows Internet to enter",
            observed="rule-7 (priority 100) allows Internet to 10.20.1.0/24 at TCP 22",
        ),
    ]
    unjudged = [
        replace(
            record("SEC-08", "test_role_is_assigned", role, Verdict.NOT_EVALUATED, cites=4), reason=DENIED, remedy=GRANT
        )
        for role in ("Key Vault Secrets User", "Storage Blob Data Contributor")
    ]
    broken = replace(
        record("SEC-10", "test_plan_is_on", "CloudPosture", Verdict.NOT_EVALUATED), reason=HOSTILE, readings=()
    )
    waived = replace(
        record("SEC-10", "test_plan_is_on", "SqlServers", Verdict.WAIVED),
        observed="pricingTier = 'Free'",
        reason="Waived until 2026-06-30 by the security officer: the plan is bought in the second quarter.",
        waiver=AppliedWaiver(
            name="defender-for-sql",
            owner="Platform team",
            approver="Security officer",
            reason="The plan is bought in the second quarter.",
            ticket="CHG-1042",
            expires="2026-06-30",
            days_left=121,
        ),
    )
    idle = replace(
        record("SEC-10", "test_plan_is_on", "Arm", Verdict.NOT_APPLICABLE), reason="Billed by another subscription."
    )
    return in_order([*passes, *failures, *unjudged, broken, waived, idle])


def sample_model(source: Source = Source.SANDBOX) -> RunModel:
    """Return a whole run with the sample verdicts: NO-GO."""
    run = RunRecord(
        id="20260301T093000Z-0a1b2c",
        environment="sandbox",
        source=source,
        origin="the sandbox: stand-ins for Azure, DNS and the network, on this machine",
        vantage=("inside", "outside"),
        started="2026-03-01T09:30:00.000Z",
        finished="2026-03-01T09:30:12.500Z",
        identity="00000000-0000-0000-0000-00000000000c",
        versions={"python": "3.11.9", "apex-assurance": "0.1.0"},
        requests=0 if source is Source.RECORDED else 6,
        selection="checks/security --env sandbox",
        complete=True,
        selected=Selection(whole=SECURITY, cases=141, of_cases=141, given=Given(("checks/security",))),
    )
    verdicts = sample_verdicts()
    return RunModel(run, verdicts, READINGS, tuple(sorted(verdict.check for verdict in verdicts)))


def model_of(*verdicts: Verdict, complete: bool = True) -> RunModel:
    """Return a run whose cases came to these verdicts."""
    records = [record("SEC-01", "test_subnet_is_declared", f"snet-{n}", verdict) for n, verdict in enumerate(verdicts)]
    model = sample_model()
    return replace(model, verdicts=tuple(records), run=replace(model.run, complete=complete))
