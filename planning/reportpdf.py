"""A report as PDF: figures, charts and a map, drawn from what was kept."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF

from citymap.shell.context import city_name
from earthworks.fonts import font_file
from planning.reports import Map, Readable

FONT = "Noto"
MARGIN_MM, WIDTH_MM = 18, 174
_INK, _MUTED, _BAR, _LINE = (26, 31, 36), (90, 100, 110), (15, 76, 92), (200, 205, 210)
_MAP_MM = 120
_NICE_M = (1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 1_000_000)


class _Page(FPDF):
    """A4, Kazakh letters, what it is at the foot."""

    def __init__(self, readable: Readable) -> None:
        super().__init__()
        for style in ("", "B"):
            self.add_font(FONT, style, font_file(style))
        self.readable = readable
        self.set_title(f"{readable.title}: {readable.period}")
        self.set_lang(get_language() or "ru")
        self.set_creation_date(readable.report.made_at)
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, MARGIN_MM)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font(FONT, size=8)
        self.set_text_color(*_MUTED)
        moment = date_format(timezone.localtime(self.readable.report.as_of), "DATETIME_FORMAT")
        foot = _("As of %(moment)s · report %(number)s · page %(page)s") % {
            "moment": moment, "number": self.readable.report.pk, "page": self.page_no(),
        }  # fmt: skip
        self.cell(0, 5, foot, align="C")

    def words(self, text: str, size: float = 10, *, bold: bool = False, muted: bool = False):
        self.set_font(FONT, "B" if bold else "", size)
        self.set_text_color(*(_MUTED if muted else _INK))
        self.multi_cell(0, size * 0.55, text, new_x="LMARGIN", new_y="NEXT")

    def heading(self, text: str, needs_mm: float = 40) -> None:
        if self.get_y() + needs_mm > self.h - MARGIN_MM:
            self.add_page()
        self.ln(5)
        self.words(text, 13, bold=True)
        self.ln(2)

    def bar(self, label: str, percent: int, value: str) -> None:
        """A bar with its name before and its value behind."""
        y = self.get_y()
        self.set_font(FONT, "", 9)
        self.set_text_color(*_INK)
        self.cell(50, 5.5, label)
        self.set_fill_color(*_BAR)
        self.rect(MARGIN_MM + 52, y + 1, max(0.4, 0.9 * percent), 3.6, style="F")
        self.set_x(MARGIN_MM + 54 + max(0.4, 0.9 * percent))
        self.cell(0, 5.5, value, new_x="LMARGIN", new_y="NEXT")

    def table(self, head: list[str], rows: list[list[str]], widths: list[float]) -> None:
        self.set_draw_color(*_LINE)
        for number, cells in enumerate([head, *rows]):
            self.set_font(FONT, "B" if not number else "", 8)
            self.set_text_color(*_INK)
            height = 4.2 * max(
                len(self.multi_cell(width, 4.2, cell, dry_run=True, output="LINES"))
                for width, cell in zip(widths, cells, strict=True)
            )
            if self.get_y() + height + 2 > self.h - MARGIN_MM:
                self.add_page()
            y = self.get_y()
            x = MARGIN_MM
            for column, (width, cell) in enumerate(zip(widths, cells, strict=True)):
                self.set_xy(x, y + 0.8)
                self.set_font(FONT, "B" if not number else "", 8)
                self.multi_cell(width, 4.2, cell, align="L" if not column else "R")
                x += width
            self.set_xy(MARGIN_MM, y + height + 1.6)
            self.line(MARGIN_MM, self.get_y(), MARGIN_MM + sum(widths), self.get_y())

    def map(self, drawn: Map) -> None:
        scale = min(WIDTH_MM / drawn.width_m, _MAP_MM / drawn.height_m)
        left, top = MARGIN_MM, self.get_y()
        width, height = drawn.width_m * scale, drawn.height_m * scale
        with self.local_context(), self.rect_clip(left, top, width, height):
            self.set_fill_color(244, 243, 239)
            self.rect(left, top, width, height, style="F")
            for hexagon in drawn.hexagons:
                self.set_fill_color(*(int(hexagon.colour[i : i + 2], 16) for i in (1, 3, 5)))
                corners = [(left + x * scale, top + y * scale) for x, y in hexagon.corners]
                self.polygon(corners, style="F")
            self.set_draw_color(*_MUTED)
            for ring in drawn.border:
                self.polyline([(left + x * scale, top + y * scale) for x, y in ring])
        self.set_xy(left, top + height + 2)
        self.set_font(FONT, "", 8)
        self.set_text_color(*_INK)
        self.cell(44, 5, _("Appeals in a cell, from"))
        for colour, bound in drawn.legend:
            self.set_fill_color(*(int(colour[i : i + 2], 16) for i in (1, 3, 5)))
            self.rect(self.get_x(), self.get_y() + 1, 6, 3.4, style="F")
            self.set_x(self.get_x() + 7)
            self.cell(12, 5, str(bound))
        self.ln(5)
        self._scale(scale)
        self.cell(0, 5, "© OpenStreetMap", new_x="LMARGIN", new_y="NEXT")

    def _scale(self, mm_per_m: float) -> None:
        """A bar of a round length, and north is up."""
        long = next(one for one in _NICE_M if one * mm_per_m >= 12)
        x, y = self.get_x() + 1, self.get_y() + 3
        self.set_draw_color(*_INK)
        self.line(x, y, x + long * mm_per_m, y)
        self.line(x, y - 1, x, y)
        self.line(x + long * mm_per_m, y - 1, x + long * mm_per_m, y)
        self.set_x(x + long * mm_per_m + 2)
        self.cell(46, 5, _("%(length)s km, north is up") % {"length": long // 1000})


def as_pdf(readable: Readable) -> bytes:
    """The report in the reader's language. The same report gives the same file."""
    page = _Page(readable)
    page.words(f"{_('109 centre')} · {city_name()}", 9, muted=True)
    page.words(readable.title, 18, bold=True)
    page.words(readable.period, 12)
    page.ln(3)
    for label, value in readable.numbers():
        page.set_font(FONT, "", 10)
        page.set_text_color(*_INK)
        page.cell(90, 6, label)
        page.set_font(FONT, "B", 10)
        page.cell(0, 6, value, new_x="LMARGIN", new_y="NEXT")
    if readable.bodies_first:
        _bodies(page, readable)
    page.heading(_("Themes"))
    for row in readable.themes():
        page.bar(row["title"], row["percent"], str(row["count"]))
    page.heading(_("Appeals by month"))
    for row in readable.months():
        page.bar(date_format(row["day"], "YEAR_MONTH_FORMAT"), row["percent"], str(row["count"]))
    drawn = readable.map()
    if drawn:
        page.heading(_("Where"), needs_mm=_MAP_MM + 20)
        page.map(drawn)
    _tables(page, readable)
    return bytes(page.output())


