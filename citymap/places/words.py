"""How names and questions are read: type words, ordinals, house numbers, synonyms. Pure.

A name (`9-я (Комета СТ)`) and a question (`комета 9 дом 21а кв 5`) are both cut into words,
numbers and type words. Words are compared by their `citymap.text.sound`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from citymap.text import fold, sound

MAX_QUERY_LENGTH = 200
MAX_WORDS = 8

# Type words as people write them. A word may stand for several types (`пр.`: проезд, проспект).
_TYPE_WORDS = {
    "street": "улица улицы ул көшесі көше street str ulitsa st",
    "avenue": "проспект просп пр пркт прт даңғылы даңғыл avenue ave",
    "lane": "переулок пер бұрылысы lane pereulok per",
    "drive": "проезд прд пр өткелі өтпежолы proezd drive",
    "boulevard": "бульвар бр бульвары boulevard",
    "square": "площадь пл алаңы square",
    "highway": "шоссе тракт шосса highway",
    "microdistrict": "микрорайон микрорайона мкр мкрн мкрнъ мрн ықшамауданы ықшамаудан ша",
    "garden": "ст до снт дно садоводческое садовое товарищество дачное общество st do "
    "бағбандық серіктестігі саяжай саяжайы",
    "stop": "остановка ост аялдама аялдамасы stop ostanovka",
    "village": "село аул ауылы поселок посёлок деревня кенті village",
    "city": "город гор қаласы қала city",
    "water": "озеро река көлі өзені lake river",
}
# Words that say nothing about which place is meant.
_NOISE = "дом д үй үйі dom house имени им атындағы г с казахстан область обл облысы"
# One word for one thing, so that `№44 орта мектеп` and `школа 44` meet.
_SYNONYMS = {
    "школа": "мектеп мектебі мектеби school сш сош",
    "гимназия": "гимназиясы gymnasium",
    "лицей": "лицейі lyceum",
    "колледж": "колледжі college",
    "детсад": "балабақша балабақшасы бөбекжай бөбекжайы kindergarten дс",
    "больница": "аурухана ауруханасы hospital",
    "поликлиника": "емхана емханасы polyclinic",
    "рынок": "базар базары market",
    "университет": "университеті university",
    "парк": "саябақ саябағы park",
    "вокзал": "вокзалы station",
}
_PHRASES = (
    (re.compile(r"\bдетск(?:ий|ого|ому) сад[а-я]?\b"), "детсад"),
    (re.compile(r"\bтас жол[ыі]?\b"), "шоссе"),
    (re.compile(r"\bжилой комплекс\b|\bтұрғын үй кешені\b"), "жк"),
    (re.compile(r"\b(?:мкр?|м)[.-]+н[.]?(?!\w)"), "мкр"),
    (re.compile(r"\bпр-(?:к?т)\b"), "проспект"),
    (re.compile(r"\bпр-д\b"), "проезд"),
    (re.compile(r"\bб-р\b"), "бульвар"),
    (re.compile(r"\bш/а\b"), "мкр"),
)
_ORDINAL = re.compile(
    r"(\d+)(?:-(?:я|й|е|ая|ой|ый|ий|ое|го|ші|шы|інші|ыншы|нші|st|nd|rd|th|ya|y|i|ja|aya|oy|iy)"
    r"|(?:я|й|ая|ой|ый|ий|ші|шы|інші|ыншы|нші|st|nd|rd|th|ya|ya|aya))(?!\w)"
)
_FLAT = re.compile(
    r"(?:\b(?:квартира|кв|пәтер|пат|офис|оф|кабинет|каб|kvartira|kv|flat|apt|apartment)\b[.]?)"
    r"\s*#?\s*\d+\s*[a-zа-я]?(?!\w)"
)
_LETTER = "[a-zа-яәғқңөұүһі]"
_PART = (
    r"(?:\s*/\s*|\s*\b(?:корпус|корп|кор|к|строение|стр|блок|korpus|korp|k)\b[.]?\s*"
    r"|\s*[кk](?=\d))"
)
_HOUSE = re.compile(
    rf"(?<![\w/-])(?:(?:дом|д|үй|dom|d|house)\b[.]?\s*)?#?(?P<number>\d{{1,5}})"
    rf"(?P<letter>\s?-?\s?{_LETTER}(?!\w)(?!\s*[.]?\s*\d))?"
    rf"(?P<parts>(?:{_PART}\d{{1,4}}(?:\s?{_LETTER}(?!\w))?(?!\w))*)(?![\w])"
)
_HOUSE_PART = re.compile(rf"(\d+)\s?({_LETTER}?)")
_DASHED = re.compile(r"(?<![\w/-])(\d{1,4})-\d{1,4}(?![\w/-])")


@lru_cache(maxsize=4096)
def _sound(word: str) -> str:
    return sound(word).replace(" ", "")


def _table(entries: dict[str, str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for code, words in entries.items():
        for word in words.split():
            found.setdefault(_sound(word), set()).add(code)
    return {word: frozenset(codes) for word, codes in found.items()}


_TYPES = _table(_TYPE_WORDS)
_NOISE_KEYS = frozenset(_sound(word) for word in _NOISE.split())
_SAME = {
    _sound(variant): _sound(canonical)
    for canonical, variants in _SYNONYMS.items()
    for variant in (*variants.split(), canonical)
}


@dataclass(frozen=True, slots=True)
class Name:
    """A name or a question without its house number, cut up.

    words: sounds in order; aside: those of them that stood in brackets; numbers: digits, with
    ordinals as plain numbers; types: type words' codes; text: the fold of it all.
    """

    words: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    aside: frozenset[str] = frozenset()
    text: str = ""

    @property
    def tokens(self) -> tuple[str, ...]:
        """Words and numbers: what the search index holds of the name."""
        return (*self.words, *self.numbers)


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """A house number: its key, as it was typed, and whether it stood before the name."""

    key: str
    text: str
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a question: a name, and perhaps a house number."""

    name: Name
    house: HouseNumber | None = None


