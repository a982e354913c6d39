"""Letters of claims as PDF: the same in Kazakh and in Russian, Kazakh first, with the evidence.

A citizen is addressed as the holder of the order, without a name: letters are kept for ever.
"""

import datetime as dt
import hashlib
import re
from io import BytesIO

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from fpdf import FPDF

from citymap.geo import lon_lat
from citymap.shell.context import city_name
from earthworks.answers import duty_text
from earthworks.choices import Addressee, DeadlineBasis, Duty
from earthworks.fonts import font_file
from earthworks.models import Claim, Order

FONT = "Noto"
LANGUAGES = ("kk", "ru")
TEXT_PT, SMALL_PT, TITLE_PT = 11, 9, 15
LINE_MM, SMALL_LINE_MM = 6, 5
MARGIN_MM = 20
QR_MM = 28
# How the rule for claims names an article; other wordings stay as they are.
ARTICLE = re.compile(r"КоАП РК, ст\. (?P<number>\d+(?:-\d+)?)")


class Letter(FPDF):
    """An A4 page with Kazakh letters, its number at the foot."""

    def __init__(self, *, title: str, foot: str, at: dt.datetime) -> None:
        super().__init__()
        for style in ("", "B"):
            self.add_font(FONT, style, font_file(style))
        self.foot = foot
        self.set_title(title)
        self.set_lang("kk")
        self.set_creation_date(at)
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, MARGIN_MM)

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font(FONT, size=SMALL_PT)
        self.cell(0, SMALL_LINE_MM, f"{self.foot} · {self.page_no()}", align="C")

    def line_of(self, text: str, *, bold: bool = False, size: int = TEXT_PT) -> None:
        """A paragraph over the whole width."""
        self.set_font(FONT, "B" if bold else "", size)
        self.multi_cell(0, LINE_MM, text, new_x="LMARGIN", new_y="NEXT")

    def fact(self, label: str, value: str) -> None:
        """`label: value`, the label bold."""
        self.set_font(FONT, "B", SMALL_PT)
        self.multi_cell(60, SMALL_LINE_MM, label, new_x="RIGHT", new_y="TOP")
        self.set_font(FONT, "", SMALL_PT)
        self.multi_cell(0, SMALL_LINE_MM, value or "—", align="L", new_x="LMARGIN", new_y="NEXT")


def letter(claim: Claim, *, today: dt.date) -> tuple[bytes, str]:
    """The letter of a claim and its SHA-256; one page in each language."""
    page = Letter(title=f"{claim.addressee} {claim.number}", foot=claim.number, at=claim.made_at)
    for language in LANGUAGES:
        with translation.override(language):
            page.add_page()
            _write(page, claim, today)
    content = bytes(page.output())
    return content, hashlib.sha256(content).hexdigest()


def _write(page: Letter, claim: Claim, today: dt.date) -> None:
    order = claim.order
    page.line_of(sender(), size=SMALL_PT)
    page.line_of(_("To: %(who)s") % {"who": _addressed(claim)})
    page.ln(4)
    page.line_of(_title(claim), bold=True, size=TITLE_PT)
    page.line_of(day_text(today), size=SMALL_PT)
    page.ln(4)
    page.line_of(_demand(claim, today))
    page.ln(3)
    page.line_of(_("Evidence"), bold=True)
    for label, value in _evidence(claim, order):
        page.fact(label, value)
    page.ln(3)
    page.line_of(_what_next(claim))
    qr_code(page, order, settings.CITYMAP_URL)


def sender() -> str:
    """Who writes: the centre and its city."""
    return " · ".join((_("109 centre"), city_name()))


def _title(claim: Claim) -> str:
    if claim.addressee == Addressee.POLICE:
        return _("Notice of an offence No. %(number)s") % {"number": claim.number}
    return _("Claim No. %(number)s") % {"number": claim.number}


