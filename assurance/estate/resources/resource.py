"""What all views of the estate share: an id, the document behind it, and facts that cite their readings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from assurance.errors import BrokenReading, NotEvaluated
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

T = TypeVar("T")
Judgement = tuple[bool, str]
"""Whether it holds, and what was observed."""
UNDER_WAY = frozenset(
    {
        "accepted", "creating", "infrastructuresetupcomplete", "infrastructuresetupinprogress",
        "initializationinprogress", "inprogress", "moving", "pending", "provisioning", "registeringdns", "resolvingdns",
        "running", "updating", "upgraderequested", "upgrading", "waiting",
    }
)  # fmt: skip
"""Values of provisioningState while a deployment has not ended; each provider has its own."""
Part: TypeAlias = Callable[[], T]
"""A part of a view, read when it is first asked for: what cannot be read spoils only what rests on it."""


RESOURCE_GROUP = "microsoft.resources/resourcegroups"


def segments(resource_id: str) -> tuple[str, ...]:
    """Return an id's segments for comparison: Azure's casing differs from one answer to the next."""
    return tuple(part.casefold() for part in resource_id.split("/") if part)


def folded(resource_id: str) -> str:
    """Return an id as text for comparison."""
    return "/" + "/".join(segments(resource_id))


def type_of(resource_id: str) -> str:
    """Return the type that an id speaks of, in lower case, nested types with their parents'; empty if it is no id."""
    parts = segments(resource_id)
    if "providers" not in parts:
        return RESOURCE_GROUP if len(parts) == 4 and parts[2] == "resourcegroups" else ""
    last = len(parts) - 1 - parts[::-1].index("providers")
    namespace, rest = parts[last + 1 : last + 2], parts[last + 2 :]
    return "/".join([*namespace, *rest[::2]]) if namespace and rest and len(rest) % 2 == 0 else ""


def same_id(one: str | None, other: str | None) -> bool:
    """Tell whether two ids name the same resource."""
    return one is not None and other is not None and segments(one) == segments(other)


def is_within(resource_id: str, scope: str) -> bool:
    """Tell whether a resource is at or below a scope, by whole segments (`rg1` is not above `rg10`)."""
    above = segments(scope)
    return segments(resource_id)[: len(above)] == above


def name_of(resource_id: str) -> str:
    """Return an id's last segment."""
    return resource_id.rstrip("/").rsplit("/", 1)[-1]


def resource_group_of(resource_id: str) -> str:
    """Return the resource group in an id, as it is spelt there; empty for an id above resource groups."""
    parts = [part for part in resource_id.split("/") if part]
    folded = [part.casefold() for part in parts]
    return parts[folded.index("resourcegroups") + 1] if "resourcegroups" in folded[:-1] else ""


def subscription_of(resource_id: str) -> str:
    """Return the subscription in an id; empty for an id above subscriptions."""
    parts = [part for part in resource_id.split("/") if part]
    return parts[1] if len(parts) > 1 and parts[0].casefold() == "subscriptions" else ""


def named(resource_id: str) -> str:
    """Return `--resource-group G --name N` for the resource, as the Azure CLI takes them."""
    return f"--resource-group {resource_group_of(resource_id)} --name {name_of(resource_id)}"


def listed(values: Iterable[str], none: str = "none") -> str:
    """Return values as text, sorted, or `none`."""
    return ", ".join(sorted(values)) or none


def wrong_among(items: Iterable[T], judgement: Callable[[T], str | None]) -> list[str]:
    """Return what is wrong with items, each judged by itself: one that cannot be judged hides none that is wrong.

    Raises:
        NotEvaluated: Nothing is known to be wrong, and some item could not be judged.
    """
    wrong: list[str] = []
    refusal: NotEvaluated | None = None
    for item in items:
        try:
            sentence = judgement(item)
        except NotEvaluated as error:
            refusal = refusal or error
            continue
        wrong += [sentence] if sentence else []
    if refusal is not None and not wrong:
        raise refusal
    return wrong


def shown(value: object) -> str:
    """Return a value as Azure wrote it, or `absent`."""
    return "absent" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def only(name: str, documents: Iterable[Document]) -> Document | None:
    """Return the document of that name, in any casing; None if there is none."""
    return next((document for document in documents if document.name.casefold() == name.casefold()), None)


def answer_for(resource_id: str, document: Document | None) -> Document | None:
    """Return Azure's answer to a question for one resource, after a look at whether it is one.

    Raises:
        BrokenReading: The answer is about another resource, or has no properties.
    """
    if document is None:
        return None
    if not same_id(document.id, resource_id):
        reason = f"Azure was asked for {resource_id} and answered with {document.id}."
        raise BrokenReading(reason, "Look at the reading.", document.readings)
    return _with_properties(document)


