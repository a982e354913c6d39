"""The list of a programme as PDF: for each district, Kazakh or Russian, with sums."""

import datetime as dt
from collections.abc import Sequence

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.fonts import FontFace

from citymap.shell.context import city_name
from earthworks.fonts import font_file
from planning.models import ProgrammeVersion
from planning.programmelists import Line, by_district, lines_of

FONT = "Noto"
MARGIN_MM = 15
TEXT_PT, SMALL_PT, TITLE_PT = 9, 8, 14
LINE_MM = 5
# Year, place, yard, cost, stage: millimetres of 267 across.
WIDTHS = (14, 16, 103, 34, 30, 70)
_HEAD = FontFace(emphasis="BOLD", fill_color=(236, 239, 240))


class _Paper(FPDF):
    """A4 across, with a foot that says what it is and which page."""

    def __init__(self, *, foot: str, at: dt.datetime) -> None:
        super().__init__(orientation="landscape")
        for style in ("", "B"):
            self.add_font(FONT, style, font_file(style))
        self.foot = foot
        self.set_lang(get_language() or "ru")
        self.set_creation_date(at)
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, MARGIN_MM)

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font(FONT, size=SMALL_PT)
        self.cell(0, LINE_MM, f"{self.foot} · {self.page_no()}/{{nb}}", align="C")

    def text_line(self, text: str, *, bold: bool = False, size: int = TEXT_PT) -> None:
        self.set_font(FONT, "B" if bold else "", size)
        self.multi_cell(0, LINE_MM + size / 6, text, new_x="LMARGIN", new_y="NEXT")


def programme_pdf(version: ProgrammeVersion, *, at: dt.datetime) -> bytes:
    """The list in the active language; equal bytes for equal `version` and `at`."""
    name = f"{version.programme.name}, {_('version %(number)s') % {'number': version.number}}"
    paper = _Paper(foot=name, at=at)
    paper.set_title(name)
    groups = by_district(lines_of(version))
    if not groups:
        paper.add_page()
        _heading(paper, version, name)
        paper.text_line(_("There is no yard in this version yet."))
    for number, (district, lines) in enumerate(groups):
        paper.add_page()
        if number == 0:
            _heading(paper, version, name)
        paper.text_line(district or _("Outside districts"), bold=True, size=12)
        _table(paper, lines)
    return bytes(paper.output())


def _heading(paper: _Paper, version: ProgrammeVersion, name: str) -> None:
    paper.text_line(f"{_('109 situational centre')} · {city_name()}", size=SMALL_PT)
    paper.text_line(name, bold=True, size=TITLE_PT)
    if version.published_at:
        day = formats.date_format(version.published_at, "DATE_FORMAT")
        paper.text_line(_("Published on %(day)s") % {"day": day})
    else:
        paper.text_line(_("Draft"))
    paper.text_line(version.reason)
    if version.budget_source:
        paper.text_line(f"{_('Source of the budget')}: {version.budget_source}")
    paper.ln(2)


def _table(paper: _Paper, lines: Sequence[Line]) -> None:
    paper.set_font(FONT, size=TEXT_PT)
    with paper.table(
        col_widths=WIDTHS,
        text_align=("LEFT", "RIGHT", "LEFT", "RIGHT", "LEFT", "LEFT"),
        headings_style=_HEAD,
        line_height=LINE_MM,
        borders_layout="HORIZONTAL_LINES",
        padding=1,
    ) as table:
        table.row([_("Year"), _("Place"), _("Yard"), _("Cost, tenge"), _("Stage"), _("Contract")])
        for line in lines:
            table.row(
                [
                    str(line.year), str(line.position), line.label, _money(line.cost),
                    line.stage or "–", line.contract or "–",
                ]
            )  # fmt: skip
    paper.ln(1)
    total = _money(sum(line.cost for line in lines))
    paper.text_line(
        _("Yards: %(count)d. Sum: %(sum)s tenge.") % {"count": len(lines), "sum": total}, bold=True
    )


def _money(tenge: int) -> str:
    return f"{tenge:,}".replace(",", "\u00a0")