def _addressed(claim: Claim) -> str:
    if claim.organization is None:
        return _("the holder of order No. %(number)s, a citizen") % {"number": claim.order.number}
    name = claim.organization.title
    return f"{name}, {_('BIN')} {claim.organization.bin}" if claim.organization.bin else name


def _demand(claim: Claim, today: dt.date) -> str:
    values = {
        "order": claim.order.number,
        "duty": duty_text(Duty(claim.deadline.duty)),
        "due": day_text(claim.deadline.on),
        "days": max(1, (today - claim.deadline.on).days),
        "holder": holder_name(claim.order),
        "article": cited(claim.article),
    }
    if claim.addressee == Addressee.POLICE:
        return (
            _(
                "Under earthwork order No. %(order)s (holder: %(holder)s) the following was due by"
                " %(due)s: %(duty)s. It is not done; days overdue: %(days)d. We ask you to consider"
                " the matter under %(article)s and to inform us of the registration number and of"
                " the decision."
            )
            % values
        )
    return (
        _(
            "Under earthwork order No. %(order)s the following was due by %(due)s: %(duty)s. It is"
            " not done; days overdue: %(days)d. We demand that the duty be fulfilled at once and"
            " that the order be presented for closing."
        )
        % values
    )


def cited(article: str) -> str:
    """An article of the code as the active language names it."""
    if found := ARTICLE.fullmatch(article):
        return _("article %(number)s of the Code of Administrative Offences") % found.groupdict()
    return article


def _what_next(claim: Claim) -> str:
    if claim.addressee == Addressee.POLICE:
        return _("The claim to the holder was made on the same ground.")
    return _(
        "Answer by %(day)s. If the facts are wrong, ask for a review: a lawyer examines every such"
        " request."
    ) % {"day": day_text(claim.answer_by)}


def _evidence(claim: Claim, order: Order) -> list[tuple[str, str]]:
    """Facts that prove the claim, as `label, value`."""
    lon, lat = lon_lat(order.geom.point_on_surface)
    basis = DeadlineBasis(claim.deadline.basis).label
    damaged = round(sum(order.areas_m2.values()), 1)
    lines = [
        (_("Place"), order.address),
        (_("Position"), f"{lat:.6f}, {lon:.6f}"),
        (_("Permit"), f"{day_text(order.begins_on)} – {day_text(order.ends_on)}"),
        (_("Contractor"), order.contractor.title if order.contractor else ""),
        (_("State of the order"), order.get_state_display()),
        (_("Basis of the deadline"), str(basis)),
        (_("Version of the deadline"), str(claim.deadline.version)),
        (
            _("Overdue since"),
            formats.date_format(timezone.localtime(claim.fell_due_at), "DATETIME_FORMAT"),
        ),
        (_("Damaged surface"), _("%(area)s m²") % {"area": formats.number_format(damaged)}),
    ]
    lines += [
        (
            _("Extension %(number)d") % {"number": one.number},
            f"{day_text(one.old_until)} → {day_text(one.new_until)}",
        )
        for one in order.extensions.all()
    ]
    return lines


def qr_code(page: Letter, order: Order, base: str) -> None:
    """A QR code to the order's public page below `base`; a new page where none would fit."""
    if not (base and order.number):
        return
    address = base + reverse("works:public", args=[order.number])
    if page.get_y() + QR_MM + 14 > page.h - MARGIN_MM:
        page.add_page()
    picture = BytesIO()
    segno.make(address, error="m").save(picture, kind="png", scale=6, border=2)
    page.image(picture, x=MARGIN_MM, y=page.get_y() + 4, w=QR_MM, alt_text=address)
    page.set_y(page.get_y() + 4 + QR_MM)
    page.line_of(address, size=SMALL_PT)


def holder_name(order: Order) -> str:
    """The holder as anybody may know: a body's name, or that it is a citizen."""
    return order.holder.title if order.holder else _("a citizen")


def day_text(day: dt.date) -> str:
    return formats.date_format(day, "DATE_FORMAT")
