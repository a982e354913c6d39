"""What putting a yard right costs: unit prices and areas, in whole tenge."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


class PriceError(LookupError):
    """A work without a price."""


@dataclass(frozen=True, slots=True)
class CostLine:
    """One work: how much of it, at which price, together."""

    work: str
    amount: Decimal
    unit_price: Decimal
    cost: int


def cost_lines(amounts: Mapping[str, Decimal], prices: Mapping[str, Decimal]) -> list[CostLine]:
    """The works of a yard, each rounded to whole tenge; by name of the work.

    amounts: m2, m or pieces by work. Raises PriceError for a work that has no price.
    """
    lines = []
    for work in sorted(amounts):
        if work not in prices:
            raise PriceError(work)
        amount, price = Decimal(amounts[work]), Decimal(prices[work])
        cost = int((amount * price).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        lines.append(CostLine(work, amount, price, cost))
    return lines


def total(lines: list[CostLine]) -> int:
    return sum(line.cost for line in lines)


# What a yard usually needs where nobody has measured it: shares of its area, or m2 for a piece.
_SHARES = {"asphalt": Decimal("0.35"), "sidewalk": Decimal("0.06"), "greenery": Decimal("0.20")}
_M2_PER_LAMP = 600


def estimated_amounts(area_m2: float) -> dict[str, Decimal]:
    """Works of a yard from its area alone; at least one lamp and one playground."""
    area = Decimal(round(area_m2))
    amounts = {work: (area * share).quantize(Decimal(1)) for work, share in _SHARES.items()}
    amounts |= {"lighting": Decimal(max(1, round(area_m2 / _M2_PER_LAMP)))}
    amounts |= {"playground": Decimal(1)}
    return {work: amount for work, amount in amounts.items() if amount > 0}
