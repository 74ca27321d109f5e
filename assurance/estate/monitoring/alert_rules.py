"""Alert rules, judged by what they measure: the guide's five (Step 7), whatever they are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

from assurance.errors import BrokenReading, NotEvaluated
from assurance.estate.estate import Estate, read_once
from assurance.estate.monitoring.log_queries import (
    AVAILABILITY_TABLES,
    REQUEST_TABLES,
    Measured,
    Unrecognised,
    measured_by,
)
from assurance.estate.monitoring.monitoring import COUNTED, AlertDemand, ProcessingRules, read_processing_rules
from assurance.estate.resources.resource import Part, is_within, listed, name_of, same_id
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

STATIC = frozenset({"staticthresholdcriterion"})
# Receivers for which Azure keeps a status send only while that is Enabled; the others have none.
RECEIVERS_WITH_STATUS = ("emailReceivers", "smsReceivers")
OTHER_RECEIVERS = (
    "webhookReceivers", "logicAppReceivers", "azureFunctionReceivers", "voiceReceivers", "azureAppPushReceivers",
    "automationRunbookReceivers", "itsmReceivers", "armRoleReceivers", "eventHubReceivers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rule fires, whatever kind it is of.

    Attributes:
        measured: What a log rule's query measures; None for a metric rule.
        metric: The metric of a metric rule, in lower case; empty for a log rule.
        aggregation: How it is aggregated, in lower case.
        comparison: How it is compared with the limit.
        limit: With what.
        failing: How many periods must fail before it fires.
    """

    measured: Measured | None
    metric: str
    aggregation: str
    comparison: str
    limit: float
    failing: int


