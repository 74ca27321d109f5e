"""What switches make of documents that are right: one change to one document each."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Set
from decimal import Decimal
from typing import Any, Literal
from uuid import uuid4

from sandbox.apex.switches import Switch

Document = dict[str, Any]
Kind = Literal[
    "live",
    "ready",
    "project",
    "read",
    "created",
    "page",
    "document",
    "uploaded",
    "job",
    "result",
    "estimate",
    "view",
    "export",
]
Distortion = Callable[[Document], None]


def distorted(kind: Kind, document: Document, switches: Set[Switch]) -> Document:
    """The document as it is shown with these switches on; the one given is left alone."""
    shown = copy.deepcopy(document)
    for switch, (of_kind, change) in _DISTORTIONS.items():
        if of_kind == kind and switch in switches:
            change(shown)
    return shown


def _sets(name: str, value: object) -> Distortion:
    return lambda document: document.update({name: value})


def _adds(name: str, amount: str) -> Distortion:
    """Add to an amount of money, which stays a text or a number as it was."""

    def change(document: Document) -> None:
        amounted = Decimal(str(document[name])) + Decimal(amount)
        document[name] = str(amounted) if isinstance(document[name], str) else float(amounted)

    return change


def _swaps(first: str, second: str) -> Distortion:
    def change(document: Document) -> None:
        document[first], document[second] = document[second], document[first]

    return change


def _item(position: int, change: Distortion) -> Distortion:
    """Change one line item; 0 and the last one are a parent and a child."""
    return lambda document: change(document["line_items"][position])


def _drops_last_line_item(document: Document) -> None:
    document["line_items"].pop()


def _ready_hides(document: Document) -> None:
    document["checks"]["blob_storage"] = "unhealthy"
    document["issues"] = []


def _lacks_blob_storage(document: Document) -> None:
    del document["checks"]["blob_storage"]


def _percentiles_are_base(document: Document) -> None:
    document.update(dict.fromkeys(("p50_cost", "p80_cost", "p95_cost"), document["base_cost"]))
    document["contingency_percentage"] = 0.0


def _negates_p50(document: Document) -> None:
    document["p50_cost"] = f"-{document['p50_cost']}"


def _adds_item(code: str, cost: str, *, has_parent: bool) -> Distortion:
    """Add a line item, which costs nothing where only its place is to be wrong."""

    def change(document: Document) -> None:
        parent_id = str(uuid4()) if has_parent else None
        document["line_items"].append(_further_item(str(uuid4()), parent_id, code, cost))

    return change


def _adds_cycle(document: Document) -> None:
    first_id, second_id = str(uuid4()), str(uuid4())
    document["line_items"].append(_further_item(first_id, second_id, "8", "0.00"))
    document["line_items"].append(_further_item(second_id, first_id, "8.1", "0.00"))


def _further_item(item_id: str, parent_id: str | None, code: str, cost: str) -> Document:
    return {
        "id": item_id,
        "parent_line_item_id": parent_id,
        "wbs_code": code,
        "description": "Allowances",
        "quantity": 1.0,
        "unit_of_measure": "lump sum",
        "unit_cost": cost,
        "total_cost": cost,
    }


def _negative_pair(document: Document) -> None:
    """Add two items that cancel each other, so that all sums stay right."""
    for code, cost in (("8", "-500.00"), ("9", "500.00")):
        document["line_items"].append(_further_item(str(uuid4()), None, code, cost))


def _repeats_code(document: Document) -> None:
    document["line_items"][2]["wbs_code"] = document["line_items"][1]["wbs_code"]


def _renames_factor(document: Document) -> None:
    for factor in document["risk_factors"][:1]:
        factor["name"] = f"{factor['name']} (revised)"


def _adds_contingency(document: Document) -> None:
    document["contingency_percentage"] = round(document["contingency_percentage"] + 5, 4)


def _reverses_times(document: Document) -> None:
    if document["completed_at"] is not None:
        _swaps("started_at", "completed_at")(document)


def _when_completed(change: Distortion) -> Distortion:
    def guarded(document: Document) -> None:
        if document["status"] == "completed":
            change(document)

    return guarded


def _when_validated(change: Distortion) -> Distortion:
    def guarded(document: Document) -> None:
        if document["validation_status"] != "pending":
            change(document)

    return guarded


def _exported(change: Distortion) -> Distortion:
    return lambda document: change(document["estimate"])


_DISTORTIONS: Mapping[Switch, tuple[Kind, Distortion]] = {
    Switch.LIVENESS_NOT_ALIVE: ("live", _sets("status", "starting")),
    Switch.READY_HIDES_DEPENDENCY: ("ready", _ready_hides),
    Switch.READY_LACKS_DEPENDENCY: ("ready", _lacks_blob_storage),
    Switch.CREATED_PROJECT_NOT_DRAFT: ("created", _sets("status", "complete")),
    Switch.CREATED_PROJECT_OF_NOBODY: ("created", _sets("created_by_id", "00000000-0000-4000-8000-000000000000")),
    Switch.READ_ANSWERS_OTHER_PROJECT: ("read", lambda document: document.update(id=str(uuid4()))),
    Switch.LIST_TOTAL_WRONG: ("page", lambda document: document.update(total=document["total"] + 1)),
    Switch.LIST_HAS_NEXT_WRONG: ("page", _sets("has_next", False)),
    Switch.LIST_HAS_PREVIOUS_WRONG: ("page", _sets("has_prev", False)),
    Switch.UPLOAD_ALREADY_PASSED: ("uploaded", _sets("validation_status", "passed")),
    Switch.UPLOAD_TYPE_ALTERED: ("uploaded", _sets("document_type", "schedule")),
    Switch.UPLOAD_IN_OTHER_PROJECT: ("document", lambda document: document.update(project_id=str(uuid4()))),
    Switch.BLOB_PATH_MISSING: ("document", _sets("blob_path", None)),
    Switch.COMPLETENESS_OUT_OF_RANGE: ("document", _when_validated(_sets("completeness_score", 130))),
    Switch.COMPLETENESS_MISSING: ("document", _when_validated(_sets("completeness_score", None))),
    Switch.JOB_PROGRESS_ABOVE_100: ("job", _when_completed(_sets("progress_percent", 110))),
    Switch.JOB_COMPLETES_BEFORE_100: ("job", _when_completed(_sets("progress_percent", 90))),
    Switch.JOB_WITHOUT_STEP: ("job", _sets("current_step", None)),
    Switch.JOB_TIMES_REVERSED: ("job", _reverses_times),
    Switch.JOB_WITHOUT_COMPLETION_TIME: ("job", _sets("completed_at", None)),
    Switch.JOB_COMPLETED_WITH_ERROR: ("job", _when_completed(_sets("error_message", "out of memory"))),
    Switch.JOB_WITHOUT_RESULT: ("job", _sets("result_data", None)),
    # Last of the job's: the others ask whether it is completed.
    Switch.JOB_STATUS_UNKNOWN: ("job", _when_completed(_sets("status", "done"))),
    Switch.JOB_RESULT_DIFFERS: ("result", _adds("p80_cost", "1000.00")),
    Switch.JOB_NAMES_NO_ESTIMATE: ("result", lambda document: document.update(estimate_id=str(uuid4()))),
    # The contingency rests on P80, so it is the other one that moves.
    Switch.P80_BELOW_P50: ("estimate", lambda document: document.update(p50_cost=document["p95_cost"])),
    Switch.P95_BELOW_P80: ("estimate", lambda document: document.update(p95_cost=document["p50_cost"])),
    Switch.P50_MISSING: ("estimate", _sets("p50_cost", None)),
    Switch.P95_MISSING: ("estimate", _sets("p95_cost", None)),
    Switch.P50_NEGATIVE: ("estimate", _negates_p50),
    Switch.RISK_IGNORED: ("estimate", _percentiles_are_base),
    Switch.CONTINGENCY_INCONSISTENT: ("estimate", _adds_contingency),
    Switch.LINE_ITEMS_DO_NOT_SUM: ("estimate", _item(1, _adds("total_cost", "1000.00"))),
    Switch.LINE_ITEM_NEGATIVE: ("estimate", _negative_pair),
    Switch.LINE_ITEM_QUANTITY_DIFFERS: ("estimate", _item(1, lambda item: item.update(quantity=item["quantity"] * 2))),
    Switch.LINE_ITEMS_MISS_BASE: ("estimate", _adds_item("9", "5000.00", has_parent=False)),
    Switch.LINE_ITEMS_EMPTY: ("estimate", _sets("line_items", [])),
    Switch.LINE_ITEM_ORPHAN: ("estimate", _adds_item("7.1", "0.00", has_parent=True)),
    Switch.LINE_ITEM_CYCLE: ("estimate", _adds_cycle),
    Switch.WBS_CODE_REPEATED: ("estimate", _repeats_code),
    Switch.WBS_CODE_OUTSIDE_PARENT: ("estimate", _item(-1, _sets("wbs_code", "9.9"))),
    Switch.NARRATIVE_EMPTY: ("estimate", _sets("narrative", "")),
    Switch.ASSUMPTIONS_EMPTY: ("estimate", _sets("assumptions", [])),
    Switch.EXCLUSIONS_EMPTY: ("estimate", _sets("exclusions", [])),
    Switch.RISK_FACTORS_LOST: ("estimate", _sets("risk_factors", [])),
    Switch.RISK_FACTOR_ALTERED: ("estimate", _renames_factor),
    Switch.ESTIMATE_OF_OTHER_PROJECT: ("estimate", lambda document: document.update(project_id=str(uuid4()))),
    Switch.CLASS_UNKNOWN: ("estimate", _sets("aace_class", "class_6")),
    Switch.CLASS_MISSING: ("estimate", _sets("aace_class", None)),
    Switch.EXPORT_AMOUNT_DIFFERS: ("export", _exported(_adds("p80_cost", "1.00"))),
    Switch.EXPORT_LINE_AMOUNT_DIFFERS: ("export", _item(1, _adds("total_cost", "0.01"))),
    Switch.EXPORT_LACKS_LINE_ITEM: ("export", _drops_last_line_item),
    Switch.EXPORT_LACKS_ASSUMPTIONS: ("export", _sets("assumptions", [])),
    Switch.EXPORT_LACKS_EXCLUSIONS: ("export", _sets("exclusions", [])),
    Switch.EXPORT_LACKS_RISK_FACTORS: ("export", _sets("risk_factors", [])),
    Switch.EXPORT_CLASS_DIFFERS: ("export", _exported(_sets("aace_class", "class_1"))),
    Switch.EXPORT_OF_OTHER_ESTIMATE: ("export", _exported(lambda estimate: estimate.update(id=str(uuid4())))),
}
