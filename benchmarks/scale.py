"""`python -m benchmarks.scale`: what a run costs that has very many resources to read, paged by a hundred.

The sandbox serves as many as asked for of each of five kinds (private endpoints, storage accounts, role assignments,
security alerts, DNS records), and rules in a security group, beside the deployment that is declared. A run of the ten
controls is measured from outside: its time, its processor time, the memory of its largest process, its requests, its
pack; then how long the pack takes to verify. The stand-in keeps its answers: it has given each before it is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from sandbox import AzureEstate, Sandbox

ROOT = Path(__file__).parent.parent
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, GAP = 250, 200, 52, 34, 32, 24
INK, LINE, BOUND = "#222222", "#1f5fa8", "#b3261e"
CHECKS = "checks/security"
PAGE = 100
SIZES = (0, 1_000, 5_000, 10_000)
RULES_FOR_EACH = 10
SECONDS, MEBIBYTES, PACK_MEGABYTES, VERIFY_SECONDS = 20.0, 300.0, 20.0, 10.0
"""The bounds, with ten thousand of each."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost.

    Attributes:
        each: How many resources there were of each kind.
        workers: How many workers judged; 0 for none.
        seconds: Its time.
        processor_seconds: The processor time of all its processes.
        mebibytes: The memory of the largest of them.
        requests: How many requests it sent.
        pack_megabytes: The length of the files of its pack.
        report_megabytes: The length of its report.
        verify_seconds: How long its pack takes to verify.
        decision: What it came to.
    """

    each: int
    workers: int
    seconds: float
    processor_seconds: float
    mebibytes: float
    requests: int
    pack_megabytes: float
    report_megabytes: float
    verify_seconds: float
    decision: str

    def __str__(self) -> str:
        """Return it as a row of the table in `benchmarks/README.md`."""
        values = (
            f"{self.each:,}", str(self.workers or "none"), f"{self.seconds:.1f} s", f"{self.processor_seconds:.1f} s",
            f"{self.mebibytes:.0f} MiB", f"{self.requests:,}", f"{self.pack_megabytes:.1f} MB",
            f"{self.report_megabytes:.1f} MB", f"{self.verify_seconds:.1f} s", self.decision,
        )  # fmt: skip
        return f"| {' | '.join(values)} |"


def crowd(estate: AzureEstate, each: int) -> None:
    """Add so many of each kind to an estate, in a resource group of others and in what is declared."""
    for one in _strangers(estate, each):
        estate.resources[str(one["id"]).lower()] = one
    rules = estate.find("networkSecurityGroups/nsg-containerapps-{environment}")["properties"]["securityRules"]
    rules += _rules(rules[0], min(each // RULES_FOR_EACH, 1_000))


def _strangers(estate: AzureEstate, each: int) -> Iterator[dict[str, object]]:
    """Give copies of what there is, of other names; nothing that the controls object to in the group."""
    group, subscription = estate.parameters["resource_group_id"], estate.parameters["subscription_id"]
    others = f"/subscriptions/{subscription}/resourceGroups/rg-of-others"
    yield {"id": others, "name": "rg-of-others", "type": "Microsoft.Resources/resourceGroups", "location": "eastus",
           "properties": {"provisioningState": "Succeeded"}}  # fmt: skip
    templates = {
        "endpoint": estate.find("privateEndpoints/pe-sql-apex-{environment}"),
        "account": estate.find("storageAccounts/stapex{environment}{suffix}"),
        "assignment": next(one for one in estate.of_type("Microsoft.Authorization/roleAssignments")
                           if str(one["id"]).startswith("/subscriptions")),
        "record": estate.find("privateDnsZones/privatelink.database.windows.net/A/sql-apex-{environment}"),
    }  # fmt: skip
    for number in range(each):
        for kind, template in templates.items():
            text, name = json.dumps(template), str(template["name"])
            other = f"{number:08x}-0000-4000-8000-0000000000aa" if kind == "assignment" else f"{kind}{number}"
            text = text.replace(name, other)
            if kind in ("endpoint", "account"):
                text = text.replace(group, others)
            if kind == "assignment":
                text = text.replace(template["properties"]["principalId"], f"{number:08x}-0000-4000-8000-0000000000bb")
            yield json.loads(text)
        yield _alert(subscription, others, number)


def _alert(subscription: str, group: str, number: int) -> dict[str, object]:
    name = f"2517{number:08d}_00000000-0000-4000-8000-000000000000"
    about = f"{group}/providers/Microsoft.Storage/storageAccounts/account{number}"
    return {
        "id": f"/subscriptions/{subscription}/providers/Microsoft.Security/locations/eastus/alerts/{name}",
        "name": name,
        "type": "Microsoft.Security/Locations/alerts",
        "properties": {
            "status": "Active",
            "severity": "High",
            "alertDisplayName": "Access from an unusual place to a storage account",
            "alertType": "Storage.Blob_GeoAnomaly",
            "compromisedEntity": f"account{number}",
            "startTimeUtc": "2026-02-03T08:50:12.7719342Z",
            "resourceIdentifiers": [{"azureResourceId": about, "type": "AzureResource"}],
        },
    }


def _rules(template: Mapping[str, object], count: int) -> Iterator[dict[str, object]]:
    """Give rules that open nothing: each denies one address of nobody's network."""
    for number in range(count):
        rule = json.loads(json.dumps(template).replace(str(template["name"]), f"DenyOther{number}"))
        rule["properties"] |= {
            "access": "Deny",
            "priority": 1_000 + number,
            "protocol": "Tcp",
            "destinationPortRange": str(2_000 + number),
            "sourceAddressPrefix": f"198.51.{number // 250}.{number % 250}",
            "destinationAddressPrefix": "*",
        }
        yield rule


