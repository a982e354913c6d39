"""The demo's photos of yards: drawn by us, the same for the same yard."""

import io
import random

from PIL import Image, ImageDraw, ImageFilter

SIZE = (960, 640)
_SKY = {False: (176, 186, 192), True: (162, 200, 226)}
_HOUSES = ((196, 178, 152), (184, 188, 190), (206, 190, 170))
_HORIZON = 300


def yard_picture(key: str, *, done: bool) -> bytes:
    """A JPEG of a yard before (`done` False: patches and puddles) or after works."""
    chance = random.Random(key)
    picture = Image.new("RGB", SIZE, _SKY[done])
    draw = ImageDraw.Draw(picture)
    _draw_houses(draw, chance)
    draw.rectangle((0, _HORIZON, *SIZE), fill=(120, 146, 84) if done else (124, 118, 94))
    _draw_drive(draw, chance, done=done)
    _draw_trees(draw, chance, done=done)
    file = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(1)).save(file, "JPEG", quality=85)
    return file.getvalue()


def _draw_houses(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    left = -40
    while left < SIZE[0]:
        width, top = chance.randint(220, 360), chance.randint(40, 130)
        wall = chance.choice(_HOUSES)
        draw.rectangle((left, top, left + width, _HORIZON + 10), fill=wall)
        for x in range(left + 18, left + width - 24, 40):
            for y in range(top + 18, _HORIZON - 24, 44):
                draw.rectangle((x, y, x + 20, y + 24), fill=(86, 104, 120))
        left += width + chance.randint(20, 60)


def _draw_drive(draw: ImageDraw.ImageDraw, chance: random.Random, *, done: bool) -> None:
    drive = [(330, _HORIZON), (560, _HORIZON), (900, SIZE[1]), (60, SIZE[1])]
    draw.polygon(drive, fill=(72, 76, 80) if done else (128, 124, 118))
    if done:
        draw.line([drive[0], drive[3]], fill=(220, 220, 214), width=8)
        draw.line([drive[1], drive[2]], fill=(220, 220, 214), width=8)
        for y in range(_HORIZON + 30, SIZE[1], 70):
            draw.line([(446, y), (446, y + 34)], fill=(235, 235, 230), width=6)
        return
    for _number in range(14):
        x, y = chance.randint(180, 760), chance.randint(_HORIZON + 20, SIZE[1] - 30)
        width, height = chance.randint(30, 130), chance.randint(8, 30)
        shade = chance.choice([(92, 88, 84), (150, 164, 174), (108, 98, 86)])
        draw.ellipse((x, y, x + width, y + height), fill=shade)


def _draw_trees(draw: ImageDraw.ImageDraw, chance: random.Random, *, done: bool) -> None:
    for x in (70, 210, 720, 860):
        x += chance.randint(-20, 20)
        draw.rectangle((x, 280, x + 12, 380), fill=(92, 74, 58))
        crown = (86, 128, 66) if done else (112, 118, 86)
        draw.ellipse((x - 44, 190, x + 56, 310), fill=crown)
    if done:
        draw.rectangle((800, 380, 930, 400), fill=(206, 92, 60))
        draw.polygon([(800, 380), (840, 340), (880, 380)], fill=(74, 118, 176))
