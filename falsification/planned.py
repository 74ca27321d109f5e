"""The stage of plans: DEP-35 reviews what a deployment would do, DEP-36 holds what was deployed to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import fixtures  # noqa: F401  (importing them registers the nouns)
from assurance.environment import load
from assurance.environment.deployment import AnnouncedChange
from assurance.estate.estate import DeclaredIds
from assurance.judging.harness import BoundCheck, collect
from assurance.planning import read_plan
from assurance.planning.deployment import PlannedDeployment
from assurance.planning.review import TemplateValidation
from assurance.planning.template import Target
from assurance.tape.redaction import Redactor
from assurance.world.files import Artefact
from falsification.azure.stage import ENVIRONMENT, ROOT
from falsification.catalogue import Harmless, Inability, Violation
from falsification.judge import Judged
from falsification.planned_worlds import (
    ALERT,
    APP,
    ENDPOINT,
    GROUP,
    NEW_ALERT,
    SQL,
    STORAGE,
    Body,
    PlanWorld,
    compliant,
    rule,
)

ROOTS = frozenset({"estate", "planned_deployment", "earlier_plan", "validated_template"})
CONTROLS = ("DEP-35", "DEP-36")
OPEN = {"publicNetworkAccess": "Enabled"}
Edit = Callable[[PlanWorld], object]


def _sets(name: str, **properties: object) -> Edit:
    """Return an edit that plans other properties of a resource."""
    return lambda world: world.plans(name)["properties"].update(properties)


def _deletes(name: str) -> Edit:
    return lambda world: world.plan.update({world.id(name): None})


def _untold(name: str) -> Edit:
    """Return an edit by which what-if cannot tell what becomes of a resource."""
    return lambda world: (_deletes(name)(world), world.kinds.update({world.id(name): "Unsupported"}))


def _grants(world: PlanWorld) -> None:
    scope = world.id(SQL).partition("/providers/")[0]
    key = f"{scope}/providers/Microsoft.Authorization/roleAssignments/0b6f7a31-5c0e-4d0b-8a1e-6f1f4f3d2c11"
    owner = f"{scope.partition('/resourceGroups/')[0]}/providers/Microsoft.Authorization/roleDefinitions/owner"
    world.plan[key] = {"id": key, "properties": {"principalId": "someone", "roleDefinitionId": owner, "scope": scope}}


def _announces(resource: str, path: str) -> Edit:
    """Return an edit that opens the SQL server and announces something else."""

    def edit(world: PlanWorld) -> None:
        _sets(SQL, **OPEN)(world)
        world.announced.append({"resource": resource, "path": path, "reason": "CR-2026-043: the pool grows."})

    return edit


def _written(content: bytes) -> Edit:
    return lambda world: setattr(world, "validation", content)


def _validated(**properties: object) -> Edit:
    return _written(json.dumps({"properties": {"provisioningState": "Succeeded", **properties}}).encode())


def _diagnostic(level: str) -> Edit:
    said = {"level": level, "code": "UnsupportedApiVersion", "message": "The version is old."}
    return _validated(diagnostics=[said])


def _review(
    name: str, wrong: str, edit: Edit, check: str = "test_security_changes_are_announced"
) -> Violation[PlanWorld]:
    """Return a violation of the plan, which is carried out as it is."""
    return Violation(f"plan-{name}", wrong, lambda world: (edit(world), world.carry_out()), ("DEP-35",), check)


def _outcome(name: str, wrong: str, edit: Edit) -> Violation[PlanWorld]:
    """Return a violation of what came of the plan: the edit is of what is there, after the deployment."""
    return Violation(f"deployment-{name}", wrong, edit, ("DEP-36",), "test_deployment_is_as_planned")


def _left(name: str, edit: Callable[[Body], object]) -> Edit:
    return lambda world: edit(world.after[world.id(name)])


def _tells_all(world: PlanWorld) -> None:
    """Let what-if tell of all resources of the group, as it does: also of those that it ignores or leaves alone."""
    for body in world.before.values():
        is_changed = body["id"] in {world.id(APP), world.id(GROUP)}
        world.plan.setdefault(body["id"], deepcopy(body))
        world.kinds.setdefault(body["id"], "Modify" if is_changed else "Ignore")
    world.kinds[world.id(SQL)] = "NoChange"


def _made(kind: str) -> Edit:
    """Return an edit by which a resource of a kind was made beside all that what-if had told of."""

    def edit(world: PlanWorld) -> None:
        _tells_all(world)
        key = f"{world.id(SQL).partition('/providers/')[0]}/providers/{kind}/made-beside"
        world.after[key] = {"id": key, "name": "made-beside", "type": kind, "location": "eastus2", "properties": {}}

    return edit


def _leaves_out(*kinds: str) -> Edit:
    """Return an edit by which what-if was asked to leave out kinds of changes, and somebody had made an account."""

    def edit(world: PlanWorld) -> None:
        _made("Microsoft.Batch/batchAccounts")(world)
        world.plan = {key: body for key, body in world.plan.items() if world.kinds.get(key) not in kinds}

    return edit


def _as_before(name: str) -> Edit:
    return lambda world: world.after.update({world.id(name): deepcopy(world.before[world.id(name)])})


def _deletion(*, is_done: bool) -> Edit:
    """Return an edit that plans and announces that an alert is deleted."""

    def edit(world: PlanWorld) -> None:
        _deletes(ALERT)(world)
        world.announced.append({"resource": ALERT, "reason": "CR-2026-042: it never fired."})
        if is_done:
            world.carry_out()

    return edit


VALID, REVIEWED = "test_template_is_valid", "test_template_is_the_reviewed_one"
VIOLATIONS = (
    _review("opens-a-service", "The SQL server would be public, and nobody announced it.", _sets(SQL, **OPEN)),
    _review("lowers-tls", "The SQL server would accept old TLS.", _sets(SQL, minimalTlsVersion="1.0")),
    _review("accepts-keys", "The storage account would accept keys.", _sets(STORAGE, allowSharedKeyAccess=True)),
    _review("deletes-an-endpoint", "The private endpoint would be deleted.", _deletes(ENDPOINT)),
    _review("grants-a-role", "Somebody would be made owner of the resource group.", _grants),
    _review("untold", "What-if cannot tell what becomes of the SQL server.", _untold(SQL)),
    _review("announces-another-path", "What is announced is another property.", _announces(SQL, "sku.*")),
    _review("announces-another-resource", "What is announced is of another server.", _announces("sql-other", "*")),
    _review("makes-ingress-external", "The application's ingress would be external.",
            lambda world: world.plans(APP)["properties"]["configuration"]["ingress"].update(external=True)),
    _review("announced-rule-of-another-group", "The rule that would come is announced of another group.",
            lambda world: world.announced.__setitem__(0, {**world.announced[0], "resource": "nsg-other"})),
    _review("validation-failed", "Azure found the template not valid.",
            _written(b'{"error": {"code": "InvalidTemplate", "message": "No."}}'), VALID),
    _review("validation-canceled", "The validation was canceled.", _validated(provisioningState="Canceled"), VALID),
    _review("validation-finds-an-error", "A diagnostic of the validation is an error.", _diagnostic("Error"), VALID),
    _review("template-edited-afterwards", "The template was edited after it was reviewed.",
            lambda world: setattr(world, "template", world.template + b"\n"), REVIEWED),
    _outcome("left-out-a-change", "The new rule is not there.", _as_before(GROUP)),
    _outcome("left-out-an-image", "The application runs the image of before.", _as_before(APP)),
    _outcome("left-out-a-resource", "The new alert was not made.", lambda world: world.after.pop(world.id(NEW_ALERT))),
    _outcome("left-a-resource", "What was to be deleted is still there.", _deletion(is_done=False)),
    _outcome("did-more", "The SQL server is public, which no plan said.",
             _left(SQL, lambda body: body["properties"].update(OPEN))),
    _outcome("made-a-stranger", "An account was made that the plan did not know.",
             _made("Microsoft.Batch/batchAccounts")),
    _outcome("did-another-thing", "The new rule leads to the Internet.",
             lambda world: world.after[world.id(GROUP)]["properties"]["securityRules"].__setitem__(
                 -1, rule(world.id(GROUP), "Internet"))),
    _outcome("made-it-otherwise", "The new alert is off.",
             _left(NEW_ALERT, lambda body: body["properties"].update(enabled=False))),
)  # fmt: skip


def _in_another_order(world: PlanWorld) -> None:
    world.plan = dict(reversed(world.plan.items()))


def _in_other_casing(world: PlanWorld) -> None:
    world.plan = {key.replace("/resourceGroups/", "/resourcegroups/"): body for key, body in world.plan.items()}
    world.before |= {key.replace("/resourceGroups/", "/resourcegroups/"): body for key, body in world.before.items()}


def _harmless(name: str, other: str, edit: Edit) -> Harmless[PlanWorld]:
    return Harmless(f"plan-{name}", other, edit)


HARMLESS = (
    _harmless("another-order", "What-if tells the resources in another order.", _in_another_order),
    _harmless("another-casing", "What-if writes ids in another casing.", _in_other_casing),
    _harmless("etag", "What-if reports another etag.", lambda world: world.plans(SQL).update(etag='W/"2"')),
    _harmless("state", "What-if leaves out a state that Azure makes.",
              lambda world: world.plans(GROUP)["properties"].pop("provisioningState")),
    _harmless("nothing-changes", "A resource of the template is as it was.", lambda world: world.plans(STORAGE)),
    _harmless("ignored", "What-if tells also of what it ignores or does not change.", _tells_all),
    _harmless("without-no-change", "What-if was asked to leave out what does not change.", _leaves_out("NoChange")),
    _harmless("revision-renamed", "The deployment has made a revision, as it does of itself.",
              _left(APP, lambda body: body["properties"].update(latestRevisionName="ca-apex-sandbox--r0013"))),
    _harmless("interface-made", "Azure has made the interface of an endpoint.",
              _made("Microsoft.Network/networkInterfaces")),
    _harmless("validation-warns", "The validation warns, and finds no error.", _diagnostic("Warning")),
    _harmless("announced-deletion", "An alert is deleted as planned and announced.", _deletion(is_done=True)),
)  # fmt: skip


INABILITY: Mapping[str, Inability[PlanWorld]] = MappingProxyType({
    name: Inability(name, "", edit, check=check)
    for name, edit, check in (
        ("validation-cut-off", _written(b'{"properties": {"provisioning'), VALID),
        ("validation-is-a-list", _written(b"[]"), VALID),
        ("validation-is-empty", _written(b""), VALID),
        ("digest-not-named", lambda world: setattr(world, "digest", None), REVIEWED),
    )
})  # fmt: skip


@cache
def _environment() -> Any:  # noqa: ANN401  (an environment whose tables are exchanged)
    return load(ENVIRONMENT)


class PlanStage:
    """Has DEP-35 and DEP-36 judge a plan, its validation, and what came of it.

    Attributes:
        cases: Their cases.
        violations: What can be wrong, by name.
        harmless: What must not matter, by name.
    """

    violations: Mapping[str, Violation[PlanWorld]] = MappingProxyType({entry.name: entry for entry in VIOLATIONS})
    harmless: Mapping[str, Harmless[PlanWorld]] = MappingProxyType({entry.name: entry for entry in HARMLESS})

    def __init__(self) -> None:
        cases = collect((ROOT / "checks" / "deployment",), _environment(), ROOTS)
        self.cases: tuple[BoundCheck, ...] = tuple(case for case in cases if case.control in CONTROLS)

    def outcomes(self, edit: Edit, family: str = "") -> Judged:  # noqa: ARG002  (one family)
        """Return what the cases come to after an edit of the compliant deployment."""
        world = compliant()
        edit(world)
        roots = _roots(world)
        return [(case, case.outcome(roots)) for case in self.cases]

    def inabilities(self, control: str | None = None) -> Mapping[str, Inability[PlanWorld]]:
        """Return what cannot be read of a plan's files: of DEP-35."""
        return INABILITY if control in {None, CONTROLS[0]} else {}

    def outcomes_resting_on(self, fault: Inability[PlanWorld]) -> Judged:
        """Return what the check comes to that rests on what cannot be read."""
        return [(case, outcome) for case, outcome in self.outcomes(fault.change) if case.check == fault.check]

    def rest(self) -> None:
        """Nothing runs that a forked process would miss."""