def house_key(text: str) -> str:
    """The key of a house number: `21А`, `21 а`, `21-a` -> `21a`; `21 корпус 2` -> `21/2`."""
    folded = fold(text)
    match = _HOUSE.fullmatch(folded)
    if not match:
        parts = re.split(r"([/-])", folded)
        return "".join(part if part in "/-" else sound(part).replace(" ", "") for part in parts)
    letter = _sound(re.sub(r"[^\w]", "", match["letter"] or ""))
    parts = _HOUSE_PART.findall(match["parts"] or "")
    tail = "".join(f"/{int(number)}{_sound(mark)}" for number, mark in parts)
    return f"{int(match['number'])}{letter}{tail}"


def house_ordinal(key: str) -> int:
    """The number a house key begins with, 0 when it has none: `21a/2` -> 21."""
    match = re.match(r"\d{1,9}", key)
    return int(match[0]) if match else 0


def _prepared(text: str) -> str:
    folded = fold(text)
    for pattern, replacement in _PHRASES:
        folded = pattern.sub(replacement, folded)
    return folded


def _tokens(folded: str) -> list[str]:
    return re.findall(r"\d+|[^\W\d_]+", _ORDINAL.sub(r"\1 ", folded))


@lru_cache(maxsize=65536)
def parse_name(text: str) -> Name:
    """Cut a name up; type words are set apart unless nothing else would remain."""
    folded = _prepared(text)
    brackets = " ".join(re.findall(r"\(([^)]*)\)", folded))
    main = re.sub(r"\([^)]*\)", " ", folded)
    return _name(_tokens(main), _tokens(brackets), folded)


def _name(main: list[str], brackets: list[str], folded: str) -> Name:
    words: list[str] = []
    numbers: list[str] = []
    types: set[str] = set()
    set_apart: list[str] = []
    for place, token in enumerate([*main, *brackets]):
        if token.isdigit():
            numbers.append(str(int(token)) if token.isascii() else token)
            continue
        key = _sound(token)
        if key in _TYPES:
            # Inside brackets a type word tells of the surroundings, outside of the thing.
            if place < len(main) or _TYPES[key] & {"garden", "microdistrict"}:
                types |= _TYPES[key]
            set_apart.append(key)
        elif key and key not in _NOISE_KEYS and len(key) > 1:
            words.append(_SAME.get(key, key))
    if not words and not numbers:
        words = set_apart
    aside = {_SAME.get(_sound(token), _sound(token)) for token in brackets}
    outside = {_SAME.get(_sound(token), _sound(token)) for token in main}
    return Name(
        words=tuple(words),
        numbers=tuple(numbers),
        types=frozenset(types),
        aside=frozenset(aside - outside),
        text=folded,
    )


def readings(text: str) -> list[Reading]:
    """The ways to read a question: as a bare name, and with each number as the house number.

    At most four; the flat number (`кв 5`) is left out. Text beyond 200 characters is ignored.
    """
    folded = _FLAT.sub(" ", _prepared(text[:MAX_QUERY_LENGTH]))
    found = []
    if dashed := _DASHED.search(folded):  # `58-1`: a house number, or house 58 flat 1
        rest = f"{folded[: dashed.start()]} , {folded[dashed.end() :]}"
        house = HouseNumber(key=house_key(dashed[0]), text=dashed[0])
        found.append(Reading(name=_limited(_name(_tokens(rest), [], rest)), house=house))
        folded = _DASHED.sub(r"\1", folded)
    found.append(Reading(name=_limited(_name(_tokens(folded), [], folded))))
    guarded = _ORDINAL.sub(lambda match: "~" * len(match[0]), folded)
    for match in list(_HOUSE.finditer(guarded))[-2 if dashed else -3 :]:
        rest = f"{folded[: match.start()]} , {folded[match.end() :]}"
        name = _limited(_name(_tokens(rest), [], rest.strip(" ,")))
        if name.words or name.numbers:
            house = HouseNumber(
                key=house_key(match[0]),
                text=_house_text(match),
                leads=not folded[: match.start()].strip(),
            )
            found.append(Reading(name=name, house=house))
    return found


def _house_text(match: re.Match) -> str:
    return f"{match['number']}{(match['letter'] or '').strip(' -')}{match['parts'] or ''}"


def _limited(name: Name) -> Name:
    return Name(
        words=name.words[:MAX_WORDS],
        numbers=name.numbers[:MAX_WORDS],
        types=name.types,
        text=name.text,
    )
