"""Is a reply formal? Flags with reasons, for a coordinator to decide. Pure; Russian and Kazakh.

A reply should name what was done, by whom and when. The flags are by words: what they miss and
what they flag wrongly is measured by the table of the tests, and a flag never rejects by itself.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from appeals.choices import Outcome, ReplyFlag
from appeals.dates import find_dates
from citymap.text import fold

# Finished actions by the beginnings of their words: past forms and participles of work.
_DONE_RU = (
    "выполн", "устран", "отремонтир", "заменен", "замени", "установлен", "установи", "очищен",
    "очисти", "вывез", "убран", "убрал", "заасфальтир", "восстановлен", "восстанови", "подключен",
    "подключи", "включен", "включи", "заварен", "заварил", "проведен", "провел", "произведен",
    "произвел", "покрашен", "окрашен", "спилен", "спилил", "обрезан", "обрезал", "засыпан",
    "засыпал", "отсыпан", "закрыт", "закрыл", "налажен", "наладил", "осмотрен", "осмотрел",
    "обследован", "измерен", "перечислен", "пересчитан", "пересчитал", "выплачен", "сделан",
    "смонтирован", "запущен", "запусти", "откачан", "откачал", "посажен", "высажен", "промыт",
    "прочищен", "прочисти", "уложен", "уложил", "починен", "починил", "ликвидирован", "отловлен",
    "отловил", "оштрафован", "составлен", "составил", "огражден", "оградил", "расчищен",
    "расчисти", "обработан", "обработал", "посыпан", "демонтирован", "выдан", "назначен",
)  # fmt: skip
_DONE_KK = (
    "жөндел", "жөндед", "орнатыл", "орнатт", "ауыстырыл", "тазалан", "тазалад", "шығарылд",
    "жойылд", "қосылд", "орындалд", "жүргізілд", "кесілд", "төселд", "тексерілд", "келтірілд",
    "бөлінд", "берілд", "бердік", "асфальтталд", "боялд", "есептелд", "жабылд", "қоршалд",
    "сорылд", "себілд", "тағайындалд",
)  # fmt: skip
_ACTION = re.compile(rf"\b(?:{'|'.join(sorted(_DONE_RU + _DONE_KK, key=len, reverse=True))})\w*")
# "Will be done" has the same participle: it is not done.
_NOT_YET = re.compile(r"\bбуд(?:ет|ут|ем) \w+(?:н|на|но|ны|т|та|то|ты|ть)\b")
# A post, a crew, or a name with initials.
_PERSON = re.compile(
    r"\b[а-яёәғқңөұүһі]+ [а-яё]\. ?(?:[а-яё]\.)?|\b[а-яё]\. ?[а-яё]\. ?[а-яёәғқңөұүһі]{3,}"
    r"|\b(?:мастер|бригад|слесар|инспектор|инженер|участков|начальник|электрик|электромонтер|прораб"
    r"|специалист|директор|диспетчер|сварщик|сотрудник|контролер|подрядчик|ответственн)\w*"
    r"|\b(?:шебер|бригада|слесарь|инспектор|инженер|бастығ|электрик|прораб|маман|директор|жауапты"
    r"|қызметкер|мердігер)\w*",
)
_FUTURE = re.compile(
    r"\b(?:буд[еу]\w*|планиру\w*|запланирован\w*|предусмотрен\w*|намечен\w*|в перспективе"
    r"|по мере (?:поступления|возможности)\w*|рассмотр(?:им|ят|ен вопрос)\w*"
    r"|включ(?:ат|им|ен\w*) в план\w*)"
    r"|\b(?:жоспарлан\w*|көздел\w*|болашақта|мүмкіндігінше|қарастырыл(?:ады|уда)"
    r"|\w+(?:лады|леді|латын|летін)\b(?= ?(?:\.|,|$)))",
)
_TENDER = re.compile(
    r"\b(?:конкурс\w*|тендер\w*|государственн\w+ закуп\w*|госзакуп\w*|закуп\w+ процедур\w*"
    r"|мемлекеттік сатып алу\w*|байқау\w*)"
)
_TENDER_NUMBER = re.compile(r"(?:№|#|n) ?\d[\d/-]*|\b\d{5,}(?:-\w+)?\b")
# Alike enough to be the same text again, by the share of common word triples.
SAME_TEXT = 0.8
SHORTEST_COMPARED = 5


@dataclass(frozen=True, kw_only=True)
class EarlierReply:
    """A reply of the same body: to this appeal before it was reopened, or to another one."""

    text: str
    same_appeal: bool


def check_reply(
    text: str,
    *,
    outcome: Outcome | str,
    photo_wanted: bool,
    has_photo: bool,
    earlier: Iterable[EarlierReply] = (),
) -> list[ReplyFlag]:
    """Why the reply looks formal, in a fixed order; empty when it does not."""
    folded = fold(text)
    dates = find_dates(text, said_on=dt.date(2000, 1, 1))
    future = _FUTURE.search(folded) is not None
    alike = [reply for reply in earlier if likeness(text, reply.text) >= SAME_TEXT]
    done = outcome == Outcome.DONE
    found = {
        ReplyFlag.NO_ACTION: done and _ACTION.search(_NOT_YET.sub(" ", folded)) is None,
        ReplyFlag.NO_PERSON: done and _PERSON.search(folded) is None,
        ReplyFlag.NO_DATE: done and not dates,
        ReplyFlag.TEMPLATE: any(not reply.same_appeal for reply in alike),
        ReplyFlag.SAME_AFTER_REOPENING: any(reply.same_appeal for reply in alike),
        ReplyFlag.TENDER_WITHOUT_NUMBER: _TENDER.search(folded) is not None
        and (_TENDER_NUMBER.search(folded) is None or not dates),
        ReplyFlag.PROMISE_WITHOUT_TERM: future and not dates and outcome != Outcome.PLANNED,
        ReplyFlag.NO_PHOTO: done and photo_wanted and not has_photo,
    }
    return [flag for flag in ReplyFlag if found[flag]]


def likeness(first: str, second: str) -> float:
    """Share of common word triples of two texts, 0 to 1; numbers and dates are left out.

    Texts of fewer than five words are compared as they are.
    """
    one, other = _words(first), _words(second)
    if min(len(one), len(other)) < SHORTEST_COMPARED:
        return float(bool(one) and one == other)
    a, b = _triples(one), _triples(other)
    return len(a & b) / len(a | b)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{2,}", fold(text))


def _triples(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + 3]) for at in range(len(words) - 2)}
