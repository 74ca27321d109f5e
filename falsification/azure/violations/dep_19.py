"""DEP-19: ways in which the dashboard does not show what it must."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import Violation, drops, edits, moves, rewrites, sets
from falsification.azure.world import Change
from sandbox.azure.azure_estate import Resource

SHOWN = "test_dashboard_shows_it"
DASHBOARD = "Microsoft.Portal/dashboards/dash-apex-{environment}"
PARTS = "properties.lenses[0].parts"
CHART = "metadata.settings.content.options.chart.metrics"
REQUESTS, TIMES, ERRORS, AVAILABILITY, APPLICATION, DATABASE, BLOBS, MODEL = range(1, 9)


def _of(name: str, wrong: str, change: Change) -> Violation:
    return Violation(name, wrong, change, ("DEP-19",), SHOWN)


def _without(tile: int) -> Change:
    def edit(dashboard: Resource) -> None:
        del dashboard["properties"]["lenses"][0]["parts"][tile]

    return edits(DASHBOARD, edit)


def _asks(tile: int, query: str) -> Change:
    return sets(DASHBOARD, f"{PARTS}[{tile}].metadata.inputs[Query].value", query)


def _metric(tile: int, name: str, place: int = 0) -> Change:
    return sets(DASHBOARD, f"{PARTS}[{tile}].{CHART}[{place}].name", name)


VIOLATIONS = (
    _of("dashboard-missing", "The dashboard does not exist.", drops(DASHBOARD)),
    _of("dashboard-in-another-group", "Only a namesake in another resource group exists.", moves(DASHBOARD)),
    _of("dashboard-without-tiles", "The dashboard has no tiles.", sets(DASHBOARD, "properties.lenses", [])),
    _of("dashboard-of-empty-tiles", "The tiles hold nothing.", edits(DASHBOARD, lambda one: [part.pop("metadata") for part in one["properties"]["lenses"][0]["parts"]])),
    *(_of(f"tile-missing-{what}", f"No tile shows the {what.replace('-', ' ')}.", _without(tile)) for what, tile in (
        ("request-rate", REQUESTS), ("response-time", TIMES), ("error-rate", ERRORS), ("availability", AVAILABILITY),
        ("application-health", APPLICATION), ("database-load", DATABASE), ("blob-operations", BLOBS), ("model-usage", MODEL))),
    _of("tile-of-the-mean", "The tile on response times shows the mean.", _asks(TIMES, "requests | summarize avg(duration) by bin(timestamp, 5m)")),
    _of("tile-without-p99", "The tile on response times has no P99.", _asks(TIMES, "requests | summarize percentiles(duration, 50, 95) by bin(timestamp, 5m)")),
    _of("tile-of-a-number-of-errors", "The tile on errors shows their number.", _asks(ERRORS, "requests | summarize countif(success == false) by bin(timestamp, 5m)")),
    _of("tile-of-another-metric", "The tile on the database shows its storage.", _metric(DATABASE, "storage_percent")),
    _of("tile-without-tokens", "The tile on the model shows calls, and no tokens.", _metric(MODEL, "ProcessedImages", 1)),
    _of("tile-of-another-database", "The tile on the database is of another database.", rewrites(DASHBOARD, "databases/db-apex-{environment}", "databases/db-apex-test")),
    _of("tile-of-another-application", "The tiles are of another container app.", rewrites(DASHBOARD, "containerApps/ca-apex-{environment}", "containerApps/ca-apex-test")),
    _of("tiles-of-another-component", "The tiles are of another component.", rewrites(DASHBOARD, "components/appi-apex-{environment}", "components/appi-apex-test")),
)  # fmt: skip
