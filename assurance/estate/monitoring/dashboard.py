"""The Azure Monitor dashboard: what its tiles show, by metric or query and not by title (guide, Step 19)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.resource import Judgement, Resource, is_within, listed
from assurance.verdicts import Fact
from assurance.world.azure.document import Document


@dataclass(frozen=True, slots=True)
class TileDemand:
    """What the dashboard must show.

    Attributes:
        name: What it is called here.
        says: What it shows, in the guide's words.
        source: Of which resource, by the key under which `Dashboard` knows it.
        kind: The kind of service that it is of; empty for the application and its telemetry.
        metrics: Metrics that show it, in lower case; all of one group are needed.
        queries: Forms of a query that show it, each to be found in the query without spaces and in lower case.
    """

    name: str
    says: str
    source: str
    metrics: tuple[frozenset[str], ...]
    queries: tuple[re.Pattern[str], ...] = ()
    kind: str = ""


def _metrics(*groups: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(group.split()) for group in groups)


_REQUESTS = r"^(app)?requests\|.*"
_FAILED = r"""(success==false|success=="false"|success!=true|not\(success\))"""

# The guide's list (Step 19). Percentiles are in no metric of Application Insights: they take a query.
TILES = (
    TileDemand(
        "request-rate",
        "request rate",
        "telemetry",
        _metrics("requests/count", "requests/rate"),
        (re.compile(rf"{_REQUESTS}(summarize|=|,)(count\(\)|sum\(itemcount\))bybin\((timestamp|timegenerated),"),),
    ),
    TileDemand(
        "response-time",
        "response time P50, P95 and P99",
        "telemetry",
        (),
        (re.compile(rf"{_REQUESTS}percentiles\(duration(ms)?,50,95,99\)"),
         re.compile(rf"{_REQUESTS}percentile\(duration(ms)?,50\).*percentile\(duration(ms)?,95\).*percentile\(duration(ms)?,99\)")),
    ),
    TileDemand(
        "error-rate",
        "error rate",
        "telemetry",
        (),
        (re.compile(rf"{_REQUESTS}countif\({_FAILED}\).*/"),),
    ),
    TileDemand(
        "availability",
        "availability",
        "telemetry",
        _metrics("availabilityresults/availabilitypercentage"),
        (re.compile(r"^(app)?(requests|availabilityresults)\|.*countif\((success==true|success)\).*/"),),
    ),
    TileDemand("application-health", "Container App health status", "app", _metrics("replicas", "restartcount")),
    TileDemand(
        "database", "database DTU usage", "database", _metrics("dtu_consumption_percent", "dtu_used"), kind="sql"
    ),
    TileDemand("blob-operations", "blob storage operations", "storage", _metrics("transactions"), kind="storage"),
    TileDemand(
        "llm-usage",
        "LLM call rate and token usage",
        "openai",
        _metrics("azureopenairequests tokentransaction", "azureopenairequests processedprompttokens generatedtokens"),
        kind="cognitive",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tile:
    """What one tile shows.

    Attributes:
        metrics: Metrics, in lower case, with the resource of each.
        queries: Queries, in lower case and without spaces.
        scopes: Resources that its queries are asked of.
    """

    metrics: tuple[tuple[str, str], ...]
    queries: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dashboard(Resource):
    """The dashboard (Microsoft.Portal/dashboards).

    Attributes:
        sources: The ids of the resources that tiles may show, by a key for each; telemetry has two.
    """

    sources: Mapping[str, tuple[str, ...]]

    def shows(self, demand: TileDemand) -> Fact:
        """Whether some tile shows what is demanded, of the right resource."""

        def shown(document: Document) -> Judgement:
            tiles = list(_tiles(document))
            wanted = self.sources[demand.source]
            metrics = {name for tile in tiles for resource, name in tile.metrics if _is_of(resource, wanted)}
            queries = [query for tile in tiles for query in tile.queries if any(_is_of(s, wanted) for s in tile.scopes)]
            holds = any(group <= metrics for group in demand.metrics) or any(
                form.search(query) for form in demand.queries for query in queries
            )
            return holds, f"{len(tiles)} tiles; of that resource: {listed(metrics)} and {len(queries)} queries"

        remedy = f"Add the tile in the dashboard's template (main.bicep): {demand.says}."
        return self.judge(f"a tile shows the {demand.says}", shown, remedy)


@read_once
def read_dashboard(estate: Estate) -> Dashboard:
    """Return the dashboard."""
    sources = {
        "telemetry": (estate.component_id(), estate.workspace_id()),
        "app": (estate.container_app_id(),),
        "database": (estate.database_id(),) if estate.service_ids("sql") else (),
        "storage": estate.service_ids("storage")[:1],
        "openai": estate.service_ids("cognitive"),
    }
    dashboard_id = estate.dashboard_id()
    operation = estate.questions.operation("portal", "dashboards", "get", dashboard_id)
    return Dashboard(dashboard_id, *estate.questions.resource(operation, dashboard_id), sources)


def _is_of(resource: str, wanted: tuple[str, ...]) -> bool:
    return any(is_within(resource, scope) for scope in wanted)


def _tiles(dashboard: Document) -> Iterator[Tile]:
    for lens in dashboard.items("properties", "lenses"):
        for part in lens.items("parts"):
            metadata = part.within("metadata")
            if metadata is not None:
                yield _tile(metadata)


def _tile(metadata: Document) -> Tile:
    metrics: list[tuple[str, str]] = []
    queries: list[str] = []
    scopes: list[str] = []
    for holder in _objects(metadata.values):
        name, value = _text_at(holder, "name"), _text_at(holder, "value")
        resource = _text_at(holder, "resourceMetadata", "id")
        if name and resource:
            metrics.append((resource, name.casefold()))
        # An input of that name, or the setting by which somebody has changed it in the portal.
        query = value if name.casefold() == "query" else _text_at(holder, "Query")
        if query:
            queries.append("".join(re.sub(r"//[^\n]*", "", query).split()).casefold())
        if name.casefold() in {"componentid", "scope"} and value:
            scopes.append(value)
        scopes += [text for key in ("ResourceId", "resourceId") if (text := _text_at(holder, key))]
        listed_ids = holder.get("resourceIds")
        scopes += (
            [listed_id for listed_id in listed_ids if isinstance(listed_id, str)]
            if isinstance(listed_ids, list)
            else []
        )
    return Tile(tuple(metrics), tuple(queries), tuple(scopes))


def _text_at(holder: Mapping[str, object], *path: str) -> str:
    value: object = holder
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    """Give every object within a value, itself included."""
    if isinstance(value, Mapping):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)
