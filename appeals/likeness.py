"""Texts of appeals made comparable: Russian and Kazakh words without their endings. Pure."""

import re

from citymap.text import fold

MAX_KEY = 2000
# Endings of Russian and Kazakh words, longest first: enough for likeness, no grammar.
_ENDINGS = tuple(
    sorted(
        (
            "ами", "ями", "ого", "ему", "ыми", "ими", "ется", "ются", "ает", "яет", "ают", "яют",
            "ить", "ать", "ять", "еть", "ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие", "ом",
            "ем", "ам", "ям", "ах", "ях", "ов", "ев", "ей", "ую", "юю", "ет", "ют", "ут", "ит",
            "ат", "ят", "а", "я", "о", "е", "ы", "и", "у", "ю", "ь",
            "лардың", "лердің", "ларда", "лерде", "ымыз", "іміз", "ының", "інің", "ында", "інде",
            "дағы", "дегі", "ған", "ген", "лар", "лер", "дар", "дер", "тар", "тер", "ның", "нің",
            "дың", "дің", "тың", "тің", "да", "де", "та", "те", "ды", "ді", "ны", "ні", "ып", "іп",
        ),
        key=len,
        reverse=True,
    )
)  # fmt: skip
_SHORTEST = 4
# Words that every appeal has.
_COMMON_RU = (
    "на", "по", "не", "во", "со", "об", "из", "за", "от", "до", "для", "при", "или", "как", "что",
    "это", "уже",
    "нет", "мы", "вы", "он", "она", "они", "наш", "наша", "ул", "улица", "улице", "дом", "дома",
    "доме", "двор", "дворе", "прошу", "просим", "пожалуйста", "здравствуйте", "добрый", "день",
)  # fmt: skip
_COMMON_KK = (
    "көше", "көшесі", "үй", "үйде", "аула", "аулада", "өтінемін", "өтінеміз", "сәлеметсіз", "бе",
    "және", "мен", "үшін", "бар", "жоқ",
)  # fmt: skip
_COMMON = frozenset(_COMMON_RU + _COMMON_KK)


def text_key(text: str) -> str:
    """The words of `text` that matter, without endings, in order, on one line."""
    words = re.findall(r"[^\W_]+", fold(text[: MAX_KEY * 4]))
    return " ".join(_bare(word) for word in words if word not in _COMMON)[:MAX_KEY]


def _bare(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word.removesuffix(ending)
    return word