def _tables(page: _Page, readable: Readable) -> None:
    places = readable.figures["places"]
    if places:
        page.heading(_("Most vulnerable places"))
        page.table(
            [_("Place"), _("Appeals"), _("Groups of categories"), _("Came back")],
            [
                [row["place"], str(row["count"]), str(row["kinds"]), str(row["repeats"])]
                for row in places
            ],
            [90, 24, 36, 24],
        )
    problems = readable.problems()
    if problems:
        page.heading(_("Systemic problems"))
        page.table(
            [_("Problem"), _("Theme"), _("Lead body"), _("Measures done")],
            [
                [row["title"], row["theme"], row["lead"] or "—", f"{row['done']}/{row['measures']}"]
                for row in problems
            ],
            [70, 34, 46, 24],
        )
    if not readable.bodies_first:
        _bodies(page, readable)


def _bodies(page: _Page, readable: Readable) -> None:
    bodies = readable.bodies()
    if bodies:
        page.heading(_("How bodies reply"))
        page.table(
            [
                _("Organisation"), _("Replies"), _("In time"), _("Formal"), _("To repeats"),
                _("Marks"),
            ],
            [
                [
                    row["name"], str(row["replies"]), row["in_time"], row["flagged"],
                    str(row["returned"]), row["liked"],
                ]
                for row in bodies
            ],
            [68, 20, 20, 24, 24, 18],
        )  # fmt: skip
