"""Everything that can be wrong with the APEX stand-in: each switch breaks one behaviour."""
# ruff: noqa: E501  (a catalogue is read as a table: one switch, one line)

from __future__ import annotations

from enum import StrEnum


class Switch(StrEnum):
    """One behaviour to break; without a switch the service is as it should be.

    Attributes:
        family: The family of controls that must catch it: SMK, E2E, RBAC, AACE, BAD (bad input) or SLA.
        wrong: What is wrong then, in one sentence.
    """

    family: str
    wrong: str

    def __new__(cls, value: str, family: str, wrong: str) -> Switch:
        """Make a member that carries its family and its sentence."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.family = family
        member.wrong = wrong
        return member

    # fmt: off
    # Liveness and readiness
    LIVENESS_NOT_ALIVE = "liveness-not-alive", "SMK", "Liveness answers 200 and does not say alive."
    LIVENESS_FAILS = "liveness-fails", "SMK", "Liveness answers 500."
    READY_DEGRADED = "ready-degraded", "SMK", "A dependency is unhealthy, and readiness says so with 503."
    READY_DEGRADED_WITH_200 = "ready-degraded-with-200", "SMK", "Readiness says degraded and answers 200."
    READY_HIDES_DEPENDENCY = "ready-hides-dependency", "SMK", "Readiness says ready beside an unhealthy dependency."
    READY_LACKS_DEPENDENCY = "ready-lacks-dependency", "SMK", "Readiness does not look at blob storage."
    HEALTH_NEEDS_TOKEN = "health-needs-token", "SMK", "The health endpoints refuse whoever has no token."

    # Authentication
    ANONYMOUS_ACCEPTED = "anonymous-accepted", "SMK", "A request without a token is served as the manager's."
    GARBAGE_TOKEN_ACCEPTED = "garbage-token-accepted", "SMK", "A token that is none is served as the manager's."
    EXPIRED_TOKEN_ACCEPTED = "expired-token-accepted", "SMK", "An expired token is accepted."
    FUTURE_TOKEN_ACCEPTED = "future-token-accepted", "SMK", "A token that is not valid yet is accepted."
    ENDLESS_TOKEN_ACCEPTED = "endless-token-accepted", "SMK", "A token without an end is accepted."
    WRONG_AUDIENCE_ACCEPTED = "wrong-audience-accepted", "SMK", "A token for another application is accepted."
    WRONG_ISSUER_ACCEPTED = "wrong-issuer-accepted", "SMK", "A token of another tenant is accepted."
    WRONG_KEY_ACCEPTED = "wrong-key-accepted", "SMK", "The signature is not verified."
    ALGORITHM_NONE_ACCEPTED = "algorithm-none-accepted", "SMK", "An unsigned token with algorithm none is accepted."
    PUBLIC_KEY_AS_SECRET = "public-key-as-secret", "SMK", "A token signed by HS256 with the public key as its secret is accepted."
    CHALLENGE_MISSING = "challenge-missing", "SMK", "A refusal with 401 has no WWW-Authenticate header."
    BAD_TOKEN_CRASHES = "bad-token-crashes", "SMK", "A token that cannot be read gives 500."
    REFUSED_TOKEN_IS_200 = "refused-token-is-200", "SMK", "A refused token gives 200 with the error in the body."
    REDIRECT_TO_OTHER_ORIGIN = "redirect-to-other-origin", "SMK", "The redirect of a trailing slash leads to another host."
    REDIRECT_TO_PLAIN_HTTP = "redirect-to-plain-http", "SMK", "The redirect of a trailing slash leads to http."
    REQUEST_ID_MISSING = "request-id-missing", "SMK", "Answers have no X-Request-ID."

    # Projects
    LIST_IGNORES_PAGE_SIZE = "list-ignores-page-size", "SMK", "The list of projects has all of them on each page."
    LIST_IGNORES_PAGE = "list-ignores-page", "SMK", "Each page of the list is the first."
    LIST_TOTAL_WRONG = "list-total-wrong", "SMK", "The list's total is one too many."
    LIST_HAS_NEXT_WRONG = "list-has-next-wrong", "SMK", "The list never says that there is more."
    LIST_HAS_PREVIOUS_WRONG = "list-has-previous-wrong", "SMK", "The list never says that there is a page before."
    LIST_OMITS_NEWEST = "list-omits-newest", "SMK", "The newest project is not in the list."
    CREATE_ANSWERS_200 = "create-answers-200", "SMK", "Creating a project answers 200 instead of 201."
    CREATED_PROJECT_LOST = "created-project-lost", "SMK", "Creating a project answers 201 and stores nothing."
    CREATED_PROJECT_ALTERED = "created-project-altered", "SMK", "A project's voltage is stored a tenth of what was sent."
    CREATED_PROJECT_NOT_DRAFT = "created-project-not-draft", "SMK", "A new project has the status complete."
    CREATED_PROJECT_OF_NOBODY = "created-project-of-nobody", "SMK", "A new project names another creator."
    NUMBER_REUSED = "number-reused", "SMK", "A project number can be used twice."
    READ_ANSWERS_OTHER_PROJECT = "read-answers-other-project", "SMK", "Reading a project answers with another id."

    # Calls to Azure, as telemetry shows them
    SQL_NOT_CALLED = "sql-not-called", "SMK", "No call to Azure SQL is made."
    BLOB_NOT_CALLED = "blob-not-called", "SMK", "Documents are kept without a call to Blob Storage."
    DOCUMENT_INTELLIGENCE_NOT_CALLED = "document-intelligence-not-called", "SMK", "Documents are validated without Document Intelligence."
    OPENAI_NOT_CALLED = "openai-not-called", "SMK", "Narratives are written without a call to Azure OpenAI."
    KEY_VAULT_NOT_CALLED = "key-vault-not-called", "SMK", "No secret is read from Key Vault."
    SQL_CALLS_FAIL = "sql-calls-fail", "SMK", "Calls to Azure SQL fail, and that is hidden."
    BLOB_CALLS_FAIL = "blob-calls-fail", "SMK", "Calls to Blob Storage fail, and that is hidden."
    DOCUMENT_INTELLIGENCE_CALLS_FAIL = "document-intelligence-calls-fail", "SMK", "Calls to Document Intelligence fail, and that is hidden."
    OPENAI_CALLS_FAIL = "openai-calls-fail", "SMK", "Calls to Azure OpenAI fail, and that is hidden."
    KEY_VAULT_CALLS_FAIL = "key-vault-calls-fail", "SMK", "Reading secrets fails, and that is hidden."
    TELEMETRY_ABSENT = "telemetry-absent", "SMK", "Nothing is reported as telemetry."
    TELEMETRY_UNCORRELATED = "telemetry-uncorrelated", "SMK", "Telemetry ignores the traceparent of the request."

    # Documents
    UPLOAD_ANSWERS_200 = "upload-answers-200", "SMK", "An upload answers 200 instead of 201."
    UPLOAD_LOST = "upload-lost", "SMK", "An upload answers 201 and stores nothing."
    UPLOAD_ALREADY_PASSED = "upload-already-passed", "E2E", "A document has passed validation as soon as it is uploaded."
    UPLOAD_TYPE_ALTERED = "upload-type-altered", "E2E", "An uploaded document is filed as a schedule."
    UPLOAD_IN_OTHER_PROJECT = "upload-in-other-project", "E2E", "An uploaded document names another project."
    BLOB_PATH_MISSING = "blob-path-missing", "SMK", "An uploaded document has no blob path."
    DOCUMENT_NOT_LISTED = "document-not-listed", "E2E", "A project's list of documents is empty."
    VALIDATION_HAS_NO_EFFECT = "validation-has-no-effect", "E2E", "A validated document stays pending."
    VALIDATION_REJECTS_ALL = "validation-rejects-all", "E2E", "Every document fails validation."
    VALIDATION_ACCEPTS_ALL = "validation-accepts-all", "E2E", "A document that cannot be read passes validation."
    COMPLETENESS_OUT_OF_RANGE = "completeness-out-of-range", "E2E", "A validated document has a completeness score of 130."
    COMPLETENESS_MISSING = "completeness-missing", "E2E", "A validated document has no completeness score."

    # Jobs
    JOB_NEVER_ENDS = "job-never-ends", "E2E", "A job runs for ever."
    RESTARTED_IN_MID_JOB = "restarted-in-mid-job", "E2E", "The application is killed while its first job runs, refuses connections for a while, and comes back without its jobs."
    JOB_STAYS_PENDING = "job-stays-pending", "E2E", "A job is never started."
    JOB_FAILS = "job-fails", "E2E", "A job fails half way."
    JOB_FAILS_SILENTLY = "job-fails-silently", "E2E", "A job fails without saying why."
    JOB_NOT_FOUND = "job-not-found", "E2E", "The job that was announced does not exist."
    JOB_STARTS_WITH_200 = "job-starts-with-200", "E2E", "Starting a job answers 200 instead of 202."
    JOB_PROGRESS_GOES_BACKWARDS = "job-progress-goes-backwards", "E2E", "A job's progress sinks from one look to the next."
    JOB_PROGRESS_ABOVE_100 = "job-progress-above-100", "E2E", "A job ends at 110 %."
    JOB_COMPLETES_BEFORE_100 = "job-completes-before-100", "E2E", "A job ends at 90 %."
    JOB_STATUS_UNKNOWN = "job-status-unknown", "E2E", "A job that has ended says done instead of completed."
    JOB_WITHOUT_STEP = "job-without-step", "E2E", "A job never names its step."
    JOB_TIMES_REVERSED = "job-times-reversed", "E2E", "A job completes before it started."
    JOB_WITHOUT_COMPLETION_TIME = "job-without-completion-time", "E2E", "A completed job has no time of completion."
    JOB_COMPLETED_WITH_ERROR = "job-completed-with-error", "E2E", "A completed job carries an error message."
    JOB_WITHOUT_RESULT = "job-without-result", "E2E", "A completed job has no result."
    JOB_RESULT_DIFFERS = "job-result-differs", "E2E", "The job's P80 is not the estimate's."
    JOB_NAMES_NO_ESTIMATE = "job-names-no-estimate", "E2E", "The job's estimate id is of no estimate."

    # Estimates
    P80_BELOW_P50 = "p80-below-p50", "E2E", "P80 is below P50."
    P95_BELOW_P80 = "p95-below-p80", "E2E", "P95 is below P80."
    P50_MISSING = "p50-missing", "E2E", "There is no P50."
    P95_MISSING = "p95-missing", "E2E", "There is no P95."
    P50_NEGATIVE = "p50-negative", "E2E", "P50 is a negative amount."
    RISK_IGNORED = "risk-ignored", "E2E", "All percentiles are the base cost, whatever the risk."
    CONFIDENCE_IGNORED = "confidence-ignored", "E2E", "The contingency is that of 0.80, whatever level was asked for."
    RISKS_MULTIPLY = "risks-multiply", "E2E", "Risk factors multiply the cost, so that 0.10 leaves a tenth of it."
    CONTINGENCY_INCONSISTENT = "contingency-inconsistent", "E2E", "The contingency does not follow from base cost and percentile."
    LINE_ITEMS_DO_NOT_SUM = "line-items-do-not-sum", "E2E", "A parent's cost is not the sum of its children's."
    LINE_ITEMS_MISS_BASE = "line-items-miss-base", "E2E", "The top line items do not sum to the base cost."
    LINE_ITEMS_EMPTY = "line-items-empty", "E2E", "There are no line items."
    LINE_ITEM_NEGATIVE = "line-item-negative", "E2E", "A line item costs less than nothing, and another so much more."
    LINE_ITEM_QUANTITY_DIFFERS = "line-item-quantity-differs", "E2E", "A line item's quantity times its unit cost is not its cost."
    LINE_ITEM_ORPHAN = "line-item-orphan", "E2E", "A line item's parent does not exist."
    LINE_ITEM_CYCLE = "line-item-cycle", "E2E", "Two line items are each other's parents."
    WBS_CODE_REPEATED = "wbs-code-repeated", "E2E", "Two line items have the same WBS code."
    WBS_CODE_OUTSIDE_PARENT = "wbs-code-outside-parent", "E2E", "A line item's WBS code does not begin with its parent's."
    NARRATIVE_EMPTY = "narrative-empty", "E2E", "The narrative is empty."
    ASSUMPTIONS_EMPTY = "assumptions-empty", "E2E", "There are no assumptions."
    EXCLUSIONS_EMPTY = "exclusions-empty", "E2E", "There are no exclusions."
    RISK_FACTORS_LOST = "risk-factors-lost", "E2E", "The estimate has no risk factors, though they were sent."
    RISK_FACTOR_ALTERED = "risk-factor-altered", "E2E", "A risk factor comes back under another name."
    ESTIMATE_OF_OTHER_PROJECT = "estimate-of-other-project", "E2E", "The estimate names another project."
    ESTIMATE_NOT_LISTED = "estimate-not-listed", "E2E", "The project's list of estimates is empty."
    EXPORT_AMOUNT_DIFFERS = "export-amount-differs", "E2E", "The export's P80 is one dollar above the view's."
    EXPORT_LINE_AMOUNT_DIFFERS = "export-line-amount-differs", "E2E", "One line item costs one cent more in the export."
    EXPORT_LACKS_LINE_ITEM = "export-lacks-line-item", "E2E", "The export lacks the last line item."
    EXPORT_LACKS_ASSUMPTIONS = "export-lacks-assumptions", "E2E", "The export has no assumptions."
    EXPORT_LACKS_EXCLUSIONS = "export-lacks-exclusions", "E2E", "The export has no exclusions."
    EXPORT_LACKS_RISK_FACTORS = "export-lacks-risk-factors", "E2E", "The export has no risk factors."
    EXPORT_CLASS_DIFFERS = "export-class-differs", "E2E", "The export has another AACE class than the view."
    EXPORT_OF_OTHER_ESTIMATE = "export-of-other-estimate", "E2E", "The export names another estimate."
    EXPORT_FAILS = "export-fails", "E2E", "The export answers 500."

    # Roles: too much
    AUDITOR_CREATES_PROJECT = "auditor-creates-project", "RBAC", "The auditor may create projects."
    AUDITOR_UPDATES_PROJECT = "auditor-updates-project", "RBAC", "The auditor may change a project."
    AUDITOR_ARCHIVES_PROJECT = "auditor-archives-project", "RBAC", "The auditor may archive a project."
    AUDITOR_GRANTS_ACCESS = "auditor-grants-access", "RBAC", "The auditor may grant access."
    AUDITOR_REVOKES_ACCESS = "auditor-revokes-access", "RBAC", "The auditor may revoke access."
    AUDITOR_UPLOADS = "auditor-uploads", "RBAC", "The auditor may upload documents."
    AUDITOR_DELETES_DOCUMENT = "auditor-deletes-document", "RBAC", "The auditor may delete documents."
    AUDITOR_VALIDATES = "auditor-validates", "RBAC", "The auditor may validate documents."
    AUDITOR_GENERATES = "auditor-generates", "RBAC", "The auditor may generate estimates."
    ESTIMATOR_UPDATES_PROJECT = "estimator-updates-project", "RBAC", "The estimator may change a project's status."
    ESTIMATOR_ARCHIVES_PROJECT = "estimator-archives-project", "RBAC", "The estimator may archive a project."
    ESTIMATOR_GRANTS_ACCESS = "estimator-grants-access", "RBAC", "The estimator may grant access."
    ESTIMATOR_REVOKES_ACCESS = "estimator-revokes-access", "RBAC", "The estimator may revoke access."
    OUTSIDER_READS_PROJECT = "outsider-reads-project", "RBAC", "Who has no access reads a project."
    OUTSIDER_UPDATES_PROJECT = "outsider-updates-project", "RBAC", "Who has no access changes a project."
    OUTSIDER_ARCHIVES_PROJECT = "outsider-archives-project", "RBAC", "Who has no access archives a project."
    OUTSIDER_UPLOADS = "outsider-uploads", "RBAC", "Who has no access uploads documents."
    OUTSIDER_READS_DOCUMENT = "outsider-reads-document", "RBAC", "Who has no access reads a document."
    OUTSIDER_DELETES_DOCUMENT = "outsider-deletes-document", "RBAC", "Who has no access deletes a document."
    OUTSIDER_VALIDATES = "outsider-validates", "RBAC", "Who has no access validates a document."
    OUTSIDER_LISTS_DOCUMENTS = "outsider-lists-documents", "RBAC", "Who has no access lists a project's documents."
    OUTSIDER_GENERATES = "outsider-generates", "RBAC", "Who has no access generates an estimate."
    OUTSIDER_READS_ESTIMATE = "outsider-reads-estimate", "RBAC", "Another project's estimate is readable by its id."
    OUTSIDER_EXPORTS_ESTIMATE = "outsider-exports-estimate", "RBAC", "Another project's estimate is exported by its id."
    OUTSIDER_LISTS_ESTIMATES = "outsider-lists-estimates", "RBAC", "Who has no access lists a project's estimates."
    LIST_SHOWS_FOREIGN_PROJECTS = "list-shows-foreign-projects", "RBAC", "The list has projects that the user has no access to."
    FOREIGN_JOB_READABLE = "foreign-job-readable", "RBAC", "Another user's job is readable."
    SELF_GRANT_WORKS = "self-grant-works", "RBAC", "Anyone can grant access to themselves."

    # Roles: too little
    AUDITOR_CANNOT_READ = "auditor-cannot-read", "RBAC", "The auditor may not read a project."
    AUDITOR_CANNOT_READ_ESTIMATE = "auditor-cannot-read-estimate", "RBAC", "The auditor may not read an estimate."
    ESTIMATOR_CANNOT_UPLOAD = "estimator-cannot-upload", "RBAC", "The estimator may not upload documents."
    ESTIMATOR_CANNOT_GENERATE = "estimator-cannot-generate", "RBAC", "The estimator may not generate estimates."
    MANAGER_CANNOT_UPDATE = "manager-cannot-update", "RBAC", "The manager may not change a project's status."
    MANAGER_CANNOT_GRANT = "manager-cannot-grant", "RBAC", "The manager may not grant access."

    # Roles: the answer and the effect disagree
    REFUSED_UPDATE_TAKES_EFFECT = "refused-update-takes-effect", "RBAC", "A change of a project is refused with 403 and made."
    REFUSED_ARCHIVE_TAKES_EFFECT = "refused-archive-takes-effect", "RBAC", "Archiving a project is refused with 403 and done."
    REFUSED_UPLOAD_TAKES_EFFECT = "refused-upload-takes-effect", "RBAC", "An upload is refused with 403 and stored."
    REFUSED_DELETE_TAKES_EFFECT = "refused-delete-takes-effect", "RBAC", "Deleting a document is refused with 403 and done."
    REFUSED_GRANT_TAKES_EFFECT = "refused-grant-takes-effect", "RBAC", "A grant is refused with 403 and made."
    REFUSED_GENERATE_TAKES_EFFECT = "refused-generate-takes-effect", "RBAC", "An estimate is refused with 403 and made."
    REFUSED_CREATE_TAKES_EFFECT = "refused-create-takes-effect", "RBAC", "A new project is refused with 403 and stored."
    ARCHIVE_DOES_NOTHING = "archive-does-nothing", "SMK", "Archiving a project answers 204 and does nothing."
    DELETE_DOES_NOTHING = "delete-does-nothing", "RBAC", "Deleting a document answers 204 and does nothing."
    UPDATE_DOES_NOTHING = "update-does-nothing", "RBAC", "Changing a project answers 200 and does nothing."
    GRANT_DOES_NOTHING = "grant-does-nothing", "RBAC", "Granting access answers 201 and does nothing."
    REVOKE_DOES_NOTHING = "revoke-does-nothing", "RBAC", "Revoking access answers 204 and does nothing."
    GRANT_GIVES_MANAGER = "grant-gives-manager", "RBAC", "Whatever role is granted, it is the manager's."
    REFUSAL_IS_200 = "refusal-is-200", "RBAC", "A refused operation answers 200 with the error in the body."
    REFUSAL_IS_500 = "refusal-is-500", "RBAC", "A refused operation answers 500."

    # AACE classification
    CLASS_ALWAYS_5 = "class-always-5", "AACE", "Every estimate is of class 5."
    CLASS_ALWAYS_3 = "class-always-3", "AACE", "Every estimate is of class 3."
    CLASS_IGNORES_ENGINEERING = "class-ignores-engineering", "AACE", "Engineering documents do not raise the class."
    CLASS_COUNTS_PENDING = "class-counts-pending", "AACE", "A document raises the class before it is validated."
    CLASS_UNKNOWN = "class-unknown", "AACE", "Estimates have the class class_6, which does not exist."
    CLASS_MISSING = "class-missing", "AACE", "Estimates have no class."
    BID_VALIDATED_AS_CLASS_5 = "bid-validated-as-class-5", "AACE", "A bid is validated as class 5."
    BID_CLASS_MISSING = "bid-class-missing", "AACE", "The validation of a bid does not say which class was used."

    # Bad input
    VOLTAGE_ZERO_ACCEPTED = "voltage-zero-accepted", "BAD", "A project of 0 kV is accepted."
    VOLTAGE_ZERO_CRASHES = "voltage-zero-crashes", "BAD", "A project of 0 kV gives 500."
    VOLTAGE_NEGATIVE_ACCEPTED = "voltage-negative-accepted", "BAD", "A project of negative voltage is accepted."
    NAN_ACCEPTED = "nan-accepted", "BAD", "A voltage that is not a number is accepted."
    NAN_CRASHES = "nan-crashes", "BAD", "A voltage that is not a number gives 500."
    MILES_NEGATIVE_ACCEPTED = "miles-negative-accepted", "BAD", "A line of negative length is accepted."
    TERRAIN_UNKNOWN_ACCEPTED = "terrain-unknown-accepted", "BAD", "An unknown terrain is accepted."
    NAME_EMPTY_ACCEPTED = "name-empty-accepted", "BAD", "A project without a name is accepted."
    STATUS_UNKNOWN_ACCEPTED = "status-unknown-accepted", "BAD", "A project takes a status that does not exist."
    PAGE_SIZE_UNBOUNDED = "page-size-unbounded", "BAD", "Any page size is accepted."
    IDENTIFIER_CRASHES = "identifier-crashes", "BAD", "An id that is no UUID gives 500."
    JSON_CRASHES = "json-crashes", "BAD", "A body that is no JSON gives 500."
    FILE_OVERSIZE_ACCEPTED = "file-oversize-accepted", "BAD", "A file above 50 MiB is accepted."
    FILE_EMPTY_ACCEPTED = "file-empty-accepted", "BAD", "An empty file is accepted."
    FILE_MIME_ACCEPTED = "file-mime-accepted", "BAD", "A file of an unknown MIME type is accepted."
    FILE_CONTENT_UNCHECKED = "file-content-unchecked", "BAD", "A program that calls itself a PDF is accepted."
    FILE_PATH_KEPT = "file-path-kept", "BAD", "A path in the file's name is accepted and kept in the blob path."
    FILE_PATH_CRASHES = "file-path-crashes", "BAD", "A path in the file's name gives 500."
    DOCUMENT_TYPE_ACCEPTED = "document-type-accepted", "BAD", "An unknown type of document is accepted."
    RISK_ORDER_ACCEPTED = "risk-order-accepted", "BAD", "A risk factor whose minimum exceeds its maximum is accepted."
    RISK_ORDER_CRASHES = "risk-order-crashes", "BAD", "A risk factor whose minimum exceeds its maximum gives 500."
    RISK_DISTRIBUTION_ACCEPTED = "risk-distribution-accepted", "BAD", "A risk factor of an unknown distribution is accepted."
    RISK_PARAMETER_MISSING_ACCEPTED = "risk-parameter-missing-accepted", "BAD", "A risk factor without its parameters is accepted."
    CONFIDENCE_OUT_OF_RANGE_ACCEPTED = "confidence-out-of-range-accepted", "BAD", "A confidence level of 1.5 is accepted."
    ITERATIONS_OUT_OF_RANGE_ACCEPTED = "iterations-out-of-range-accepted", "BAD", "Ten iterations are accepted."
    REFUSED_PROJECT_STORED = "refused-project-stored", "BAD", "A project that is refused with 422 is stored."
    REFUSED_FILE_STORED = "refused-file-stored", "BAD", "A file that is refused with 400 is stored."
    STACK_TRACE_SHOWN = "stack-trace-shown", "BAD", "A refusal with 422 shows where in the code it arose."

    # Service levels
    SLOW_ANSWERS = "slow-answers", "SLA", "Each answer of the API is slow."
    SLOW_LIST = "slow-list", "SLA", "The list of projects is slow."
    SLOW_TAIL = "slow-tail", "SLA", "One answer in ten is slow."
    ERRORS_AT_TIMES = "errors-at-times", "SLA", "One answer in four is a 500."
    UNAVAILABLE = "unavailable", "SLA", "Each answer of the API is a 503."
    THROTTLED = "throttled", "SLA", "Each answer of the API is a 429."
    PAUSED = "paused", "SLA", "No request of the API is answered, for as long as the switch is on."
    # fmt: on
