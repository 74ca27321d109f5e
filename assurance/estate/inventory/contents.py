"""One resource group, and all that stands in it."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.errors import NotEvaluated
from assurance.estate.inventory.accounts import INFRASTRUCTURE, Accounts, kind_of
from assurance.estate.resources.resource import listed, name_of, segments
from assurance.verdicts import Fact
from assurance.world.azure.document import Document


@dataclass(frozen=True, slots=True)
class GroupContents:
    """All resources of one resource group of the environment.

    Attributes:
        group_id: The group.
        documents: Azure's list.
        accounts: What is accounted for.
        readings: Keys of the readings behind the list.
        cited: Keys of the readings behind what declared resources bring along.
    """

    group_id: str
    documents: tuple[Document, ...]
    accounts: Accounts
    readings: tuple[str, ...]
    cited: tuple[str, ...] = ()

    @property
    def is_accounted_for(self) -> Fact:
        """Whether each resource is judged by a check, declared by the environment file, or known to it with a reason.

        Raises:
            NotEvaluated: The list has nothing of what is declared there: who may not see any sees none.
        """
        expected = [declared_id for declared_id in self.accounts.declared if declared_id[:4] == segments(self.group_id)]
        strangers = self.accounts.strangers(self.documents)
        if not strangers and expected and not {segments(document.id) for document in self.documents} & set(expected):
            raise NotEvaluated(
                f"Azure lists nothing in {self.group_id} of what the environment file declares there.",
                "Grant the suite's identity Reader on the resource group, or deploy what is declared.",
                self.readings,
            )
        known = sum(self.accounts.known_as(document.id) is not None for document in self.documents)
        return Fact(
            not strangers,
            "each resource is judged by a check, or named in the environment file",
            listed(map(_told, strangers), f"{len(self.documents)} resources, {known} of them known with a reason"),
            self.group_id,
            (*self.readings, *self.cited),
            _remedy(strangers),
        )


@dataclass(frozen=True, slots=True)
class InfrastructureContents:
    """The resource group in which Azure keeps what a Container Apps environment is made of.

    Attributes:
        environment_id: The environment.
        group: The group's name; None if the environment names none, as one without a network of ours does.
        documents: What is in it; none if Azure keeps it out of sight.
        accounts: What is accounted for.
        readings: Keys of the readings that say so.
    """

    environment_id: str
    group: str | None
    documents: tuple[Document, ...]
    accounts: Accounts
    readings: tuple[str, ...]

    @property
    def is_azures_own(self) -> Fact:
        """Whether nothing is there but what Azure makes for an environment, or what the file knows."""
        strangers = [
            stranger
            for stranger in self.accounts.strangers(self.documents)
            if kind_of(stranger.id) not in INFRASTRUCTURE
        ]
        where = f"resource group {self.group}" if self.group else "no resource group of its own"
        return Fact(
            not strangers,
            "load balancers, their addresses and machines of the environment only",
            f"{where}: {listed(map(_told, strangers), f'{len(self.documents)} resources, all of them the platform')}",
            self.environment_id,
            self.readings,
            _remedy(strangers),
        )


@dataclass(frozen=True, slots=True)
class OtherDoors:
    """The public doors of what no other check judges: what is known with a reason, and what nobody knows.

    Attributes:
        group_id: The resource group.
        opened: What is open, in words, by the resource's id.
        judged: How many resources were looked at.
        refusals: Why some could not be.
        readings: Keys of the readings that say so.
    """

    group_id: str
    opened: dict[str, tuple[str, ...]]
    judged: int
    refusals: tuple[NotEvaluated, ...]
    readings: tuple[str, ...]

    @property
    def are_shut(self) -> Fact:
        """Whether none of these is open to public networks, unless the file says that it may be.

        Raises:
            NotEvaluated: None was seen open, but not all could be looked at.
        """
        if not self.opened and self.refusals:
            raise self.refusals[0].again()
        sentences = (f"{_kind_and_name(resource_id)}: {', '.join(doors)}" for resource_id, doors in self.opened.items())
        remedy = "\n".join(
            f"Shut it or delete it: az resource show --ids {resource_id}. Where it must be public, add it to "
            "[[inventory.known]] with public = true and the reason."
            for resource_id in self.opened
        )
        return Fact(
            not self.opened,
            "nothing else in the resource group is open to public networks",
            listed(sentences, f"{self.judged} other resources that could have a door, none of them open"),
            self.group_id,
            self.readings,
            remedy,
        )


def _remedy(strangers: list[Document]) -> str:
    return "\n".join(
        f"Delete it (az resource delete --ids {stranger.id}), declare it, or name it: [[inventory.known]] resource = "
        f'"{_kind_and_name(stranger.id)}", with the reason.'
        for stranger in strangers
    )


def _told(document: Document) -> str:
    return f"nobody judges {_kind_and_name(document.id)}"


def _kind_and_name(resource_id: str) -> str:
    """Return provider, types and names, as the environment file takes them."""
    at = resource_id.casefold().rfind("/providers/")
    return resource_id[at + len("/providers/") :] if at >= 0 else name_of(resource_id)
