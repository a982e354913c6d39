"""Costs of a yard."""

from decimal import Decimal

import pytest

from planning.programme.costs import PriceError, cost_lines, total

PRICES = {"asphalt": Decimal("8950.50"), "lamps": Decimal(210_000)}


def test_each_work_is_rounded_to_whole_tenge():
    lines = cost_lines({"lamps": Decimal(3), "asphalt": Decimal("1200.1")}, PRICES)
    assert [(line.work, line.cost) for line in lines] == [
        ("asphalt", 10_741_495),
        ("lamps", 630_000),
    ]
    assert total(lines) == 11_371_495


def test_a_work_without_a_price_is_named():
    with pytest.raises(PriceError, match="gold"):
        cost_lines({"gold": Decimal(1)}, PRICES)
