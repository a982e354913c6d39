"""Street names: what two spellings of one street have in common. Pure functions.

`улица Жамбыла Жабаева`, `Жамбыла Жабаева` and `ул. Жабаева Жамбыла` have one key;
`проезд Жамбыла` and `9-я (Комета СТ)` have others. Names of garden societies stay apart from
streets of the same name.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from layers.choices import StreetKind

# Kazakh letters and what Russian spellings, or keyboards without them, put in their place;
# Latin letters that look the same (`Мусiрепова` is written so on the map).
_LETTERS = str.maketrans(
    {
        "ё": "е", "ә": "а", "ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у",
        "һ": "х", "і": "и", "i": "и", "a": "а", "c": "с", "e": "е", "o": "о", "p": "р",
        "x": "х", "y": "у",
    }
)  # fmt: skip
_KAZAKH_LETTERS = frozenset("әғқңөұүһі")
# The one word that both languages write and spell apart after folding.
_KAZAKHSTAN = re.compile("казакстан")
_CYRILLIC = re.compile("[а-яәғқңөұүһіё]", re.IGNORECASE)
_APOSTROPHES = re.compile("[\"'«»“”„`’]")
_NOT_WORD = re.compile(r"[^\w]+|_+")

# What a street is called, folded; the value is the word that stands for it in keys.
_SORTS = {
    word: sort
    for sort, words in {
        "улица": "улица ул көшесі көше street",
        "переулок": "переулок пер бұрылысы lane",
        "проезд": "проезд пр-д өткелі",
        "проспект": "проспект просп пр-т пр-кт пр даңғылы даңғыл avenue",
        "бульвар": "бульвар бул б-р бульвары гүлзары boulevard",
        "площадь": "площадь пл алаңы алаң square",
        "шоссе": "шоссе ш тас-жолы highway",
        "набережная": "наб жағалауы",
        "тупик": "тупик туп тұйығы",
        "тракт": "тракт",
    }.items()
    for word in words.translate(_LETTERS).split()
}
_MICRODISTRICT_WORDS = frozenset(
    "микрорайон мкр мкрн мкр-н м-н ықшамауданы ықшамаудан мөлтекауданы microdistrict".translate(
        _LETTERS
    ).split()
)
_SETTLEMENT_WORDS = frozenset("поселок пос кенті ауылы село".translate(_LETTERS).split())
_GARDEN_WORDS = frozenset("ст снт сдт сот пк пкст до днт дно бақша".translate(_LETTERS).split())
_GARDEN_PHRASES = re.compile(
    r"\b(садов\w+|дачн\w+)\s+(товарищество|общество|кооператив|массив)\b|\bбау\s+бакша\w*"
)
# Word -> the sort of street it names, spelled with the letters folded and hyphens kept.
_ORDINAL = re.compile(r"(\d+)-?(?:ая|ый|ий|ой|ое|ые|го|ти|ми|ши|шы|й|я|е|и|ы)?")
_BRACKET = re.compile(r"\(([^)]*)\)?")
_HOUSE_AT_END = re.compile(r",\s*(?:д\.?|дом)?\s*\d+\s*[а-яa-z]?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StreetName:
    """A street's name taken apart; all words folded (see `fold`).

    words: the name proper in the order written, numbers as plain digits, no initials.
    sort: what it is called (улица, переулок, ...), '' when the name does not say.
    area: words of the society or microdistrict it lies in, `9-я (Комета СТ)` -> ('комета',).
    """

    words: tuple[str, ...]
    sort: str
    area: tuple[str, ...]
    kind: StreetKind

    @property
    def core(self) -> str:
        """The words without their order."""
        return " ".join(sorted(self.words))

    @property
    def key(self) -> str:
        """Equal for spellings of one street, different for different ones."""
        sort = "" if self.sort == "улица" else self.sort
        if self.kind == StreetKind.GARDEN_SOCIETY and not self.area:
            sort = "ст"
        elif self.kind == StreetKind.MICRODISTRICT:
            sort = "мкр"
        name = f"{self.core} {sort}".strip()
        return f"{name} / {' '.join(sorted(self.area))}" if self.area else name


def fold(text: str) -> str:
    """Lower case, ё as е, Kazakh letters as Russian ones, punctuation as spaces.

    Latin look-alikes become Cyrillic only in words that have Cyrillic letters.
    """
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    text = _APOSTROPHES.sub("", text.casefold())
    return [_letters(word) for word in _NOT_WORD.sub(" ", text).split()]


def _letters(word: str) -> str:
    if not _CYRILLIC.search(word):
        return word
    return _KAZAKHSTAN.sub("казахстан", word.translate(_LETTERS))


def _tokens(text: str) -> list[str]:
    """Folded words with hyphens kept (`9-я`, `пр-д`), numbers reduced to their digits."""
    found = []
    for raw in re.split(r"[\s,.;:/_]+", _APOSTROPHES.sub("", text.casefold())):
        word = _letters(raw.strip("-–—"))
        if word == "з-й":  # the letter З for the digit 3
            word = "3"
        ordinal = _ORDINAL.fullmatch(word)
        if ordinal:
            found.append(str(int(ordinal[1])))
        elif word in _SORTS or word in _MICRODISTRICT_WORDS:
            found.append(word)
        else:
            found.extend(_split_hyphens(word))
    return found


def _split_hyphens(word: str) -> list[str]:
    parts = (part for part in _NOT_WORD.split(word) if part)
    return [str(int(part)) if part.isascii() and part.isdigit() else part for part in parts]


@lru_cache(maxsize=65536)
def parse(text: str) -> StreetName:
    """Take a street's name apart. Any text is accepted; without words the name is empty."""
    text = _HOUSE_AT_END.sub("", text)
    brackets = [content for content in _BRACKET.findall(text) if content.strip()]
    words, sort, kind = _classify(_tokens(_BRACKET.sub(" ", text)))
    area: tuple[str, ...] = ()
    for content in brackets:
        inner, inner_sort, inner_kind = _classify(_tokens(content))
        if not inner or all(word.isdigit() for word in inner) or inner_sort:
            continue  # `Азаттык (71-я) улица`: the number it had before
        if inner_kind == StreetKind.STREET and sort in ("проезд", "переулок"):
            continue  # `Демиденко (Люксембург) проезд`: the name it had before
        area = inner
        if inner_kind == StreetKind.STREET and not _is_settlement(content):
            inner_kind = StreetKind.GARDEN_SOCIETY
        kind = StreetKind.GARDEN_SOCIETY if inner_kind == StreetKind.GARDEN_SOCIETY else kind
    return StreetName(words=words, sort=sort, area=area, kind=kind)


