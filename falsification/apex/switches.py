"""Every switch of the APEX stand-in, and the controls that must report it.

Several controls report what shows in several places: a project that is lost is missed by whoever wanted to use it. At a
later step of a workflow what an earlier one already reported is not evaluated, and so not reported again.
"""

from __future__ import annotations

from dataclasses import replace

from falsification.apex.observed import Change, Family, Inability, Violation, both, declares
from falsification.apex.stand_ins import PATIENCE
from sandbox.apex import Switch


def switches_on(switch: Switch) -> Change:
    """Break one behaviour."""
    return lambda stage: stage.apex.switches.add(switch)


def _of(switch: Switch, check: str, *controls: str) -> Violation:
    return Violation(switch.value, switch.wrong, switches_on(switch), controls, check)


def _also(switch: Switch, check: str, *controls: str) -> Violation:
    """Return a broken behaviour as another family sees it than the one that it is meant for."""
    name = f"{switch.value}-for-{controls[0].partition('-')[0].lower()}"
    return Violation(name, switch.wrong, switches_on(switch), controls, check)


def restarted() -> Change:
    """Kill the application in mid-run, where calls are repeated as they are if an environment file says nothing of it.

    A job that stands still is waited for more briefly.
    """
    repeated = {"attempts": 4, "retry_budget_seconds": 15.0, "stalled_seconds": 0.5}
    limits = {**PATIENCE["application"]["limits"], **repeated}
    return both(switches_on(Switch.RESTARTED_IN_MID_JOB), declares({"application": {"limits": limits}}))


