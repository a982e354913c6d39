"""What the demo's bodies answer and promise."""

import datetime as dt
from functools import lru_cache

from django.utils import timezone

from appeals.choices import CostClass, Outcome, PromiseState
from appeals.demo.life import Life
from appeals.demo.staging import insert_rows
from appeals.demo.texts import REPLIES
from appeals.models import Promise, Report
from appeals.replycheck import check_reply

# Bodies that answer formally, and that break promises, more often than others.
FORMAL, USUALLY_FORMAL = {"roads": 0.35, "akimat": 0.3}, 0.12
BREAKING, USUALLY_BREAKING = {"roads": 0.55, "housing": 0.5}, 0.25
LEGAL_GROUND = "АППК РК, ст. 70"


@lru_cache(maxsize=1024)
def _flags_of(template: str, outcome: Outcome) -> tuple[str, ...]:
    """Flags of a reply; which day it names makes no difference."""
    text = template.format(date="01.02.2026")
    flags = check_reply(text, outcome=outcome, photo_wanted=False, has_photo=False)
    return tuple(flag.value for flag in flags)


def write_reports(made: list[Life], keys: list[int]) -> int:
    """One reply for each appeal that has come so far; how many."""
    numbers = iter(keys)

    def rows():
        for life in made:
            if life.reported is None:
                continue
            outcome = life.outcome or Outcome.DONE
            template = _reply_of(life, outcome)
            day = f"{life.promised or timezone.localdate(life.reported):%d.%m.%Y}"
            text = template.format(date=day)
            flags = _flags_of(template, outcome)
            verified = life.verified is not None
            yield (
                next(numbers),
                life.pk,
                life.body.pk,
                life.reported,
                outcome.value,
                text,
                life.promised,
                CostClass.LARGE.value if outcome == Outcome.NEEDS_FUNDING else "",
                LEGAL_GROUND if outcome == Outcome.REFUSED else "",
                "{" + ",".join(flags) + "}",
                life.verified,
                ("phone" if outcome == Outcome.DONE else "document") if verified else "",
                "прочитано и принято" if verified and flags else "",
                "",
            )

    return insert_rows(
        Report,
        ("id", "appeal_id", "body_id", "made_at", "outcome", "text", "planned_on", "cost_class",
         "legal_ground", "flags", "verified_at", "verified_how", "flags_note", "sent_back_reason"),
        rows(),
    )  # fmt: skip


def _reply_of(life: Life, outcome: Outcome) -> str:
    """The words of a reply: formal ones from some bodies, else fitting its outcome."""
    formal = life.key["formal"] < FORMAL.get(life.body.source_id, USUALLY_FORMAL)
    kind = "formal" if formal and life.promised is None else outcome.value
    words = REPLIES[kind][life.kk]
    return words[int(life.key["words2"] * 10_000) % len(words)]


def write_promises(made: list[Life], reports: list[int], now: dt.datetime) -> int:
    """What planned results promise: open until their day, then kept or broken."""
    answered = [life for life in made if life.reported is not None]
    today = timezone.localdate(now)

    def rows():
        for key, life in zip(reports, answered, strict=True):
            if life.promised is None:
                continue
            broken = life.key["pace"] < BREAKING.get(life.body.source_id, USUALLY_BREAKING)
            state, decided = PromiseState.OPEN, None
            if life.promised < today:
                state = PromiseState.BROKEN if broken else PromiseState.KEPT
                decided = timezone.make_aware(dt.datetime.combine(life.promised, dt.time(18)))
            text = _reply_of(life, Outcome.PLANNED).format(date=f"{life.promised:%d.%m.%Y}")
            yield (
                life.pk, key, life.body.pk, text[:200], life.promised, state.value, decided,
            )  # fmt: skip

    return insert_rows(
        Promise,
        ("appeal_id", "report_id", "body_id", "text", "due_on", "state", "decided_at"),
        rows(),
    )
