"""Which cases must report each way in which APEX can be wrong.

A line says: with any one of these switches on, at least one of these cases fails. Nearly all name a single case.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sandbox.apex.switches import Switch

_LINES: tuple[tuple[tuple[str, ...], tuple[Switch, ...]], ...] = (
    (
        ("AACE-01 test_conceptual_project_has_its_class",),
        (
            Switch.CLASS_ALWAYS_3,
            Switch.CLASS_UNKNOWN,
            Switch.CLASS_MISSING,
        ),
    ),
    (
        ("AACE-02 test_budget_project_has_its_class",),
        (Switch.CLASS_ALWAYS_5,),
    ),
    (
        ("AACE-02 test_documents_do_not_count_before_they_are_validated",),
        (Switch.CLASS_COUNTS_PENDING,),
    ),
    (
        ("AACE-03 test_bid_is_held_to_its_class",),
        (
            Switch.BID_VALIDATED_AS_CLASS_5,
            Switch.BID_CLASS_MISSING,
        ),
    ),
    (
        ("AACE-03 test_definitive_project_has_its_class",),
        (Switch.CLASS_IGNORES_ENGINEERING,),
    ),
    (
        ("BAD-01 test_bad_project_is_refused[miles-negative]",),
        (Switch.MILES_NEGATIVE_ACCEPTED,),
    ),
    (
        ("BAD-01 test_bad_project_is_refused[name-empty]",),
        (Switch.NAME_EMPTY_ACCEPTED,),
    ),
    (
        ("BAD-01 test_bad_project_is_refused[status-unknown]",),
        (Switch.STATUS_UNKNOWN_ACCEPTED,),
    ),
    (
        ("BAD-01 test_bad_project_is_refused[terrain-unknown]",),
        (Switch.TERRAIN_UNKNOWN_ACCEPTED,),
    ),
    (
        ("BAD-01 test_bad_project_is_refused[voltage-negative]",),
        (Switch.VOLTAGE_NEGATIVE_ACCEPTED,),
    ),
    (
        ("BAD-01 test_bad_project_is_refused[voltage-not-a-number]",),
        (
            Switch.NAN_ACCEPTED,
            Switch.NAN_CRASHES,
        ),
    ),
    (
        ("BAD-01 test_bad_project_is_refused[voltage-zero]",),
        (
            Switch.VOLTAGE_ZERO_ACCEPTED,
            Switch.VOLTAGE_ZERO_CRASHES,
            Switch.REFUSED_PROJECT_STORED,
            Switch.STACK_TRACE_SHOWN,
        ),
    ),
    (
        ("BAD-02 test_bad_file_is_refused[document-type-unknown]",),
        (
            Switch.DOCUMENT_TYPE_ACCEPTED,
            Switch.REFUSED_FILE_STORED,
        ),
    ),
    (
        ("BAD-02 test_bad_file_is_refused[file-empty]",),
        (Switch.FILE_EMPTY_ACCEPTED,),
    ),
    (
        ("BAD-02 test_bad_file_is_refused[file-oversize]",),
        (Switch.FILE_OVERSIZE_ACCEPTED,),
    ),
    (
        ("BAD-02 test_bad_file_is_refused[mime-type-unknown]",),
        (Switch.FILE_MIME_ACCEPTED,),
    ),
    (
        ("BAD-02 test_bad_file_is_refused[path-in-the-name]",),
        (
            Switch.FILE_PATH_KEPT,
            Switch.FILE_PATH_CRASHES,
        ),
    ),
    (
        ("BAD-02 test_bad_file_is_refused[program-as-pdf]",),
        (Switch.FILE_CONTENT_UNCHECKED,),
    ),
    (
        ("BAD-03 test_bad_estimate_is_refused[confidence-above-one]",),
        (Switch.CONFIDENCE_OUT_OF_RANGE_ACCEPTED,),
    ),
    (
        ("BAD-03 test_bad_estimate_is_refused[iterations-too-few]",),
        (Switch.ITERATIONS_OUT_OF_RANGE_ACCEPTED,),
    ),
    (
        ("BAD-03 test_bad_estimate_is_refused[risk-distribution-unknown]",),
        (Switch.RISK_DISTRIBUTION_ACCEPTED,),
    ),
    (
        ("BAD-03 test_bad_estimate_is_refused[risk-minimum-above-maximum]",),
        (
            Switch.RISK_ORDER_ACCEPTED,
            Switch.RISK_ORDER_CRASHES,
        ),
    ),
    (
        ("BAD-03 test_bad_estimate_is_refused[risk-without-parameters]",),
        (Switch.RISK_PARAMETER_MISSING_ACCEPTED,),
    ),
    (
        ("BAD-04 test_bad_request_is_refused[body-not-json]",),
        (Switch.JSON_CRASHES,),
    ),
    (
        ("BAD-04 test_bad_request_is_refused[page-size-zero]",),
        (Switch.PAGE_SIZE_UNBOUNDED,),
    ),
    (
        ("BAD-04 test_bad_request_is_refused[project-id-malformed]",),
        (Switch.IDENTIFIER_CRASHES,),
    ),
    (
        ("E2E-02 test_scope_is_uploaded",),
        (
            Switch.UPLOAD_ALREADY_PASSED,
            Switch.UPLOAD_TYPE_ALTERED,
            Switch.UPLOAD_IN_OTHER_PROJECT,
            Switch.DOCUMENT_NOT_LISTED,
        ),
    ),
    (
        ("E2E-03 test_job_tells_its_progress",),
        (
            Switch.JOB_PROGRESS_GOES_BACKWARDS,
            Switch.JOB_PROGRESS_ABOVE_100,
            Switch.JOB_COMPLETES_BEFORE_100,
            Switch.JOB_WITHOUT_STEP,
            Switch.JOB_TIMES_REVERSED,
            Switch.JOB_WITHOUT_COMPLETION_TIME,
            Switch.JOB_COMPLETED_WITH_ERROR,
        ),
    ),
    (
        ("E2E-03 test_scope_is_validated",),
        (
            Switch.VALIDATION_HAS_NO_EFFECT,
            Switch.VALIDATION_REJECTS_ALL,
            Switch.COMPLETENESS_OUT_OF_RANGE,
            Switch.COMPLETENESS_MISSING,
            Switch.JOB_NEVER_ENDS,
            Switch.JOB_STAYS_PENDING,
            Switch.JOB_FAILS,
            Switch.JOB_FAILS_SILENTLY,
            Switch.JOB_NOT_FOUND,
            Switch.JOB_STARTS_WITH_200,
            Switch.JOB_STATUS_UNKNOWN,
        ),
    ),
    (
        ("E2E-03 test_unreadable_document_does_not_pass",),
        (Switch.VALIDATION_ACCEPTS_ALL,),
    ),
    (
        ("E2E-06 test_estimate_is_generated",),
        (Switch.JOB_WITHOUT_RESULT,),
    ),
    (
        ("E2E-06 test_result_has_ordered_percentiles",),
        (
            Switch.P80_BELOW_P50,
            Switch.P95_BELOW_P80,
            Switch.P50_MISSING,
            Switch.P95_MISSING,
            Switch.P50_NEGATIVE,
            Switch.RISK_IGNORED,
        ),
    ),
    (
        ("E2E-07 test_contingency_follows_from_the_costs",),
        (Switch.CONTINGENCY_INCONSISTENT,),
    ),
    (
        ("E2E-07 test_estimate_is_shown",),
        (
            Switch.JOB_RESULT_DIFFERS,
            Switch.JOB_NAMES_NO_ESTIMATE,
            Switch.ESTIMATE_OF_OTHER_PROJECT,
            Switch.ESTIMATE_NOT_LISTED,
        ),
    ),
    (
        ("E2E-07 test_hierarchy_is_sound",),
        (
            Switch.LINE_ITEM_ORPHAN,
            Switch.LINE_ITEM_CYCLE,
            Switch.WBS_CODE_REPEATED,
            Switch.WBS_CODE_OUTSIDE_PARENT,
        ),
    ),
    (
        ("E2E-07 test_line_items_sum_to_the_base_cost",),
        (
            Switch.LINE_ITEMS_DO_NOT_SUM,
            Switch.LINE_ITEMS_MISS_BASE,
            Switch.LINE_ITEMS_EMPTY,
        ),
    ),
    (
        ("E2E-07 test_narrative_assumptions_and_exclusions",),
        (
            Switch.NARRATIVE_EMPTY,
            Switch.ASSUMPTIONS_EMPTY,
            Switch.EXCLUSIONS_EMPTY,
            Switch.RISK_FACTORS_LOST,
            Switch.RISK_FACTOR_ALTERED,
        ),
    ),
    (
        ("E2E-07 test_other_levels_of_confidence",),
        (Switch.CONFIDENCE_IGNORED,),
    ),
    (
        ("E2E-08 test_estimate_is_exported",),
        (Switch.EXPORT_FAILS,),
    ),
    (
        ("E2E-08 test_export_equals_the_view",),
        (
            Switch.EXPORT_AMOUNT_DIFFERS,
            Switch.EXPORT_LINE_AMOUNT_DIFFERS,
            Switch.EXPORT_LACKS_LINE_ITEM,
            Switch.EXPORT_LACKS_ASSUMPTIONS,
            Switch.EXPORT_LACKS_EXCLUSIONS,
            Switch.EXPORT_LACKS_RISK_FACTORS,
            Switch.EXPORT_CLASS_DIFFERS,
            Switch.EXPORT_OF_OTHER_ESTIMATE,
        ),
    ),
    (
        ("RBAC-01 test_role_on_projects[auditor-archives-project]",),
        (Switch.AUDITOR_ARCHIVES_PROJECT,),
    ),
    (
        ("RBAC-01 test_role_on_projects[auditor-creates-project]",),
        (
            Switch.AUDITOR_CREATES_PROJECT,
            Switch.REFUSED_CREATE_TAKES_EFFECT,
        ),
    ),
    (
        ("RBAC-01 test_role_on_projects[auditor-reads-project]",),
        (Switch.AUDITOR_CANNOT_READ,),
    ),
    (
        ("RBAC-01 test_role_on_projects[auditor-updates-project]",),
        (Switch.AUDITOR_UPDATES_PROJECT,),
    ),
    (
        ("RBAC-01 test_role_on_projects[estimator-archives-project]",),
        (
            Switch.ESTIMATOR_ARCHIVES_PROJECT,
            Switch.REFUSED_ARCHIVE_TAKES_EFFECT,
        ),
    ),
    (
        ("RBAC-01 test_role_on_projects[estimator-updates-project]",),
        (
            Switch.ESTIMATOR_UPDATES_PROJECT,
            Switch.REFUSED_UPDATE_TAKES_EFFECT,
        ),
    ),
    (
        ("RBAC-01 test_role_on_projects[manager-updates-project]",),
        (
            Switch.MANAGER_CANNOT_UPDATE,
            Switch.UPDATE_DOES_NOTHING,
        ),
    ),
    (
        ("RBAC-01 test_role_on_projects[outsider-archives-project]",),
        (Switch.OUTSIDER_ARCHIVES_PROJECT,),
    ),
    (
        ("RBAC-01 test_role_on_projects[outsider-lists-projects]",),
        (Switch.LIST_SHOWS_FOREIGN_PROJECTS,),
    ),
    (
        ("RBAC-01 test_role_on_projects[outsider-reads-project]",),
        (
            Switch.OUTSIDER_READS_PROJECT,
            Switch.REFUSAL_IS_200,
            Switch.REFUSAL_IS_500,
        ),
    ),
    (
        ("RBAC-01 test_role_on_projects[outsider-updates-project]",),
        (Switch.OUTSIDER_UPDATES_PROJECT,),
    ),
    (
        ("RBAC-02 test_grant_gives_its_role_and_no_more",),
        (Switch.GRANT_GIVES_MANAGER,),
    ),
    (
        ("RBAC-02 test_role_on_access[auditor-grants-access]",),
        (Switch.AUDITOR_GRANTS_ACCESS,),
    ),
    (
        ("RBAC-02 test_role_on_access[auditor-revokes-access]",),
        (Switch.AUDITOR_REVOKES_ACCESS,),
    ),
    (
        ("RBAC-02 test_role_on_access[estimator-grants-access]",),
        (
            Switch.ESTIMATOR_GRANTS_ACCESS,
            Switch.REFUSED_GRANT_TAKES_EFFECT,
        ),
    ),
    (
        ("RBAC-02 test_role_on_access[estimator-revokes-access]",),
        (Switch.ESTIMATOR_REVOKES_ACCESS,),
    ),
    (
        ("RBAC-02 test_role_on_access[manager-grants-access]",),
        (
            Switch.MANAGER_CANNOT_GRANT,
            Switch.GRANT_DOES_NOTHING,
        ),
    ),
    (
        ("RBAC-02 test_role_on_access[manager-revokes-access]",),
        (Switch.REVOKE_DOES_NOTHING,),
    ),
    (
        ("RBAC-03 test_role_on_documents[auditor-deletes-document]",),
        (
            Switch.AUDITOR_DELETES_DOCUMENT,
            Switch.REFUSED_DELETE_TAKES_EFFECT,
        ),
    ),
    (
        ("RBAC-03 test_role_on_documents[auditor-uploads-document]",),
        (
            Switch.AUDITOR_UPLOADS,
            Switch.REFUSED_UPLOAD_TAKES_EFFECT,
        ),
    ),
    (
        ("RBAC-03 test_role_on_documents[auditor-validates-document]",),
        (Switch.AUDITOR_VALIDATES,),
    ),
    (
        ("RBAC-03 test_role_on_documents[estimator-deletes-document]",),
        (Switch.DELETE_DOES_NOTHING,),
    ),
    (
        ("RBAC-03 test_role_on_documents[estimator-uploads-document]",),
        (Switch.ESTIMATOR_CANNOT_UPLOAD,),
    ),
    (
        ("RBAC-03 test_role_on_documents[outsider-deletes-document]",),
        (Switch.OUTSIDER_DELETES_DOCUMENT,),
    ),
    (
        ("RBAC-03 test_role_on_documents[outsider-lists-documents]",),
        (Switch.OUTSIDER_LISTS_DOCUMENTS,),
    ),
    (
        ("RBAC-03 test_role_on_documents[outsider-reads-document]",),
        (Switch.OUTSIDER_READS_DOCUMENT,),
    ),
    (
        ("RBAC-03 test_role_on_documents[outsider-uploads-document]",),
        (Switch.OUTSIDER_UPLOADS,),
    ),
    (
        ("RBAC-03 test_role_on_documents[outsider-validates-document]",),
        (Switch.OUTSIDER_VALIDATES,),
    ),
    (
        ("RBAC-04 test_role_on_estimates[auditor-generates-estimate]",),
        (Switch.AUDITOR_GENERATES,),
    ),
    (
        (
            "RBAC-04 test_role_on_estimates[auditor-generates-estimate]",
            "RBAC-04 test_role_on_estimates[outsider-generates-estimate]",
            "RBAC-04 test_role_on_estimates[anonymous-generates-estimate]",
            "RBAC-04 test_role_on_estimates[estimator-generates-estimate]",
        ),
        (Switch.REFUSED_GENERATE_TAKES_EFFECT,),
    ),
    (
        ("RBAC-04 test_role_on_estimates[auditor-reads-estimate]",),
        (Switch.AUDITOR_CANNOT_READ_ESTIMATE,),
    ),
    (
        ("RBAC-04 test_role_on_estimates[estimator-generates-estimate]",),
        (Switch.ESTIMATOR_CANNOT_GENERATE,),
    ),
    (
        ("RBAC-04 test_role_on_estimates[outsider-exports-estimate]",),
        (Switch.OUTSIDER_EXPORTS_ESTIMATE,),
    ),
    (
        ("RBAC-04 test_role_on_estimates[outsider-generates-estimate]",),
        (Switch.OUTSIDER_GENERATES,),
    ),
    (
        ("RBAC-04 test_role_on_estimates[outsider-lists-estimates]",),
        (Switch.OUTSIDER_LISTS_ESTIMATES,),
    ),
    (
        ("RBAC-04 test_role_on_estimates[outsider-reads-estimate]",),
        (Switch.OUTSIDER_READS_ESTIMATE,),
    ),
    (
        ("RBAC-05 test_role_on_jobs[manager-reads-job]",),
        (Switch.FOREIGN_JOB_READABLE,),
    ),
    (
        ("RBAC-06 test_way_around_is_refused[estimator-makes-itself-manager]",),
        (Switch.SELF_GRANT_WORKS,),
    ),
)

CAUGHT_BY: Mapping[Switch, tuple[str, ...]] = MappingProxyType(
    {switch: cases for cases, switches in _LINES for switch in switches}
)
"""By switch: the ids of the cases of which at least one must fail."""
