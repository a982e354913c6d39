"""Which reported results are looked at on the spot: by risk, with some chance for all. Pure.

The chance is a hash of day and appeal, so that the sample of a day is the same however often it
is drawn, and nobody can foresee the next day's.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

# What makes a report worth a visit; the sum is the chance, 5 to 95 percent.
BASE = 0.05
FLAG, MOST_FLAGS = 0.1, 3
RECURRENCE, DANGER, NO_PHOTO, SENT_BACK = 0.2, 0.15, 0.1, 0.25
UNCONFIRMED_SHARE = 0.5
MOST = 0.95


@dataclass(frozen=True, kw_only=True)
class Reported:
    """What is known of a reported result.

    unconfirmed_share: of the body's checks of the last year, how many found nothing done.
    """

    appeal: int
    flags: int = 0
    recurrence: bool = False
    danger: bool = False
    has_photo: bool = True
    sent_back_before: bool = False
    unconfirmed_share: float = 0.0
    onsite_category: bool = False


def risk(report: Reported) -> float:
    """The chance that a report is checked, 0 to 1; categories verified on site always are."""
    if report.onsite_category:
        return 1.0
    chance = (
        BASE
        + FLAG * min(report.flags, MOST_FLAGS)
        + RECURRENCE * report.recurrence
        + DANGER * report.danger
        + NO_PHOTO * (not report.has_photo)
        + SENT_BACK * report.sent_back_before
        + UNCONFIRMED_SHARE * report.unconfirmed_share
    )
    return min(chance, MOST)


def draw(reports: Iterable[Reported], *, day: dt.date, seed: str, most: int) -> list[int]:
    """The appeals to look at on a day, riskiest first, at most `most`."""
    drawn = [(risk(report), _chance(seed, day, report.appeal), report.appeal) for report in reports]
    chosen = [one for one in drawn if one[1] < one[0]]
    chosen.sort(key=lambda one: (-one[0], one[1], one[2]))
    return [appeal for _risk, _chance, appeal in chosen[:most]]


def _chance(seed: str, day: dt.date, appeal: int) -> float:
    """A number from 0 to 1 that depends on the three alone."""
    digest = hashlib.sha256(f"{seed}|{day.isoformat()}|{appeal}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