def _is_settlement(content: str) -> bool:
    return not _SETTLEMENT_WORDS.isdisjoint(_tokens(content))


def _classify(tokens: list[str]) -> tuple[tuple[str, ...], str, StreetKind]:
    """Words, sort and kind; type words and initials are taken out, unless nothing is left."""
    kind = StreetKind.STREET
    joined = " ".join(tokens)
    plain = _GARDEN_PHRASES.sub(" ", joined).split()
    if plain != tokens:
        kind = StreetKind.GARDEN_SOCIETY
    sort = ""
    words: list[str] = []
    for place, word in enumerate(plain):
        at_edge = place in (0, len(plain) - 1)
        if word in _MICRODISTRICT_WORDS:
            kind = StreetKind.MICRODISTRICT
        elif word in _GARDEN_WORDS and at_edge and len(plain) > 1:
            kind = StreetKind.GARDEN_SOCIETY
        elif word in _SORTS and not sort:
            sort = _SORTS[word]
        elif len(word) > 1 or word.isdigit():
            words.append(word)
    if not words:
        return tuple(tokens), "", StreetKind.STREET
    return tuple(words), sort, kind


def is_kazakh(text: str) -> bool:
    """Whether a name has letters that only Kazakh uses."""
    return not _KAZAKH_LETTERS.isdisjoint(text.casefold())


def key_of(text: str) -> str:
    """`parse(text).key`: what `Street.name_key` holds."""
    return parse(text).key


def is_short_for(short: StreetName, full: StreetName) -> bool:
    """Whether `short` leaves out a first name of `full`: `Сутюшева` of `Карима Сутюшева`.

    The words of `short` are the last ones of `full` and numbers are the same.
    """
    if (short.sort or "улица", short.area, short.kind) != (
        full.sort or "улица",
        full.area,
        full.kind,
    ):
        return False
    left_out = len(full.words) - len(short.words)
    return (
        0 < left_out <= 2
        and full.words[left_out:] == short.words
        and not any(word.isdigit() for word in full.words)
        # A first name has no number and is not an adjective (`Малая Береговая`).
        and not any(word.endswith(("ая", "ый", "ий", "ой", "ое")) for word in full.words)
    )


def short_forms(names: Iterable[StreetName]) -> dict[str, str]:
    """Key of a shortened name -> key of the full one, where there is exactly one full name."""
    by_last: dict[str, list[StreetName]] = {}
    known = {name.key: name for name in names if name.words}
    for name in known.values():
        by_last.setdefault(name.words[-1], []).append(name)
    found: dict[str, str] = {}
    for group in by_last.values():
        for short in group:
            full = [name for name in group if is_short_for(short, name)]
            longest = [a for a in full if not any(is_short_for(a, b) for b in full)]
            if len(longest) == 1:
                found[short.key] = longest[0].key
    return found


def one_letter_apart(one: str, other: str) -> bool:
    """Whether two folded names differ by one typing error: a letter added, dropped or changed,
    or two neighbours swapped."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest_one, rest_other = one[start:], other[start:]
    return (
        rest_one[1:] == rest_other[1:]
        or rest_one == rest_other[1:]
        or rest_one[1:] == rest_other
        or (
            len(rest_one) > 1
            and len(rest_other) > 1
            and rest_one[:2] == rest_other[1::-1]
            and rest_one[2:] == rest_other[2:]
        )
    )
