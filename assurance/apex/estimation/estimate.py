"""An estimate as APEX shows it, with the adjectives that the guide's Step 16 asks of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from assurance.apex.estimation.answers import CLASSES, canonical
from assurance.apex.estimation.line_items import CENT, Amount, Breakdown
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

BASE = "base_cost"
PERCENTILES = (("p50_cost", 0.50), ("p80_cost", 0.80), ("p95_cost", 0.95))
CONTINGENCY = "contingency_percentage"
HUNDRED = Decimal(100)
PERCENTAGE_DIGIT = Decimal("0.01")
MAX_TOLD = 5
REMEDY = "Compare the estimate with its job's log; do not release estimates of this build before it is understood."


@dataclass(frozen=True, slots=True)
class Figures:
    """The amounts of one estimate, wherever APEX tells them: in the result of a job, in a view, in an export.

    Attributes:
        subject: What they are of, for a person.
        document: Where they stand.
        readings: Keys of the readings that tell them.
    """

    subject: str
    document: Document
    readings: tuple[str, ...]

    @property
    def base(self) -> Amount:
        """The cost without contingency."""
        return Amount.of(self.document, BASE)

    @property
    def percentiles(self) -> tuple[Amount, ...]:
        """P50, P80 and P95."""
        return tuple(Amount.of(self.document, name) for name, _ in PERCENTILES)

    @property
    def are_present(self) -> Fact:
        """Whether base cost, P50, P80 and P95 are amounts above zero."""
        amounts = (self.base, *self.percentiles)
        holds = all(amount.value is not None and amount.value > 0 for amount in amounts)
        return self._fact(holds, f"{BASE}, P50, P80 and P95 are amounts above zero", ", ".join(map(str, amounts)))

    @property
    def are_ordered(self) -> Fact:
        """Whether P50 <= P80 <= P95."""
        values = [amount.value for amount in self.percentiles]
        known = [value for value in values if value is not None]
        holds = len(known) == len(values) and known == sorted(known)
        return self._fact(holds, "P50 <= P80 <= P95", ", ".join(map(str, self.percentiles)))

    @property
    def are_spread(self) -> Fact:
        """Whether the risk factors show: P95 is above P50."""
        low, _, high = (amount.value for amount in self.percentiles)
        holds = low is not None and high is not None and low < high
        return self._fact(holds, "P50 < P95, for the risk factors vary", ", ".join(map(str, self.percentiles)))

    @property
    def is_classified(self) -> Fact:
        """Whether the class is one of AACE's five."""
        aace_class = canonical(self.document.text("aace_class"))
        return self._fact(
            aace_class in CLASSES, f"aace_class is one of {', '.join(CLASSES)}", f"aace_class {aace_class or 'absent'}"
        )

    def are_classified_as(self, wanted: str) -> Fact:
        """Whether the class is the one that the inputs call for."""
        aace_class = canonical(self.document.text("aace_class"))
        return self._fact(
            aace_class == canonical(wanted),
            f"aace_class is {canonical(wanted)}",
            f"aace_class {aace_class or 'absent'}",
        )

    def agree_with(self, other: Figures) -> Fact:
        """Whether both tell the same amounts and class."""
        names = (BASE, *(name for name, _ in PERCENTILES))
        pairs = [(Amount.of(self.document, name), Amount.of(other.document, name)) for name in names]
        differences = [
            f"{first} here, {two.told} there" for first, two in pairs if first.value is None or first.value != two.value
        ]
        classes = [canonical(estimate.document.text("aace_class")) for estimate in (self, other)]
        if classes[0] != classes[1]:
            differences.append(f"aace_class {classes[0]} here, {classes[1]} there")
        return Fact(
            not differences,
            f"the same amounts and class as in {other.subject}",
            "; ".join(differences) or "the same",
            self.subject,
            self.readings + other.readings,
            REMEDY if differences else "",
        )

    def _fact(self, holds: bool, expected: str, observed: str) -> Fact:
        return Fact(holds, expected, observed, self.subject, self.readings, "" if holds else REMEDY)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimate, as `GET /estimates/{id}` shows it.

    Attributes:
        document: The answer.
        readings: Keys of the readings that it stands in.
    """

    document: Document
    readings: tuple[str, ...]

    @property
    def id(self) -> str:
        """Its id."""
        return self.document.text("id") or ""

    @property
    def subject(self) -> str:
        """What facts about it are about."""
        return f"estimate {self.id or 'without id'}"

    @property
    def figures(self) -> Figures:
        """Its amounts."""
        return Figures(self.subject, self.document, self.readings)

    @property
    def breakdown(self) -> Breakdown:
        """Its line items."""
        return Breakdown.of(self.document.items("line_items"))

    def has_contingency_for(self, level: float) -> Fact:
        """Whether the contingency is what lies between the base cost and the cost at the level of confidence.

        Between two percentiles that APEX tells, the cost at the level lies between theirs; at one of them it is that.

        Args:
            level: The level of confidence, a fraction of 1.
        """
        contingency = Amount.of(self.document, CONTINGENCY)
        bounds = self._contingency_bounds(level)
        if bounds is None or contingency.value is None:
            return self._fact(False, "a contingency that its costs explain", f"{contingency}, {self._costs()}")
        lowest, highest = bounds
        holds = lowest <= contingency.value <= highest
        expected = (
            f"{CONTINGENCY} between {lowest:.2f} and {highest:.2f} % of the base cost, for a level of {level:.0%}"
        )
        return self._fact(holds, expected, f"{contingency}, {self._costs()}")

    def has_a_plausible_contingency(self, least: float, most: float) -> Fact:
        """Whether the contingency lies where these risk factors can lead, in percent of the base cost."""
        contingency = Amount.of(self.document, CONTINGENCY)
        holds = contingency.value is not None and Decimal(str(least)) <= contingency.value <= Decimal(str(most))
        remedy = (
            "Risk factors are fractions that are added (0.10 is ten percent more). If this build takes them otherwise, "
            "or the bounds are too narrow for the declared factors, correct [application.estimates]."
        )
        return Fact(
            holds,
            f"{CONTINGENCY} between {least:g} and {most:g} %, for the risk factors that were sent",
            f"{contingency}, {self._costs()}",
            self.subject,
            self.readings,
            "" if holds else remedy,
        )

    @property
    def items_cost_what_they_take(self) -> Fact:
        """Whether quantity times unit cost is the cost of each item that tells both, within rounding to the cent."""
        faults = self.breakdown.faulty_products()
        return self._fact(
            not faults,
            "quantity times unit cost is the cost of each line item, within rounding",
            _told(faults, f"all {len(self.breakdown.items)} line items agree, or tell no quantity"),
        )

    @property
    def has_items(self) -> Fact:
        """Whether there are line items, each with a cost that is not negative."""
        items = self.breakdown.items
        faults = self.breakdown.faulty_costs()
        return self._fact(
            bool(items) and not faults,
            "line items, each with a cost that is not negative",
            _told(faults, f"{len(items)} line items"),
        )

    @property
    def items_sum_to_the_base_cost(self) -> Fact:
        """Whether the items of the highest level sum to the base cost, within rounding to the cent."""
        fault = self.breakdown.difference_to(self.figures.base)
        expected = f"the items of the highest level sum to {BASE}, but for half a cent each"
        return self._fact(
            not fault, expected, fault or f"{len(self.breakdown.top)} items sum to {self.figures.base.told}"
        )

    @property
    def items_sum_to_their_parents(self) -> Fact:
        """Whether the parts of each item sum to it, within rounding to the cent."""
        faults = self.breakdown.faulty_sums()
        parents = sum(1 for item in self.breakdown.items if self.breakdown.children(item))
        return self._fact(
            not faults,
            "the parts of each line item sum to it, but for half a cent each",
            _told(faults, f"all {parents} items with parts agree"),
        )

    @property
    def has_a_sound_hierarchy(self) -> Fact:
        """Whether every item has its place: ids and codes unique, parents listed, no circle, codes nested."""
        faults = self.breakdown.structural_faults()
        return self._fact(
            bool(self.breakdown.items) and not faults,
            "unique ids and codes, parents that are listed, no circle, codes that begin with their parent's",
            _told(faults, f"{len(self.breakdown.items)} line items"),
        )

    @property
    def has_a_narrative(self) -> Fact:
        """Whether it tells how it came about."""
        narrative = (self.document.text("narrative") or "").strip()
        return self._fact(bool(narrative), "a narrative", f"{len(narrative.split())} words" if narrative else "none")

    @property
    def has_assumptions(self) -> Fact:
        """Whether it lists what it assumes."""
        return self._lists("assumptions")

    @property
    def has_exclusions(self) -> Fact:
        """Whether it lists what it leaves out."""
        return self._lists("exclusions")

    def names_risks(self, names: tuple[str, ...]) -> Fact:
        """Whether the risk factors that were asked for are those that it rests on."""
        # As it was asked for, or as the column is called in which it is stored.
        factors = self.document.items("risk_factors")
        own = tuple(sorted(factor.text("name") or factor.text("factor_name") or "" for factor in factors))
        wanted = tuple(sorted(names))
        return self._fact(own == wanted, f"risk factors {', '.join(wanted)}", ", ".join(own) or "none")

    def _lists(self, key: str) -> Fact:
        value = self.document.value(key)
        entries = [entry for entry in value if _says(entry)] if isinstance(value, list) else []
        holds = bool(entries) and isinstance(value, list) and len(entries) == len(value)
        return self._fact(holds, f"{key}, none of them empty", f"{len(entries)} {key} with text")

    def _contingency_bounds(self, level: float) -> tuple[Decimal, Decimal] | None:
        """Return the least and the greatest contingency, in percent; None where an amount is missing."""
        base = self.figures.base.value
        costs = [(at, amount.value) for (_, at), amount in zip(PERCENTILES, self.figures.percentiles, strict=True)]
        known = [(at, value) for at, value in costs if value is not None]
        if base is None or base <= 0 or len(known) != len(costs):
            return None
        below = [value for at, value in known if at <= level]
        above = [value for at, value in known if at >= level]
        # The percentage is told to two digits, and both costs that it comes from are rounded to the cent.
        slack = PERCENTAGE_DIGIT + CENT * HUNDRED / base
        lowest = (below[-1] - base) / base * HUNDRED - slack if below else -HUNDRED
        highest = (above[0] - base) / base * HUNDRED + slack if above else Decimal("Infinity")
        return lowest, highest

    def _costs(self) -> str:
        return ", ".join(map(str, (self.figures.base, *self.figures.percentiles)))

    def _fact(self, holds: bool, expected: str, observed: str) -> Fact:
        return Fact(holds, expected, observed, self.subject, self.readings, "" if holds else REMEDY)


def _says(entry: object) -> bool:
    """Tell whether an entry of a list has text: it is one, or an object that holds one."""
    if isinstance(entry, dict):
        return any(isinstance(value, str) and value.strip() for key, value in entry.items() if not key.endswith("id"))
    return isinstance(entry, str) and bool(entry.strip())


def _told(faults: list[str], none: str) -> str:
    more = f"; and {len(faults) - MAX_TOLD} more" if len(faults) > MAX_TOLD else ""
    return "; ".join(faults[:MAX_TOLD]) + more if faults else none