@dataclass(frozen=True, slots=True)
class AlertRules:
    """All alert rules and action groups that concern the application.

    Attributes:
        component_id: Its Application Insights component.
        workspace_id: The workspace that its telemetry is kept in.
        app_id: The container app.
        metric_rules: Rules on metrics.
        log_rules: Rules on log queries.
        action_groups: Whom they notify.
        readings: Keys of the readings.
        processing: What adds and removes action groups when an alert fires.
    """

    component_id: str
    workspace_id: str
    app_id: str
    metric_rules: tuple[Document, ...]
    log_rules: tuple[Document, ...]
    action_groups: tuple[Document, ...]
    readings: tuple[str, ...]
    processing: Part[ProcessingRules]

    @property
    def parts(self) -> tuple[Part[object], ...]:
        """The processing rules."""
        return (self.processing,)

    def meet(self, demand: AlertDemand) -> Fact:
        """Whether some rule measures what is demanded, is on, fires in time, and notifies somebody."""
        right: list[Document] = []
        close: list[str] = []
        refusal: NotEvaluated | None = None
        for rule in (*self.metric_rules, *self.log_rules):
            try:
                wrong = self._wrong(rule, demand)
            except NotEvaluated as error:
                refusal = refusal or error
                continue
            right += [rule] if wrong == [] else []
            close += [f"{rule.name}: {', '.join(wrong)}"] if wrong else []
        if refusal is not None and not right:
            raise refusal
        minutes = demand.within.total_seconds() / 60
        expected = f"an alert rule says '{demand.says}' within {minutes:g} minutes, and notifies somebody"
        names = listed(rule.name for rule in right)
        observed = f"rule {names}" if right else listed(close, "no rule measures it")
        remedy = (
            f"az monitor {'metrics alert' if demand.metrics else 'scheduled-query'} create (main.bicep): {expected}"
        )
        # That no rule is right rests on all lists; that one is, on its own and on whom it notifies.
        cited = tuple(key for document in (*right, *self.action_groups) for key in document.readings)
        readings = tuple(dict.fromkeys(cited)) if right else self.readings
        return Fact(bool(right), expected, observed, self.component_id, readings, "" if right else remedy)

    @property
    def notify_by_mail(self) -> Fact:
        """Whether an action group is on that has an e-mail receiver that is on."""
        groups = [group.name for group in self.action_groups if _is_on(group) and _enabled(group, "emailReceivers")]
        observed = f"{listed(groups)}" if groups else f"none of {listed(group.name for group in self.action_groups)}"
        remedy = "az monitor action-group update --name NAME --add-action email NAME ADDRESS; confirm the message"
        expected = "an enabled action group with an enabled e-mail receiver"
        readings = tuple(dict.fromkeys(key for action_group in self.action_groups for key in action_group.readings))
        return Fact(
            bool(groups), expected, observed, self.component_id, readings or self.readings, "" if groups else remedy
        )

    def _wrong(self, rule: Document, demand: AlertDemand) -> list[str] | None:
        """Return what is wrong with a rule that measures what is demanded; None for one that measures another thing."""
        is_metric = any(rule is metric_rule for metric_rule in self.metric_rules)
        try:
            conditions = list(_metric_conditions(rule) if is_metric else _log_conditions(rule))
        except Unrecognised:
            return None
        meant = [condition for condition in conditions if _is_meant(condition, demand)]
        if not meant:
            return None
        wrong = [] if len(conditions) == 1 else ["it fires only where another condition holds, too"]
        wrong += _too_late_or_mild(rule, meant[0], demand)
        wrong += [] if rule.flag("properties", "enabled") is True else ["it is off"]
        wrong += [] if self._is_scoped(rule, demand) else ["it looks at another resource"]
        wrong += [] if self._notifies(rule) else ["it notifies nobody"]
        return wrong

    def _is_scoped(self, rule: Document, demand: AlertDemand) -> bool:
        wanted = [self.app_id] if demand.name == "restarts" else [self.component_id]
        if any(rule is log_rule for log_rule in self.log_rules):
            wanted.append(self.workspace_id)
        scopes = rule.texts("properties", "scopes")
        return bool(scopes) and all(any(same_id(scope, resource_id) for resource_id in wanted) for scope in scopes)

    def _notifies(self, rule: Document) -> bool:
        """Tell whether an action group that reaches somebody is named by the rule, or added by a processing rule.

        Raises:
            NotEvaluated: Only groups are named that are not declared, so that it is not known whom they reach.
        """
        if any(rule is metric_rule for metric_rule in self.metric_rules):
            named = [item.required_text("actionGroupId") for item in rule.items("properties", "actions")]
        else:
            named = list(rule.texts("properties", "actions", "actionGroups"))
        groups = [group for group in self.action_groups if any(same_id(group.id, group_id) for group_id in named)]
        if any(_is_on(group) and _reaches_somebody(group) for group in groups):
            return not self.processing().remove_all(rule)
        added = self.processing().added_to(rule)
        reached = [group for group in self.action_groups if any(same_id(group.id, group_id) for group_id in added)]
        if any(_is_on(group) and _reaches_somebody(group) for group in reached):
            return True
        # What would stand among the groups that were listed, and does not, is gone; of others nothing is known.
        known = [group.id for group in self.action_groups]
        here = self.component_id[: self.component_id.index("/providers/")]
        unlisted = [group_id for group_id in (*named, *added) if not any(same_id(group_id, other) for other in known)]
        unknown = [group_id for group_id in unlisted if not is_within(group_id, here)]
        if unknown:
            raise NotEvaluated(
                f"The alert rule {rule.name} notifies {listed(unknown)}, of which the environment file does not know.",
                "Add its id to action_groups of [deployment.monitoring].",
                rule.readings,
            )
        return False


@read_once
def read_alert_rules(estate: Estate) -> AlertRules:
    """Return the alert rules and action groups of the group that monitoring stands in, and the groups declared."""
    declared = estate.declared_monitoring()
    component_id = estate.component_id()
    scope = component_id[: component_id.index("/providers/")]
    lists = [
        estate.questions.listing(
            estate.questions.operation("monitor", kind, "list_by_resource_group", scope), scope, name_of(scope)
        )
        for kind in ("metric_alerts", "scheduled_query_rules", "action_groups")
    ]
    operation = partial(estate.questions.operation, "monitor", "action_groups", "get")
    elsewhere = [
        estate.questions.resource(operation(action_group), action_group) for action_group in declared.action_groups
    ]
    cited = (*(keys for _, keys in lists), *(keys for _, keys in elsewhere))
    (metric_rules, _), (log_rules, _), (groups, _) = lists
    groups += tuple(group for group, _ in elsewhere if group is not None)
    sources = (component_id, estate.workspace_id(), estate.container_app_id())
    processing = partial(read_processing_rules, estate)
    return AlertRules(*sources, metric_rules, log_rules, groups, tuple(chain.from_iterable(cited)), processing)


