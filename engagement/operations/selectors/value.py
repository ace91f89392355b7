"""What it is worth: the newest revision of each case, and the return."""

from dataclasses import dataclass
from decimal import Decimal

from engagement.operations.models import ValueEntry
from engagement.sorting import sort_text

_GAINS = (ValueEntry.Outcome.REVENUE, ValueEntry.Outcome.SAVING, ValueEntry.Outcome.RISK)


@dataclass(frozen=True, slots=True)
class Return:
    """(revenue raised + cost avoided + expected loss avoided − cost) ÷ cost; None while no cost is known.

    ``low`` sets the low gains against the high cost, ``high`` the high gains against the low cost.
    """

    low: Decimal | None
    base: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Value:
    """The newest revisions, gains first, and the return over those of ``currency``."""

    entries: list[ValueEntry]
    currency: str
    returned: Return

    @property
    def unsigned(self) -> list[ValueEntry]:
        """What waits for a signature."""
        return [entry for entry in self.entries if not hasattr(entry, "signature")]


def value() -> Value:
    """Return all cases. One query."""
    newest = (
        ValueEntry.objects.order_by("case", "-number").distinct("case").select_related("author", "signature__person")
    )
    entries = sorted(
        newest, key=lambda entry: (entry.outcome == ValueEntry.Outcome.COST, -entry.base, sort_text(entry.name))
    )
    currency = _commonest([entry.currency for entry in entries])
    return Value(entries, currency, returned([entry for entry in entries if entry.currency == currency]))


def _commonest(currencies: list[str]) -> str:
    return max(sorted(set(currencies)), key=currencies.count, default="BRL")


def returned(entries: list[ValueEntry]) -> Return:
    """Return what ``entries``, all of one currency, bring back for each unit spent."""
    gains = [entry for entry in entries if entry.outcome in _GAINS]
    costs = [entry for entry in entries if entry.outcome == ValueEntry.Outcome.COST]
    return Return(
        low=_ratio(sum(entry.low for entry in gains), sum(entry.high for entry in costs)),
        base=_ratio(sum(entry.base for entry in gains), sum(entry.base for entry in costs)),
        high=_ratio(sum(entry.high for entry in gains), sum(entry.low for entry in costs)),
    )


def _ratio(gain: Decimal | int, cost: Decimal | int) -> Decimal | None:
    return (Decimal(gain) - Decimal(cost)) / Decimal(cost) if cost else None