def _roots(world: PlanWorld) -> Mapping[str, object]:
    declared = _environment()
    release = declared.deployment.release.model_copy(update={"template_digest": world.digest})
    announced = tuple(AnnouncedChange.model_validate(entry) for entry in world.announced)
    deployment = declared.deployment.model_copy(update={"release": release, "announced": announced})
    environment = declared.model_copy(update={"deployment": deployment})
    target = Target(environment.subscription_id, environment.resource_group)
    redactor = Redactor(salt="falsification")  # as of one run: what is read and what is planned stay comparable
    plan = read_plan(world.what_if(), b"", target, "what-if.json", redactor, ("plan",))
    before, after = _read(world.before, redactor), _read(world.after, redactor)
    result = Artefact("validation", "validation.json", world.validation, ("validation",))
    template = Artefact("template", "template.json", world.template, ("template",))
    return {
        "estate": DeclaredIds(environment),
        "planned_deployment": PlannedDeployment(plan, environment, before, plan.readings),
        "earlier_plan": PlannedDeployment(plan, environment, after, plan.readings),
        "validated_template": TemplateValidation(result, template, sha256(world.template).hexdigest()),
    }


def _read(resources: Mapping[str, Body], redactor: Redactor) -> dict[str, Body]:
    return {key.casefold(): json.loads(redactor.body(json.dumps(body).encode())) for key, body in resources.items()}