def listed_within(scope: str, documents: tuple[Document, ...]) -> tuple[Document, ...]:
    """Return what Azure lists at a scope, after a look at whether it is of that scope.

    What stands above subscriptions, as some role assignments do, is of every scope.

    Raises:
        BrokenReading: An element is of another scope, or has no properties.
    """
    for document in documents:
        if segments(document.id)[:1] == ("subscriptions",) and not is_within(document.id, scope):
            reason = f"Azure was asked for what is at {scope} and listed {document.id}."
            raise BrokenReading(reason, "Look at the reading.", document.readings)
        _with_properties(document)
    return documents


def _with_properties(document: Document) -> Document:
    if document.within("properties") is None:
        raise document.broken(("properties",), "an object", None)
    return document


def demanded(value: T | None, what: str, hint: str) -> T:
    """Return what an environment file declares.

    Raises:
        NotEvaluated: It declares nothing of the kind; `what` and `hint` say of what, and how it is added.
    """
    if value is None:
        raise NotEvaluated(f"The environment file does not say {what}.", hint)
    return value


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that the environment declares, as Azure has it.

    Attributes:
        id: Its id as declared.
        document: Azure's answer; None if Azure says that it does not exist.
        readings: Keys of the readings that say so.
    """

    id: str
    document: Document | None
    readings: tuple[str, ...]

    def __post_init__(self) -> None:
        answer_for(self.id, self.document)

    @property
    def name(self) -> str:
        """The resource's name."""
        return name_of(self.id)

    @property
    def exists(self) -> Fact:
        """Whether the resource exists and is in good order."""
        return self.judge("the resource exists", lambda document: (True, f"{document.id} exists"))

    @property
    def is_provisioned(self) -> Fact:
        """Whether its last deployment succeeded.

        Raises:
            NotEvaluated: A deployment is under way.
        """

        def succeeded(document: Document) -> Judgement:
            state = document.text("properties", "provisioningState")
            if (state or "").casefold() in UNDER_WAY:
                reason = f"A deployment of {self.name} is under way: provisioningState is {state}."
                raise NotEvaluated(reason, "Run again when it has ended.", self.readings)
            return (state or "").casefold() == "succeeded", f"provisioningState is {state or 'absent'}"

        remedy = "Find out why in the resource group's deployments (az deployment group list), then deploy it again."
        return self.judge("provisioningState is Succeeded", succeeded, remedy)

    @property
    def parts(self) -> tuple[Part[object], ...]:
        """What is read of it when it is first asked for, so that a run can read ahead."""
        return ()

    def flag_is(self, path: str, wanted: bool, remedy: str = "") -> Fact:
        """Whether the flag at a dotted path is explicitly this one."""
        name = path.removeprefix("properties.")

        def judged(document: Document) -> Judgement:
            setting = document.flag(*path.split("."))
            return setting is wanted, f"{name} is {shown(setting)}"

        return self.judge(f"{name} is {shown(wanted)}", judged, remedy)

    def text_is(self, path: str, wanted: str, remedy: str = "", absent: str = "absent") -> Fact:
        """Whether the text at a dotted path is this one, in any casing; `absent` tells what its absence means."""
        name = path.removeprefix("properties.")

        def judged(document: Document) -> Judgement:
            setting = document.text(*path.split("."))
            return (setting or "").casefold() == wanted.casefold(), f"{name} is {setting or absent}"

        return self.judge(f"{name} is {wanted}", judged, remedy)

    def id_is(self, path: str, wanted: str, role: str, remedy: str = "") -> Fact:
        """Whether the id at a dotted path is this one; `role` says what stands there, such as `in subnet`."""

        def judged(document: Document) -> Judgement:
            setting = document.text(*path.split("."))
            return same_id(setting, wanted), f"{role} {setting or 'none'}"

        return self.judge(f"{role} {wanted}", judged, remedy)

    def judge(
        self,
        expected: str,
        judgement: Callable[[Document], Judgement],
        remedy: str = "",
        readings: tuple[str, ...] = (),
    ) -> Fact:
        """Return a fact about the document; of a resource that does not exist, nothing holds."""
        if self.document is None:
            remedy = (
                f"Deploy it: az deployment group create --resource-group {resource_group_of(self.id)} (main.bicep)."
            )
            return self.fact(False, expected, "the resource does not exist", remedy)
        holds, observed = judgement(self.document)
        return self.fact(holds, expected, observed, remedy, readings)

    def fact(self, holds: bool, expected: str, observed: str, remedy: str = "", readings: tuple[str, ...] = ()) -> Fact:
        """Return a fact whose subject is this resource."""
        cited = tuple(dict.fromkeys((*self.readings, *readings)))
        return Fact(holds, expected, observed, self.id, cited, "" if holds else remedy)
