"""What a yard is called: the addresses of its houses, shortened. Pure."""

import re
from collections.abc import Iterable

MAX_LENGTH = 300
_SHORT = {
    "улица": "ул.", "проспект": "пр.", "переулок": "пер.", "проезд": "пр-д", "бульвар": "б-р",
    "площадь": "пл.", "шоссе": "ш.", "микрорайон": "мкр.", "көшесі": "к-сі", "даңғылы": "д-лы",
    "набережная": "наб.", "тупик": "туп.", "ықшамауданы": "ы-ны",
}  # fmt: skip
_NUMBER = re.compile(r"(\d+)")


def yard_label(addresses: Iterable[tuple[str, str]]) -> str:
    """`ул. Жамбыла 21, 23; ул. Мира 5`, from (street, house number) pairs in any order.

    Streets with more houses first, then by name; numbers in counting order. At most 300
    characters: what does not fit is cut at a house and shown as `…`. Empty without addresses.
    """
    streets: dict[str, set[str]] = {}
    for street, number in addresses:
        streets.setdefault(short_street(street), set()).add(number.strip())
    parts = [
        f"{street} {', '.join(sorted(numbers, key=counting_order))}".strip()
        for street, numbers in sorted(streets.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    text = "; ".join(parts)
    if len(text) <= MAX_LENGTH:
        return text
    return re.sub(r"[,;][^,;]*$", "", text[: MAX_LENGTH - 2]) + " …"


def short_street(name: str) -> str:
    """The street's name with its type words shortened: `улица Мира` -> `ул. Мира`."""
    return " ".join(_SHORT.get(word.lower(), word) for word in name.split())


def counting_order(number: str) -> tuple:
    """Sort key under which 5 < 21 < 21А < 110."""
    pieces = _NUMBER.split(number)
    return tuple((int(p), "") if p.isdecimal() else (-1, p) for p in pieces if p)