VIOLATIONS: tuple[Violation, ...] = (
    # Smoke tests
    _of(Switch.LIVENESS_NOT_ALIVE, "test_application_is_alive", "SMK-01"),
    _of(Switch.LIVENESS_FAILS, "test_application_is_alive", "SMK-01"),
    _of(Switch.READY_DEGRADED, "test_application_is_ready", "SMK-01"),
    _of(Switch.READY_DEGRADED_WITH_200, "test_application_is_ready", "SMK-01"),
    _of(Switch.READY_HIDES_DEPENDENCY, "test_dependency_is_healthy", "SMK-01"),
    _of(Switch.READY_LACKS_DEPENDENCY, "test_dependency_is_healthy", "SMK-01"),
    _of(Switch.HEALTH_NEEDS_TOKEN, "test_application_is_alive", "SMK-01"),
    _of(Switch.ANONYMOUS_ACCEPTED, "test_bad_token_is_refused", "SMK-02"),
    _of(Switch.GARBAGE_TOKEN_ACCEPTED, "test_bad_token_is_refused", "SMK-02"),
    _of(Switch.EXPIRED_TOKEN_ACCEPTED, "test_bad_token_is_refused", "SMK-02"),
    _of(Switch.FUTURE_TOKEN_ACCEPTED, "test_bad_token_is_refused", "SMK-02"),
    _of(Switch.ENDLESS_TOKEN_ACCEPTED, "test_bad_token_is_refused", "SMK-02"),
    _of(Switch.WRONG_AUDIENCE_ACCEPTED, "test_bad_token_is_refused", "SMK-02"),
    _of(Switch.WRONG_ISSUER_ACCEPTED, "test_bad_token_is_refused", "SMK-02"),
    _of(Switch.WRONG_KEY_ACCEPTED, "test_bad_token_is_refused", "SMK-02"),
    _of(Switch.ALGORITHM_NONE_ACCEPTED, "test_bad_token_is_refused", "SMK-02"),
    _of(Switch.PUBLIC_KEY_AS_SECRET, "test_bad_token_is_refused", "SMK-02"),
    _of(Switch.CHALLENGE_MISSING, "test_bad_token_is_refused", "SMK-02"),
    _of(Switch.BAD_TOKEN_CRASHES, "test_bad_token_is_refused", "SMK-02"),
    _of(Switch.REFUSED_TOKEN_IS_200, "test_bad_token_is_refused", "SMK-02"),
    _of(Switch.REDIRECT_TO_OTHER_ORIGIN, "test_list_stays_within_the_application", "SMK-02"),
    _of(Switch.REDIRECT_TO_PLAIN_HTTP, "test_list_stays_within_the_application", "SMK-02"),
    _of(Switch.REQUEST_ID_MISSING, "test_project_is_created", "SMK-03"),
    _of(Switch.LIST_IGNORES_PAGE_SIZE, "test_list_comes_in_pages", "SMK-03"),
    _of(Switch.LIST_IGNORES_PAGE, "test_list_comes_in_pages", "SMK-03"),
    _of(Switch.LIST_TOTAL_WRONG, "test_projects_are_listed", "SMK-02", "SMK-03"),
    _of(Switch.LIST_HAS_NEXT_WRONG, "test_list_comes_in_pages", "SMK-03"),
    _of(Switch.LIST_HAS_PREVIOUS_WRONG, "test_list_comes_in_pages", "SMK-03"),
    _of(Switch.LIST_OMITS_NEWEST, "test_project_is_listed", "SMK-03"),
    _of(Switch.CREATE_ANSWERS_200, "test_project_is_created", "SMK-03"),
    _of(Switch.CREATED_PROJECT_LOST, "test_project_is_stored", "SMK-03", "SMK-04", "SMK-05"),
    _of(Switch.CREATED_PROJECT_ALTERED, "test_project_is_stored", "SMK-03", "SMK-05"),
    _of(Switch.CREATED_PROJECT_NOT_DRAFT, "test_project_is_created", "SMK-03"),
    _of(Switch.CREATED_PROJECT_OF_NOBODY, "test_project_is_created", "SMK-03"),
    _of(Switch.NUMBER_REUSED, "test_project_number_is_unique", "SMK-03"),
    _of(Switch.READ_ANSWERS_OTHER_PROJECT, "test_project_is_stored", "SMK-03", "SMK-05"),
    _of(Switch.SQL_NOT_CALLED, "test_service_is_called", "SMK-05"),
    _of(Switch.BLOB_NOT_CALLED, "test_service_is_called", "SMK-05"),
    _of(Switch.DOCUMENT_INTELLIGENCE_NOT_CALLED, "test_service_is_called", "SMK-05"),
    _of(Switch.OPENAI_NOT_CALLED, "test_service_is_called", "SMK-05"),
    _of(Switch.KEY_VAULT_NOT_CALLED, "test_service_is_called", "SMK-05"),
    _of(Switch.SQL_CALLS_FAIL, "test_service_is_called", "SMK-05"),
    _of(Switch.BLOB_CALLS_FAIL, "test_service_is_called", "SMK-05"),
    _of(Switch.DOCUMENT_INTELLIGENCE_CALLS_FAIL, "test_service_is_called", "SMK-05"),
    _of(Switch.OPENAI_CALLS_FAIL, "test_service_is_called", "SMK-05"),
    _of(Switch.KEY_VAULT_CALLS_FAIL, "test_service_is_called", "SMK-05"),
    _of(Switch.UPLOAD_ANSWERS_200, "test_document_is_uploaded", "SMK-04"),
    _of(Switch.UPLOAD_LOST, "test_document_is_stored", "SMK-04"),
    _of(Switch.BLOB_PATH_MISSING, "test_document_is_stored", "SMK-04", "SMK-05"),
    _of(Switch.ARCHIVE_DOES_NOTHING, "test_project_can_be_archived", "SMK-03"),
    # The workflow
    _of(Switch.UPLOAD_ALREADY_PASSED, "test_scope_is_uploaded", "E2E-02", "E2E-04"),
    _of(Switch.UPLOAD_TYPE_ALTERED, "test_scope_is_uploaded", "E2E-02", "E2E-04"),
    _of(Switch.UPLOAD_IN_OTHER_PROJECT, "test_scope_is_uploaded", "E2E-02", "E2E-04"),
    _of(Switch.DOCUMENT_NOT_LISTED, "test_scope_is_uploaded", "E2E-02", "E2E-04"),
    _of(Switch.VALIDATION_HAS_NO_EFFECT, "test_scope_is_validated", "E2E-03"),
    _of(Switch.VALIDATION_REJECTS_ALL, "test_scope_is_validated", "E2E-03"),
    _of(Switch.VALIDATION_ACCEPTS_ALL, "test_unreadable_document_does_not_pass", "E2E-03"),
    _of(Switch.COMPLETENESS_OUT_OF_RANGE, "test_scope_is_validated", "E2E-03", "E2E-05"),
    _of(Switch.COMPLETENESS_MISSING, "test_scope_is_validated", "E2E-03", "E2E-05"),
    _of(Switch.JOB_NEVER_ENDS, "test_scope_is_validated", "E2E-03", "E2E-06"),
    _of(Switch.JOB_STAYS_PENDING, "test_scope_is_validated", "E2E-03", "E2E-06"),
    replace(_of(Switch.RESTARTED_IN_MID_JOB, "test_scope_is_validated", "E2E-03"), change=restarted()),
    replace(_also(Switch.RESTARTED_IN_MID_JOB, "test_results_show_the_service", "SMK-05"), change=restarted()),
    _of(Switch.JOB_FAILS, "test_scope_is_validated", "E2E-03", "E2E-06"),
    _of(Switch.JOB_FAILS_SILENTLY, "test_scope_is_validated", "E2E-03", "E2E-06"),
    _of(Switch.JOB_NOT_FOUND, "test_scope_is_validated", "E2E-03", "E2E-06"),
    _of(Switch.JOB_STARTS_WITH_200, "test_scope_is_validated", "E2E-03", "E2E-06"),
    _of(Switch.JOB_PROGRESS_GOES_BACKWARDS, "test_job_tells_its_progress", "E2E-03", "E2E-05", "E2E-06"),
    _of(Switch.JOB_PROGRESS_ABOVE_100, "test_job_tells_its_progress", "E2E-03", "E2E-05", "E2E-06"),
    _of(Switch.JOB_COMPLETES_BEFORE_100, "test_job_tells_its_progress", "E2E-03", "E2E-05", "E2E-06"),
    _of(Switch.JOB_STATUS_UNKNOWN, "test_scope_is_validated", "E2E-03", "E2E-06"),
    _of(Switch.JOB_WITHOUT_STEP, "test_job_tells_its_progress", "E2E-03", "E2E-05", "E2E-06"),
    _of(Switch.JOB_TIMES_REVERSED, "test_job_tells_its_progress", "E2E-03", "E2E-05", "E2E-06"),
    _of(Switch.JOB_WITHOUT_COMPLETION_TIME, "test_job_tells_its_progress", "E2E-03", "E2E-05", "E2E-06"),
    _of(Switch.JOB_COMPLETED_WITH_ERROR, "test_job_tells_its_progress", "E2E-03", "E2E-05", "E2E-06"),
    _of(Switch.JOB_WITHOUT_RESULT, "test_estimate_is_generated", "E2E-06"),
    _of(Switch.JOB_RESULT_DIFFERS, "test_estimate_is_shown", "E2E-07"),
    _of(Switch.JOB_NAMES_NO_ESTIMATE, "test_estimate_is_shown", "E2E-07"),
    _of(Switch.P80_BELOW_P50, "test_result_has_ordered_percentiles", "E2E-06", "E2E-07"),
    _of(Switch.P95_BELOW_P80, "test_result_has_ordered_percentiles", "E2E-06", "E2E-07"),
    _of(Switch.P50_MISSING, "test_result_has_ordered_percentiles", "E2E-06", "E2E-07"),
    _of(Switch.P95_MISSING, "test_result_has_ordered_percentiles", "E2E-06", "E2E-07"),
    _of(Switch.P50_NEGATIVE, "test_result_has_ordered_percentiles", "E2E-06", "E2E-07"),
    _of(Switch.RISK_IGNORED, "test_result_has_ordered_percentiles", "E2E-06", "E2E-07"),
    _of(Switch.CONFIDENCE_IGNORED, "test_other_levels_of_confidence", "E2E-07"),
    _of(Switch.CONTINGENCY_INCONSISTENT, "test_contingency_follows_from_the_costs", "E2E-07"),
    _of(Switch.LINE_ITEMS_DO_NOT_SUM, "test_line_items_sum_to_the_base_cost", "E2E-07"),
    _of(Switch.LINE_ITEMS_MISS_BASE, "test_line_items_sum_to_the_base_cost", "E2E-07"),
    _of(Switch.LINE_ITEMS_EMPTY, "test_line_items_sum_to_the_base_cost", "E2E-07"),
    _of(Switch.RISKS_MULTIPLY, "test_contingency_is_plausible", "E2E-07"),
    _of(Switch.LINE_ITEM_NEGATIVE, "test_line_items_sum_to_the_base_cost", "E2E-07"),
    _of(Switch.LINE_ITEM_QUANTITY_DIFFERS, "test_line_items_sum_to_the_base_cost", "E2E-07"),
    _of(Switch.LINE_ITEM_ORPHAN, "test_hierarchy_is_sound", "E2E-07"),
    _of(Switch.LINE_ITEM_CYCLE, "test_hierarchy_is_sound", "E2E-07"),
    _of(Switch.WBS_CODE_REPEATED, "test_hierarchy_is_sound", "E2E-07"),
    _of(Switch.WBS_CODE_OUTSIDE_PARENT, "test_hierarchy_is_sound", "E2E-07"),
    _of(Switch.NARRATIVE_EMPTY, "test_narrative_assumptions_and_exclusions", "E2E-07"),
    _of(Switch.ASSUMPTIONS_EMPTY, "test_narrative_assumptions_and_exclusions", "E2E-07"),
    _of(Switch.EXCLUSIONS_EMPTY, "test_narrative_assumptions_and_exclusions", "E2E-07"),
    _of(Switch.RISK_FACTORS_LOST, "test_narrative_assumptions_and_exclusions", "E2E-07"),
    _of(Switch.RISK_FACTOR_ALTERED, "test_narrative_assumptions_and_exclusions", "E2E-07"),
    _of(Switch.ESTIMATE_OF_OTHER_PROJECT, "test_estimate_is_shown", "E2E-07"),
    _of(Switch.ESTIMATE_NOT_LISTED, "test_estimate_is_shown", "E2E-07"),
    _of(Switch.EXPORT_AMOUNT_DIFFERS, "test_export_equals_the_view", "E2E-08"),
    _of(Switch.EXPORT_LINE_AMOUNT_DIFFERS, "test_export_equals_the_view", "E2E-08"),
    _of(Switch.EXPORT_LACKS_LINE_ITEM, "test_export_equals_the_view", "E2E-08"),
    _of(Switch.EXPORT_LACKS_ASSUMPTIONS, "test_export_equals_the_view", "E2E-08"),
    _of(Switch.EXPORT_LACKS_EXCLUSIONS, "test_export_equals_the_view", "E2E-08"),
    _of(Switch.EXPORT_LACKS_RISK_FACTORS, "test_export_equals_the_view", "E2E-08"),
    _of(Switch.EXPORT_CLASS_DIFFERS, "test_export_equals_the_view", "E2E-08"),
    _of(Switch.EXPORT_OF_OTHER_ESTIMATE, "test_export_equals_the_view", "E2E-08"),
    _of(Switch.EXPORT_FAILS, "test_estimate_is_exported", "E2E-08"),
    # Roles
    _of(Switch.AUDITOR_CREATES_PROJECT, "test_role_on_projects", "RBAC-01"),
    _of(Switch.AUDITOR_UPDATES_PROJECT, "test_role_on_projects", "RBAC-01", "RBAC-02", "RBAC-06"),
    _of(Switch.AUDITOR_ARCHIVES_PROJECT, "test_role_on_projects", "RBAC-01"),
    _of(Switch.AUDITOR_GRANTS_ACCESS, "test_role_on_access", "RBAC-02", "RBAC-06"),
    _of(Switch.AUDITOR_REVOKES_ACCESS, "test_role_on_access", "RBAC-02"),
    _of(Switch.AUDITOR_UPLOADS, "test_grant_gives_its_role_and_no_more", "RBAC-02", "RBAC-03"),
    _of(Switch.AUDITOR_DELETES_DOCUMENT, "test_role_on_documents", "RBAC-03"),
    _of(Switch.AUDITOR_VALIDATES, "test_role_on_documents", "RBAC-03"),
    _of(Switch.AUDITOR_GENERATES, "test_role_on_estimates", "RBAC-04"),
    _of(Switch.ESTIMATOR_UPDATES_PROJECT, "test_role_on_projects", "RBAC-01", "RBAC-06"),
    _of(Switch.ESTIMATOR_ARCHIVES_PROJECT, "test_role_on_projects", "RBAC-01"),
    _of(Switch.ESTIMATOR_GRANTS_ACCESS, "test_role_on_access", "RBAC-02", "RBAC-06"),
    _of(Switch.ESTIMATOR_REVOKES_ACCESS, "test_role_on_access", "RBAC-02"),
    _of(Switch.OUTSIDER_READS_PROJECT, "test_role_on_projects", "RBAC-01", "RBAC-02", "RBAC-06"),
    _of(Switch.OUTSIDER_UPDATES_PROJECT, "test_role_on_projects", "RBAC-01", "RBAC-06"),
    _of(Switch.OUTSIDER_ARCHIVES_PROJECT, "test_role_on_projects", "RBAC-01"),
    _of(Switch.OUTSIDER_UPLOADS, "test_role_on_documents", "RBAC-03"),
    _of(Switch.OUTSIDER_READS_DOCUMENT, "test_role_on_documents", "RBAC-03", "RBAC-06"),
    _of(Switch.OUTSIDER_DELETES_DOCUMENT, "test_role_on_documents", "RBAC-03"),
    _of(Switch.OUTSIDER_VALIDATES, "test_role_on_documents", "RBAC-03"),
    _of(Switch.OUTSIDER_LISTS_DOCUMENTS, "test_role_on_documents", "RBAC-03", "RBAC-06"),
    _of(Switch.OUTSIDER_GENERATES, "test_role_on_estimates", "RBAC-04"),
    _of(Switch.OUTSIDER_READS_ESTIMATE, "test_role_on_estimates", "RBAC-04", "RBAC-06"),
    _of(Switch.OUTSIDER_EXPORTS_ESTIMATE, "test_role_on_estimates", "RBAC-04", "RBAC-06"),
    _of(Switch.OUTSIDER_LISTS_ESTIMATES, "test_role_on_estimates", "RBAC-04", "RBAC-06"),
    _of(Switch.LIST_SHOWS_FOREIGN_PROJECTS, "test_role_on_projects", "RBAC-01"),
    _of(Switch.FOREIGN_JOB_READABLE, "test_role_on_jobs", "RBAC-05", "RBAC-06"),
    _of(Switch.SELF_GRANT_WORKS, "test_way_around_is_refused", "RBAC-06"),
    _of(Switch.AUDITOR_CANNOT_READ, "test_role_on_projects", "RBAC-01", "RBAC-02"),
    _of(Switch.AUDITOR_CANNOT_READ_ESTIMATE, "test_role_on_estimates", "RBAC-04"),
    _of(Switch.ESTIMATOR_CANNOT_UPLOAD, "test_role_on_documents", "RBAC-03"),
    _of(Switch.ESTIMATOR_CANNOT_GENERATE, "test_role_on_estimates", "RBAC-04"),
    _of(Switch.MANAGER_CANNOT_UPDATE, "test_role_on_projects", "RBAC-01"),
    _of(Switch.MANAGER_CANNOT_GRANT, "test_role_on_access", "RBAC-02"),
    _of(Switch.REFUSED_UPDATE_TAKES_EFFECT, "test_role_on_projects", "RBAC-01"),
    _of(Switch.REFUSED_ARCHIVE_TAKES_EFFECT, "test_role_on_projects", "RBAC-01"),
    _of(Switch.REFUSED_UPLOAD_TAKES_EFFECT, "test_role_on_documents", "RBAC-03"),
    _of(Switch.REFUSED_DELETE_TAKES_EFFECT, "test_role_on_documents", "RBAC-03"),
    _of(Switch.REFUSED_GRANT_TAKES_EFFECT, "test_role_on_access", "RBAC-02", "RBAC-06"),
    _of(Switch.REFUSED_GENERATE_TAKES_EFFECT, "test_role_on_estimates", "RBAC-04"),
    _of(Switch.REFUSED_CREATE_TAKES_EFFECT, "test_role_on_projects", "RBAC-01"),
    _of(Switch.DELETE_DOES_NOTHING, "test_role_on_documents", "RBAC-03"),
    _of(Switch.UPDATE_DOES_NOTHING, "test_role_on_projects", "RBAC-01"),
    _of(Switch.GRANT_DOES_NOTHING, "test_role_on_access", "RBAC-02"),
    _of(Switch.REVOKE_DOES_NOTHING, "test_role_on_access", "RBAC-02"),
    _of(Switch.GRANT_GIVES_MANAGER, "test_role_on_projects", "RBAC-01", "RBAC-02", "RBAC-03", "RBAC-04", "RBAC-06"),
    _of(
        Switch.REFUSAL_IS_200, "test_role_on_projects", "RBAC-01", "RBAC-02", "RBAC-03", "RBAC-04", "RBAC-05", "RBAC-06"
    ),
    _of(
        Switch.REFUSAL_IS_500, "test_role_on_projects", "RBAC-01", "RBAC-02", "RBAC-03", "RBAC-04", "RBAC-05", "RBAC-06"
    ),
    # AACE classification
    _of(Switch.CLASS_ALWAYS_5, "test_budget_project_has_its_class", "AACE-02", "AACE-03"),
    _of(Switch.CLASS_ALWAYS_3, "test_conceptual_project_has_its_class", "AACE-01", "AACE-02", "AACE-03"),
    _of(Switch.CLASS_IGNORES_ENGINEERING, "test_definitive_project_has_its_class", "AACE-03"),
    _of(Switch.CLASS_COUNTS_PENDING, "test_documents_do_not_count_before_they_are_validated", "AACE-02"),
    _of(Switch.CLASS_UNKNOWN, "test_conceptual_project_has_its_class", "AACE-01", "AACE-02", "AACE-03"),
    _of(Switch.CLASS_MISSING, "test_conceptual_project_has_its_class", "AACE-01", "AACE-02", "AACE-03"),
    _of(Switch.BID_VALIDATED_AS_CLASS_5, "test_bid_is_held_to_its_class", "AACE-03"),
    _of(Switch.BID_CLASS_MISSING, "test_bid_is_held_to_its_class", "AACE-03"),
    # Bad input
    _of(Switch.VOLTAGE_ZERO_ACCEPTED, "test_bad_project_is_refused", "BAD-01"),
    _of(Switch.VOLTAGE_ZERO_CRASHES, "test_bad_project_is_refused", "BAD-01"),
    _of(Switch.VOLTAGE_NEGATIVE_ACCEPTED, "test_bad_project_is_refused", "BAD-01"),
    _of(Switch.NAN_ACCEPTED, "test_bad_project_is_refused", "BAD-01"),
    _of(Switch.NAN_CRASHES, "test_bad_project_is_refused", "BAD-01", "BAD-03"),
    _of(Switch.MILES_NEGATIVE_ACCEPTED, "test_bad_project_is_refused", "BAD-01"),
    _of(Switch.TERRAIN_UNKNOWN_ACCEPTED, "test_bad_project_is_refused", "BAD-01"),
    _of(Switch.NAME_EMPTY_ACCEPTED, "test_bad_project_is_refused", "BAD-01"),
    _of(Switch.STATUS_UNKNOWN_ACCEPTED, "test_bad_project_is_refused", "BAD-01"),
    _of(Switch.PAGE_SIZE_UNBOUNDED, "test_bad_request_is_refused", "BAD-04"),
    _of(Switch.IDENTIFIER_CRASHES, "test_bad_request_is_refused", "BAD-04"),
    _of(Switch.JSON_CRASHES, "test_bad_request_is_refused", "BAD-04"),
    _of(Switch.FILE_OVERSIZE_ACCEPTED, "test_bad_file_is_refused", "BAD-02"),
    _of(Switch.FILE_EMPTY_ACCEPTED, "test_bad_file_is_refused", "BAD-02"),
    _of(Switch.FILE_MIME_ACCEPTED, "test_bad_file_is_refused", "BAD-02"),
    _of(Switch.FILE_CONTENT_UNCHECKED, "test_bad_file_is_refused", "BAD-02"),
    _of(Switch.FILE_PATH_KEPT, "test_bad_file_is_refused", "BAD-02"),
    _of(Switch.FILE_PATH_CRASHES, "test_bad_file_is_refused", "BAD-02"),
    _of(Switch.DOCUMENT_TYPE_ACCEPTED, "test_bad_file_is_refused", "BAD-02"),
    _of(Switch.RISK_ORDER_ACCEPTED, "test_bad_estimate_is_refused", "BAD-03"),
    _of(Switch.RISK_ORDER_CRASHES, "test_bad_estimate_is_refused", "BAD-03"),
    _of(Switch.RISK_DISTRIBUTION_ACCEPTED, "test_bad_estimate_is_refused", "BAD-03"),
    _of(Switch.RISK_PARAMETER_MISSING_ACCEPTED, "test_bad_estimate_is_refused", "BAD-03"),
    _of(Switch.CONFIDENCE_OUT_OF_RANGE_ACCEPTED, "test_bad_estimate_is_refused", "BAD-03"),
    _of(Switch.ITERATIONS_OUT_OF_RANGE_ACCEPTED, "test_bad_estimate_is_refused", "BAD-03"),
    _of(Switch.REFUSED_PROJECT_STORED, "test_bad_project_is_refused", "BAD-01"),
    _of(Switch.REFUSED_FILE_STORED, "test_bad_file_is_refused", "BAD-02"),
    _of(Switch.STACK_TRACE_SHOWN, "test_bad_project_is_refused", "BAD-01", "BAD-02", "BAD-03", "BAD-04"),
    # What the smoke tests find first, as the other families see it
    _also(Switch.CREATE_ANSWERS_200, "test_project_is_created", "E2E-01"),
    _also(Switch.CREATED_PROJECT_LOST, "test_project_is_created", "E2E-01", "E2E-02"),
    _also(Switch.CREATED_PROJECT_ALTERED, "test_project_is_created", "E2E-01"),
    _also(Switch.READ_ANSWERS_OTHER_PROJECT, "test_project_is_created", "E2E-01"),
    _also(Switch.HEALTH_NEEDS_TOKEN, "test_role_on_service", "RBAC-07"),
    _also(Switch.LIVENESS_FAILS, "test_role_on_service", "RBAC-07"),
    _also(Switch.READY_DEGRADED, "test_role_on_service", "RBAC-07"),
    _also(Switch.ANONYMOUS_ACCEPTED, "test_role_on_projects", "RBAC-01", "RBAC-02", "RBAC-03", "RBAC-04"),
    # Service levels, as a client measures them
    _of(Switch.SLOW_ANSWERS, "test_project_list_is_quick", "SLA-08"),
    _of(Switch.SLOW_LIST, "test_project_list_is_quick", "SLA-08"),
    _of(Switch.SLOW_TAIL, "test_project_list_is_quick", "SLA-08"),
    _of(Switch.ERRORS_AT_TIMES, "test_project_list_is_quick", "SLA-08"),
    _of(Switch.UNAVAILABLE, "test_project_list_is_quick", "SLA-08"),
)

# Under these nothing is known, so that nothing can be reported; but nothing may pass that rests on it.
UNKNOWABLE: dict[Switch, str] = {
    Switch.TELEMETRY_ABSENT: "test_service_is_called",
    Switch.TELEMETRY_UNCORRELATED: "test_service_is_called",
    Switch.THROTTLED: "test_project_list_is_quick",
}
# Of PAUSED there is nothing to see in a process that waits for itself: what a hang leads to is tried by inability.
LEFT_OUT = frozenset({Switch.PAUSED})


def unknowable(family: Family) -> tuple[Inability, ...]:
    """Return what takes away that by which checks of a family would know."""
    return tuple(
        Inability(f"{switch}: {family}", "", switches_on(switch), family, check)
        for switch, check in UNKNOWABLE.items()
        if family == ("SLA" if switch.family == "SLA" else "SMK")
    )
