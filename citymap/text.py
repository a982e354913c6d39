"""Folding, transliteration and comparison of names: Russian, Kazakh and Latin. Pure.

Two forms of a text are used:

- `fold`: the same letters, written one way (case, ё, quotes, dashes, spaces);
- `sound`: an ASCII key in which `Жамбыл`, `Zhambyl`, `Jambyl` and `жамбыл` are one word, and
  Kazakh letters fall together with the Russian ones that people type instead of them.

Names that differ only in `sound` are told apart by the caller; a key is for finding.
"""

import re
import unicodedata

# What people type for one letter of the Kazakh and Russian alphabets, as ASCII.
_CYRILLIC = {
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "e",
    "ж": "j", "з": "z", "и": "i", "й": "i", "к": "k", "қ": "k", "л": "l", "м": "m", "н": "n",
    "ң": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ұ": "u",
    "ү": "u", "ф": "f", "х": "h", "һ": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "",
    "ы": "i", "і": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia", "ї": "i", "є": "e", "ґ": "g",
}  # fmt: skip
# Latin spellings, longest first: Russian romanisations (GOST, BGN, passports) and Kazakh Latin.
_LATIN = (
    ("shch", "sh"), ("sch", "sh"), ("dzh", "j"), ("tch", "ch"), ("zh", "j"), ("kh", "h"),
    ("gh", "g"), ("ph", "f"), ("th", "t"), ("ck", "k"), ("tz", "ts"), ("yo", "e"), ("jo", "e"),
    ("ce", "tse"), ("ci", "tsi"), ("cy", "tsi"), ("qu", "ku"), ("q", "k"), ("w", "v"),
    ("x", "ks"), ("y", "i"),
)  # fmt: skip
_LATIN_LETTERS = {
    "ş": "sh", "š": "sh", "ç": "ch", "č": "ch", "ž": "j", "ı": "i", "ñ": "n", "ŋ": "n", "ğ": "g",
    "ə": "a", "þ": "t", "ß": "s", "æ": "e", "ø": "o", "đ": "d", "ł": "l",
}  # fmt: skip
# Latin letters inside Cyrillic words: a slip of the keyboard that nobody sees (`Мусiрепов`).
_LOOK_ALIKES = str.maketrans("aceiopxyk", "асеіорхук")
_CYRILLIC_WORD = re.compile(r"\w*[а-яёәғқңөұүһі]\w*")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_QUOTES = dict.fromkeys(map(ord, "«»„“”‟‹›″`´"), '"') | dict.fromkeys(map(ord, "‘’‚‛′ʼʹ"), "'")
_YO = {ord("ё"): "е"}
_SAME = _DASHES | _QUOTES | _YO

# The same keys of the keyboard in its Latin and its Russian layout.
_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_RUSSIAN_LAYOUT = str.maketrans(_LATIN_KEYS, _RUSSIAN_KEYS)
_TO_LATIN_LAYOUT = str.maketrans(_RUSSIAN_KEYS, _LATIN_KEYS)


def fold(text: str) -> str:
    """`text` in one way of writing: lower case, ё as е, plain dashes and quotes, single spaces.

    Control characters (NUL too) become spaces. Folding twice changes nothing.
    """
    text, previous = text.replace("№", "#"), None
    while previous != text:
        previous = text
        text = unicodedata.normalize("NFKC", text.casefold()).translate(_SAME)
    # Category C: control, format, surrogate, private use, unassigned.
    text = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in text)
    return " ".join(text.split())


def _bare(char: str) -> str:
    """A Latin letter without its marks: `ū` -> `u`."""
    return unicodedata.normalize("NFKD", char)[0]


def sound(text: str) -> str:
    """The ASCII key of `text`: what it sounds like, however it is spelt.

    `Жамбыла`, `Zhambyla`, `Jambyla` -> `jambila`; `Қазақстан`, `Qazaqstan` -> `kazakstan`.
    Only `a-z`, `0-9` and single spaces remain. A key is its own key.
    """
    letters = []
    folded = _CYRILLIC_WORD.sub(lambda word: word[0].translate(_LOOK_ALIKES), fold(text))
    for char in folded:
        mapped = _CYRILLIC.get(char)
        if mapped is None:
            mapped = _LATIN_LETTERS.get(char)
        if mapped is None:
            mapped = char if char.isascii() else _bare(char)
        letters.append(mapped if mapped.isascii() else " ")
    key = "".join(letters).replace("'", "").lower()
    key = re.sub(r"[^a-z0-9]+", " ", key).strip()
    previous = None
    while previous != key:
        previous = key
        for spelling, code in _LATIN:
            key = key.replace(spelling, code)
        key = re.sub(r"c(?!h)", "k", key)
        key = re.sub(r"(?<=[a-z])j\b", "i", key)  # German and Czech -aj, -ij
        key = re.sub(r"([a-z])\1+", r"\1", key).replace("ie", "e")
    return key


def switch_layout(text: str) -> str:
    """`text` as if typed with the other keyboard layout: `;fv,skf` -> `жамбыла`.

    Text with Cyrillic letters is taken as meant for the Latin layout, all other for the Russian.
    """
    lowered = text.lower()
    if re.search("[а-яё]", lowered):
        return lowered.translate(_TO_LATIN_LAYOUT)
    return lowered.translate(_TO_RUSSIAN_LAYOUT)


def edit_distance(first: str, second: str, *, limit: int) -> int:
    """Edits between two words (insert, delete, replace, swap of neighbours), at most `limit` + 1.

    The restricted Damerau-Levenshtein distance; stops as soon as `limit` is passed.
    """
    if abs(len(first) - len(second)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        before, last, row = row, before, [i]
        for j, b in enumerate(second, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)