def _metric_conditions(rule: Document) -> Iterator[Condition]:
    for criterion in rule.items("properties", "criteria", "allOf"):
        if (criterion.text("criterionType") or "").casefold() not in STATIC:
            raise Unrecognised("its threshold is dynamic")
        if any(item.texts("values") != ("*",) for item in criterion.items("dimensions")):
            raise Unrecognised("it looks only at some dimensions")
        limit = criterion.number("threshold")
        if limit is None:
            raise criterion.broken(("threshold",), "a number", None)
        metric = criterion.required_text("metricName").casefold()
        aggregation = criterion.required_text("timeAggregation").casefold()
        yield Condition(None, metric, aggregation, criterion.required_text("operator"), limit, 1)


def _log_conditions(rule: Document) -> Iterator[Condition]:
    if (rule.text("kind") or "").casefold() == "logtometric":
        raise Unrecognised("it makes a metric, and alerts nobody")
    for criterion in rule.items("properties", "criteria", "allOf"):
        if any(item.texts("values") != ("*",) for item in criterion.items("dimensions")):
            raise Unrecognised("it looks only at some dimensions")
        column = criterion.text("metricMeasureColumn") or None
        measured = measured_by(criterion.required_text("query"), column)
        limit, comparison = criterion.number("threshold"), criterion.required_text("operator")
        if limit is None:
            raise criterion.broken(("threshold",), "a number", None)
        aggregation = criterion.required_text("timeAggregation").casefold()
        if column is not None and (aggregation == "count" or measured.by_time):
            raise Unrecognised("it does not compare the column's one value")
        if measured.comparison:
            # The query itself compares, and the rule fires if any row is left.
            if column is not None or aggregation != "count" or (comparison, limit) not in _ANY_ROW:
                raise Unrecognised("it does not fire at the first row that is left")
            comparison, limit = measured.comparison, measured.limit
        failing = criterion.number("failingPeriods", "minFailingPeriodsToAlert")
        yield Condition(measured, "", aggregation, comparison, limit, 1 if failing is None else int(failing))


_ANY_ROW = {("GreaterThan", 0), ("GreaterThanOrEqual", 1)}


def _is_meant(condition: Condition, demand: AlertDemand) -> bool:
    """Tell whether a condition is on the quantity that is demanded."""
    if condition.measured is None:
        return condition.metric in demand.metrics and condition.aggregation in demand.metrics[condition.metric][0]
    measured = condition.measured
    tables = REQUEST_TABLES | (AVAILABILITY_TABLES if demand.name == "availability" else frozenset())
    return measured.measure in demand.measures and measured.percentile == demand.percentile and measured.table in tables


def _too_late_or_mild(rule: Document, condition: Condition, demand: AlertDemand) -> list[str]:
    """Return how a rule fires later, or at another limit, than is demanded; a stricter limit is none."""
    if condition.measured is None:
        limit = demand.metrics[condition.metric][1]
    else:
        limit = demand.measures[condition.measured.measure]
    window, frequency = (rule.duration("properties", key) for key in ("windowSize", "evaluationFrequency"))
    if window is None or frequency is None:
        raise BrokenReading(f"The alert rule {rule.name} has no window or frequency.", "", rule.readings)
    counts = demand.name in COUNTED
    right_way = condition.comparison.startswith("Greater" if demand.above else "Less")
    # Of whole numbers, at least 11 is more than 10.
    effective_limit = (
        condition.limit - 1 if counts and condition.comparison == "GreaterThanOrEqual" else condition.limit
    )
    strict = effective_limit <= limit if demand.above else effective_limit >= limit
    wrong = [] if right_way and strict else [f"it fires at {condition.comparison} {condition.limit:g}"]
    # So many failures within a shorter time are more failures: only a share or a percentile may be looked at sooner.
    if window > demand.within or (demand.name == "failed-requests" and window != demand.within):
        wrong.append(f"its window is {window}")
    if frequency * condition.failing > demand.within:
        wrong.append(f"it fires after {frequency * condition.failing}")
    return wrong


def _is_on(group: Document) -> bool:
    return group.flag("properties", "enabled") is True


def _enabled(group: Document, receivers: str) -> bool:
    return any((item.text("status") or "").casefold() == "enabled" for item in group.items("properties", receivers))


def _reaches_somebody(group: Document) -> bool:
    with_status = any(_enabled(group, receivers) for receivers in RECEIVERS_WITH_STATUS)
    return with_status or any(group.items("properties", receivers) for receivers in OTHER_RECEIVERS)
