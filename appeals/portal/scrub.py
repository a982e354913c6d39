"""Text for everybody: telephones, mail addresses, IINs, apartments and signatures are blotted out.

A help for the moderator and a net below: a person still reads what is shown. Pure.
"""

import re

BLOT = "•••"
_PATTERNS = (
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?<![\w-])\d{12}(?!\d)"),
    re.compile(
        r"(?<![\w-])(?:\+?\d)[\s(.-]*\d{3}[\s).-]*\d{3}[\s.-]*\d{2}[\s.-]*\d{2}(?!\d)"
    ),
    re.compile(r"(?<![\w-])\d{2,3}[-\s]\d{2}[-\s]\d{2}(?![\d.-])"),
    re.compile(r"\b(?:кв|квартира|пәтер|пәт|apt)\.?\s*№?\s*\d+[а-яәa-z]?\b", re.IGNORECASE),
    re.compile(r"(?:t\.me/|wa\.me/|@)\w{3,}", re.IGNORECASE),
)  # fmt: skip
# «меня зовут Айгүл Ахметова», «Я, Иванов И.И.», «С уважением, Ким».
_NAME = r"[А-ЯӘІҢҒҮҰҚӨҺЁA-Z][\wӘәІіҢңҒғҮүҰұҚқӨөҺһ.-]*"
_INITIAL = r"[А-ЯӘІҢҒҮҰҚӨҺЁA-Z]\."
_NAMES = (
    re.compile(rf"(?i:меня зовут|с уважением,?|заявитель:?|менің атым)\s+(?:{_NAME}\s*){{1,3}}"),
    re.compile(rf"\b(?:Я|Мен),\s*(?:{_NAME}\s*){{1,3}}"),
    # «ответственный Ким А.В.»: an official's surname with initials.
    re.compile(rf"\b{_NAME}\s+{_INITIAL}(?:\s?{_INITIAL})?"),
)


def scrubbed(text: str) -> str:
    """The text with what looks like personal data blotted out."""
    for pattern in (*_PATTERNS, *_NAMES):
        text = pattern.sub(BLOT, text)
    return text