def measure(sandbox: Sandbox, each: int, workers: int, folder: Path, checks: Sequence[str] = (CHECKS,)) -> Cost:
    """Measure one run on a sandbox that runs."""
    file, reports = folder / "environment.toml", folder / f"reports-{each}-{workers}-{time.monotonic_ns()}"
    overlay = {"extends": str(ROOT / "environments" / "sandbox.toml"), **sandbox.overlay()}
    file.write_text(tomli_w.dumps(overlay), encoding="utf-8")
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *checks, f"--env={file}", f"--reports={reports}"]
    seconds, processor, mebibytes, _ = _run(
        [*words, *(("-n", str(workers)) if workers else ())], sandbox.environment_variables()
    )
    [results] = reports.glob("*/*/results.json")
    pack = results.parent
    run = json.loads(results.read_text("utf-8"))["run"]
    size = sum(path.stat().st_size for path in pack.rglob("*") if path.is_file())
    verify, _, _, status = _run([str(Path(sys.executable).with_name("apex-assurance")), "verify", str(pack)], {})
    if status:
        raise RuntimeError(f"{pack} is not verified")
    report = (pack / "report.html").stat().st_size
    return Cost(each, workers, seconds, processor, mebibytes, run["requests"], size / 1e6, report / 1e6, verify,
                run["decision"])  # fmt: skip


