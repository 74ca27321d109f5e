"""Estimates of the same inputs at several levels of confidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from assurance.apex.estimation.amounts import Amount
from assurance.apex.estimation.estimate import CONTINGENCY, Estimate
from assurance.verdicts import Fact


@dataclass(frozen=True, slots=True)
class ConfidenceLevels:
    """One estimate for each level that was asked for.

    Attributes:
        estimates: By level, a fraction of 1.
    """

    estimates: Mapping[float, Estimate]

    @property
    def cost_more_the_surer(self) -> Fact:
        """Whether a higher level of confidence never asks for less contingency than a lower one."""
        amounts = [Amount.of(one.document, CONTINGENCY) for _, one in sorted(self.estimates.items())]
        values: list[Decimal] = [amount.value for amount in amounts if amount.value is not None]
        holds = len(values) == len(amounts) > 0 and values == sorted(values)
        told = zip(sorted(self.estimates), amounts, strict=True)
        return Fact(
            holds,
            "the higher the level of confidence, the higher the contingency",
            ", ".join(f"{level:.0%}: {amount.told} %" for level, amount in told),
            ", ".join(one.subject for _, one in sorted(self.estimates.items())),
            tuple(dict.fromkeys(key for one in self.estimates.values() for key in one.readings)),
            "" if holds else "Compare the estimates of each level; the simulation may ignore confidence_level.",
        )
