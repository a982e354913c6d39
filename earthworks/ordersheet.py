"""The printable order: one sheet in Kazakh, one in Russian, with map extract and QR code.

People are not named: whoever digs shows the sheet to anybody who asks.
"""

import datetime as dt
from collections.abc import Iterator

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from earthworks import mapextract
from earthworks.answers import basis_text
from earthworks.choices import Decision, Requirement
from earthworks.documents import (
    FONT,
    LANGUAGES,
    MARGIN_MM,
    SMALL_PT,
    TITLE_PT,
    Letter,
    day_text,
    holder_name,
    qr_code,
    sender,
)
from earthworks.facts import facts_of
from earthworks.models import Order

MAP_MM = (170, 78)


def sheet(order: Order, *, today: dt.date, base: str) -> bytes:
    """The PDF of an order read by `Order.objects.explained()`; base: of the public pages."""
    page = Letter(title=order.number or _("Draft"), foot=order.number or "—", at=timezone.now())
    for language in LANGUAGES:
        with translation.override(language):
            page.add_page()
            _write(page, order, today)
            qr_code(page, order, base)
    return bytes(page.output())


def _write(page: Letter, order: Order, today: dt.date) -> None:
    page.line_of(sender(), size=SMALL_PT)
    title = _("Earthwork order No. %(number)s") % {"number": order.number}
    page.line_of(title if order.number else _("Draft of an earthwork order"), bold=True,
                 size=TITLE_PT)  # fmt: skip
    page.line_of(f"{order.get_state_display()} · {day_text(today)}", size=SMALL_PT)
    page.ln(2)
    frame = mapextract.frame_for(
        order.geom, x=MARGIN_MM, y=page.get_y(), width=MAP_MM[0], height=MAP_MM[1]
    )
    mapextract.draw(page, order.geom, frame, FONT)
    page.set_y(frame.y + frame.height + 3)
    for label, value in _facts(order, today):
        page.fact(label, value)


def _facts(order: Order, today: dt.date) -> Iterator[tuple[str, str]]:
    yield _("Place"), ", ".join(filter(None, [order.address, *order.more_addresses]))
    yield (
        _("Works"),
        f"{order.get_kind_display()}: {order.get_work_display()}, "
        f"{order.get_network_kind_display()}, {order.get_method_display()}",
    )
    yield _("Holder"), holder_name(order)
    yield _("Contractor"), order.contractor.title if order.contractor else ""
    if order.subcontractor:
        yield _("Subcontractor"), order.subcontractor.title
    yield _("Period"), f"{day_text(order.begins_on)} – {day_text(order.until_on)}"
    if order.due_on:
        basis = basis_text(facts_of(order, today))
        duty = order.get_duty_display()
        yield _("What is due"), f"{duty}: {day_text(order.due_on)} ({basis})"
    if order.final_on and order.final_on != order.due_on:
        yield _("Whole again by"), day_text(order.final_on)
    areas = [
        f"{one.label}: {_('%(area)s m²') % {'area': formats.number_format(round(area, 1))}}"
        for one, area in order.areas_m2.items()
        if area
    ]
    yield _("Damaged surface"), ", ".join(areas)
    asked = [str(dict(Requirement.choices)[one]) for one in order.requirements]
    yield _("Requirements"), ", ".join(filter(None, [*asked, order.requirements_note]))
    agreed = [
        f"{line.organization.title}: {line.get_decision_display()}"
        + (f" ({line.conditions})" if line.conditions else "")
        for line in order.approvals.select_related("organization")
        if line.decision != Decision.PENDING
    ]
    yield _("Approvals"), "; ".join(agreed)
    if order.official_post:
        issued_on = day_text(timezone.localdate(order.issued_at))
        yield _("Issued by"), f"{order.official_post}, {issued_on}"