def _run(words: Sequence[str], variables: Mapping[str, str]) -> tuple[float, float, float, int]:
    """Run Python and return its seconds, its processor seconds, its memory in MiB, and its status."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603  (our own command, with arguments of our own)
        [sys.executable, *words], cwd=ROOT, env={**os.environ, **variables}, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, processor, used.ru_maxrss / 1024, process.returncode


@dataclass(frozen=True, slots=True)
class Panel:
    """One measure.

    Attributes:
        title: What it is, with its unit.
        points: The number of resources of each kind, and what the measure comes to.
        bound: What it may come to at most.
    """

    title: str
    points: Sequence[tuple[int, float]]
    bound: float


def chart(panels: Sequence[Panel]) -> str:
    """Return an SVG with a panel for each measure, side by side."""
    width = len(panels) * (LEFT + WIDTH + GAP)
    parts = [_panel(panel, number * (LEFT + WIDTH + GAP) + LEFT) for number, panel in enumerate(panels)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {TOP + HEIGHT + BOTTOM}" '
        f'width="{width}" height="{TOP + HEIGHT + BOTTOM}" font-family="sans-serif" font-size="12" fill="{INK}">'
        f'<rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n'
    )


def _panel(panel: Panel, left: int) -> str:
    most_resources = max(count for count, _ in panel.points) or 1
    most = 1.1 * max(panel.bound, *(value for _, value in panel.points))

    def at(count: float, value: float) -> tuple[float, float]:
        return left + WIDTH * count / most_resources, TOP + HEIGHT * (1 - value / most)

    places = [at(*point) for point in panel.points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    marks = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{LINE}"/>'
        f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="{"end" if count else "start"}">{value:,.4g}</text>'
        for (x, y), (count, value) in zip(places, panel.points, strict=True)
    )
    ticks = "".join(
        f'<text x="{at(count, 0)[0]:.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{count:,}</text>'
        for count, _ in panel.points
        if count == 0 or count * 10 >= most_resources * 3
    )
    bound = at(0, panel.bound)[1]
    return (
        f'<text x="{left}" y="18" font-weight="bold">{panel.title}</text>'
        f'<path d="M{left},{TOP}V{TOP + HEIGHT}H{left + WIDTH}" fill="none" stroke="{INK}"/>'
        f'<path d="M{left},{bound:.1f}H{left + WIDTH}" stroke="{BOUND}" stroke-dasharray="5 4"/>'
        f'<text x="{left - 6}" y="{bound + 4:.1f}" text-anchor="end" fill="{BOUND}">{panel.bound:g}</text>'
        f'<polyline points="{line}" fill="none" stroke="{LINE}" stroke-width="2"/>{marks}{ticks}'
    )


def main() -> int:
    """Measure, print a table, draw the chart, and return 0 if the bounds are kept, 1 if not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="how many of each kind")
    parser.add_argument("--workers", nargs="+", type=int, default=(0, 2), help="workers, with the most of each")
    parser.add_argument("--chart", type=Path, metavar="FILE", help="where a chart goes, as SVG")
    asked = parser.parse_args()
    costs = []
    with tempfile.TemporaryDirectory(prefix="scale-") as name:
        for each in asked.sizes:
            estate = AzureEstate.load("sandbox")
            crowd(estate, each)
            with Sandbox("sandbox", estate) as sandbox:
                sandbox.resource_manager.page_size = PAGE
                # It has given each answer before a run is measured, and is not what is measured.
                sandbox.resource_manager.known = {}
                measure(sandbox, each, 0, Path(name))
                for workers in asked.workers if each == max(asked.sizes) else (0,):
                    costs.append(measure(sandbox, each, workers, Path(name)))
                    print(costs[-1], flush=True)
    if asked.chart is not None:
        asked.chart.write_text(chart(_panels([cost for cost in costs if not cost.workers])), encoding="utf-8")
    return _told(costs)


def _panels(costs: Sequence[Cost]) -> list[Panel]:
    """Return what is drawn."""
    return [
        Panel("Time of a run, s", [(one.each, one.seconds) for one in costs], SECONDS),
        Panel("Memory, MiB", [(one.each, one.mebibytes) for one in costs], MEBIBYTES),
        Panel("Pack, MB", [(one.each, one.pack_megabytes) for one in costs], PACK_MEGABYTES),
        Panel("To verify the pack, s", [(one.each, one.verify_seconds) for one in costs], VERIFY_SECONDS),
    ]


def _told(costs: Sequence[Cost]) -> int:
    largest = max(costs, key=lambda cost: (cost.each, -cost.workers))
    others = [cost for cost in costs if cost.each == largest.each and cost.workers]
    bounds = [
        (f"{largest.seconds:.1f} s, at most {SECONDS:.0f}", largest.seconds <= SECONDS),
        (f"{largest.mebibytes:.0f} MiB, at most {MEBIBYTES:.0f}", largest.mebibytes <= MEBIBYTES),
        (f"a pack of {largest.pack_megabytes:.1f} MB, at most {PACK_MEGABYTES:.0f}",
         largest.pack_megabytes <= PACK_MEGABYTES),
        (f"verified in {largest.verify_seconds:.1f} s, at most {VERIFY_SECONDS:.0f}",
         largest.verify_seconds <= VERIFY_SECONDS),
        *((f"{one.seconds:.1f} s with {one.workers} workers, at most {largest.seconds:.1f} as without",
           one.seconds <= 1.05 * largest.seconds) for one in others),
    ]  # fmt: skip
    for told, kept in bounds:
        print(f"{'kept  ' if kept else 'MISSED'} {largest.each:,} of each: {told}")
    return 0 if all(kept for _, kept in bounds) else 1


if __name__ == "__main__":
    sys.exit(main())
