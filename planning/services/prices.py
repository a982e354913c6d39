"""Unit prices of works: dated and cited; a new price is a new row."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from citymap.accounts.models import User
from citymap.history.context import acting
from planning.choices import Work
from planning.models import WorkPrice
from planning.services.errors import NotPossibleNowError, PlanningRefusedError


@transaction.atomic
def set_price(
    *,
    work: Work,
    price: Decimal,
    valid_from: dt.date,
    citation: str,
    user: User,
    verified: bool = False,
) -> WorkPrice:
    """What a unit costs from a day on. Raises when that day has a price already."""
    citation = citation.strip()
    if not 0 < len(citation) <= 300:
        raise PlanningRefusedError(_("Name the price list or decision."))
    if work not in Work.values or not price.is_finite() or not 0 < price < 10**12:
        raise PlanningRefusedError(_("A price is a number of tenge above zero."))
    if WorkPrice.objects.filter(work=work, valid_from=valid_from).exists():
        raise NotPossibleNowError(_("This work has a price from that day already."))
    with acting(user=user, reason=citation):
        return WorkPrice.objects.create(
            work=work, price=price, valid_from=valid_from, citation=citation, verified=verified
        )
