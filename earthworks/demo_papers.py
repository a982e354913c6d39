"""Pictures and papers of the demo's orders: drawn by us, a few that stand for all."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from io import BytesIO

from django.core.files.base import ContentFile
from fpdf import FPDF
from PIL import Image, ImageDraw

from citymap.accounts.models import User
from earthworks.choices import DocumentKind, PhotoStage
from earthworks.fonts import font_file
from earthworks.models import Order, OrderDocument, Photo

MADE_AT = dt.datetime(2024, 1, 9, 9, tzinfo=dt.UTC)
SIZE = (960, 640)
QUALITY = 82
SKY, GRASS, ROAD, KERB = (201, 218, 230), (126, 152, 98), (118, 119, 118), (178, 176, 170)
HOUSES = ((186, 170, 150), (170, 178, 184), (192, 182, 164))
SOIL, DEEP, FRESH, GRAVEL = (122, 92, 64), (70, 52, 38), (72, 73, 74), (158, 150, 136)
FENCE, WHITE, PIPE, GLASS = (206, 62, 48), (244, 243, 240), (52, 84, 120), (96, 116, 134)
# The dig on the road, from near to far.
DIG = [(330, 640), (560, 640), (520, 400), (420, 400)]
TRAFFIC_TITLE, ACT_TITLE = "Схема организации движения", "Акт обследования места до начала работ"
TRAFFIC = (
    "Типовая схема для работ на проезжей части в одну полосу.",
    "1. Ограждение по контуру траншеи, высота не менее 1,2 м, сигнальные фонари в тёмное время.",
    "2. Знаки 1.23 «Дорожные работы», 3.24 «40», 1.18 «Сужение дороги» за 50 м с обеих сторон.",
    "3. Пешеходы: мостик с перилами шириной не менее 1 м.",
    "4. Проезд спецтранспорта сохраняется в любое время.",
)
ACT = (
    "Место осмотрено до начала работ; повреждений покрытия и озеленения нет.",
    "Подземные сети обозначены владельцами на местности.",
    "Фотографии приложены к ордеру.",
)


def scene(stage: PhotoStage) -> bytes:
    """A street as it looks at a stage of the works, as JPEG."""
    picture = Image.new("RGB", SIZE, SKY)
    draw = ImageDraw.Draw(picture)
    for number, left in enumerate(range(0, SIZE[0], 190)):
        top = 90 + 45 * (number % 3)
        draw.rectangle((left, top, left + 170, 330), fill=HOUSES[number % 3])
        for x in range(left + 16, left + 150, 34):
            for y in range(top + 18, 310, 42):
                draw.rectangle((x, y, x + 18, y + 24), fill=GLASS)
    draw.rectangle((0, 320, *SIZE), fill=GRASS)
    draw.polygon([(120, 640), (860, 640), (580, 340), (400, 340)], fill=ROAD)
    draw.line([(120, 640), (400, 340)], fill=KERB, width=9)
    draw.line([(860, 640), (580, 340)], fill=KERB, width=9)
    _dig(draw, stage)
    file = BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def _dig(draw: ImageDraw.ImageDraw, stage: PhotoStage) -> None:
    if stage == PhotoStage.DURING:
        draw.polygon(DIG, fill=SOIL)
        draw.polygon([(365, 640), (530, 640), (505, 420), (432, 420)], fill=DEEP)
        draw.line([(450, 640), (468, 420)], fill=PIPE, width=26)
        draw.polygon([(560, 600), (720, 600), (640, 500)], fill=SOIL)
        for left, right, y in ((300, 600, 610), (405, 540, 405)):
            for x in range(left, right, 30):
                draw.rectangle((x, y - 46, x + 14, y - 26), fill=FENCE)
                draw.rectangle((x + 15, y - 46, x + 29, y - 26), fill=WHITE)
            draw.rectangle((left, y - 46, left + 5, y), fill=FENCE)
            draw.rectangle((right - 5, y - 46, right, y), fill=FENCE)
    elif stage == PhotoStage.INTERIM:
        draw.polygon(DIG, fill=GRAVEL)
    elif stage == PhotoStage.AFTER:
        draw.polygon(DIG, fill=FRESH, outline=(52, 52, 54))


def paper(title: str, lines: tuple[str, ...]) -> bytes:
    """A sheet of text as PDF."""
    page = FPDF()
    page.add_font("Noto", "", font_file(""))
    page.set_creation_date(MADE_AT)
    page.add_page()
    page.set_font("Noto", size=15)
    page.multi_cell(0, 8, title, new_x="LMARGIN", new_y="NEXT")
    page.set_font("Noto", size=11)
    for line in lines:
        page.ln(3)
        page.multi_cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    return bytes(page.output())


def pictures(
    taken: Iterable[tuple[Order, PhotoStage, dt.datetime]], user: User | None
) -> list[Photo]:
    """Photos of orders at a stage and a moment, in the order given; written to the database."""
    photos, scenes = [], {}
    for order, stage, moment in taken:
        if stage not in scenes:
            content = scene(stage)
            scenes[stage] = content, hashlib.sha256(content).hexdigest(), []
        content, digest, of_stage = scenes[stage]
        photo = Photo(
            order=order, stage=stage, sha256=digest, size_bytes=len(content), width_px=SIZE[0],
            height_px=SIZE[1], geom=order.geom.point_on_surface, taken_at=moment,
            made_by=user or order.created_by,
        )  # fmt: skip
        photos.append(photo)
        of_stage.append(photo)
    for content, _digest, of_stage in scenes.values():
        _one_file(of_stage, content)
    return Photo.objects.bulk_create(photos)


def add_papers(orders: list[Order]) -> dict[str, int]:
    """A photo before and amid the works of each order, its traffic scheme and act."""
    hour = dt.timedelta(hours=1)
    photos = pictures(
        [(order, PhotoStage.BEFORE, (order.dug_at or order.applied_at) - hour) for order in orders],
        None,
    )
    begun = [order for order in orders if order.started_at]
    photos += pictures([(order, PhotoStage.DURING, order.started_at) for order in begun], None)
    documents = []
    for kind, title, lines in (
        (DocumentKind.TRAFFIC, TRAFFIC_TITLE, TRAFFIC), (DocumentKind.ACT, ACT_TITLE, ACT),
    ):  # fmt: skip
        content = paper(title, lines)
        digest = hashlib.sha256(content).hexdigest()
        rows = [
            OrderDocument(
                order=order, kind=kind, title=title, sha256=digest, size_bytes=len(content),
                made_at=order.applied_at, made_by=order.created_by,
            )
            for order in orders
        ]  # fmt: skip
        _one_file(rows, content)
        documents += rows
    OrderDocument.objects.bulk_create(documents)
    return {"photos": len(photos), "papers": len(documents)}


def _one_file(rows: list, content: bytes) -> None:
    """The file is kept once, by its contents."""
    if rows:
        rows[0].file.save("", ContentFile(content), save=False)
        for row in rows[1:]:
            row.file.name = rows[0].file.name
