"""The resident's answer: when will it be put back, on what basis, by whom, what is next. Pure.

One sentence in the active language for every state. An overdue order never shows a bare date.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from earthworks.choices import DeadlineBasis, Duty, OrderKind, OrderState


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the answer is made from; all days are local days of the city.

    today: the day of the question. due_on, duty, basis, final_on: the present deadline.
    who: the body that answers for the works; a citizen is named as such and not by name.
    extended: how often, extended_on: the day of the last extension.
    sunk_due_on: by when ground that failed under guarantee is to be mended; None: none has.
    claim_on, police_on: the days on which claim and notice for the present deadline were sent.
    """

    state: OrderState
    kind: OrderKind
    number: str
    today: dt.date
    who: str
    begins_on: dt.date
    ends_on: dt.date
    due_on: dt.date | None = None
    duty: Duty | None = None
    basis: DeadlineBasis | None = None
    final_on: dt.date | None = None
    extended: int = 0
    extended_on: dt.date | None = None
    claim_on: dt.date | None = None
    police_on: dt.date | None = None
    interim_on: dt.date | None = None
    restored_on: dt.date | None = None
    guarantee_until: dt.date | None = None
    ended_on: dt.date | None = None
    reason: str = ""
    sunk_due_on: dt.date | None = None

    @property
    def overdue_days(self) -> int:
        """Days begun since the deadline was missed; 0 while it is not."""
        due_on = self.due_on or self.sunk_due_on
        return max(0, (self.today - due_on).days) if due_on else 0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer whole and in its parts.

    until: the day by which the ground is whole again as things stand; None when overdue or when
    nothing is promised.
    """

    sentence: str
    until: dt.date | None
    basis: str
    who: str
    next_step: str
    overdue_days: int


def answer(facts: Facts) -> Answer:
    """What to tell somebody who asks when the place will be put back."""
    late = facts.overdue_days > 0
    if facts.sunk_due_on and not facts.due_on:
        sentence = _sunk(facts)
    else:
        sentence = _overdue(facts) if late else _SENTENCES[facts.state](facts)
    return Answer(
        sentence=_ended(sentence),
        until=None if late else _until(facts),
        basis=basis_text(facts),
        who=facts.who,
        next_step=next_step(facts),
        overdue_days=facts.overdue_days,
    )


def day_text(day: dt.date, today: dt.date) -> str:
    """`15 May`, with the year when it is not this one."""
    named = "MONTH_DAY_FORMAT" if day.year == today.year else "DATE_FORMAT"
    return formats.date_format(day, named)


def basis_text(facts: Facts) -> str:
    """On what ground the present deadline stands; empty where there is none."""
    if facts.basis == DeadlineBasis.PERMIT:
        return _("term of permit No. %(number)s") % {"number": facts.number}
    if facts.basis == DeadlineBasis.SEASON:
        return _("seasonal rule: asphalt and lawns are restored after the winter")
    if facts.basis == DeadlineBasis.EXTENSION:
        return _("permit No. %(number)s, extended on %(date)s, times extended: %(times)d") % {
            "number": facts.number,
            "times": facts.extended,
            "date": _day(facts, facts.extended_on or facts.today),
        }
    if facts.basis == DeadlineBasis.EMERGENCY:
        return _("rule for emergency digs")
    return ""


def duty_text(duty: Duty) -> str:
    """The duty as the object of a sentence."""
    if duty == Duty.PAPERS:
        return _("papers of the emergency dig")
    if duty == Duty.INTERIM:
        return _("temporary restoration")
    return _("permanent restoration")


def next_step(facts: Facts) -> str:
    """What happens next, as a clause."""
    if facts.sunk_due_on and not facts.due_on:
        return _("the ground is mended under guarantee")
    if facts.overdue_days > 0:
        if facts.police_on:
            return _("the police were informed on %(date)s") % {
                "date": _day(facts, facts.police_on)
            }
        if facts.claim_on:
            return _("a claim was sent on %(date)s") % {"date": _day(facts, facts.claim_on)}
        return _("a claim is being prepared")
    return _NEXT[facts.state]() if facts.state in _NEXT else ""


def _overdue(facts: Facts) -> str:
    text = ngettext(
        "Overdue by %(days)d day: %(duty)s was due by %(date)s (%(basis)s); answers for it:"
        " %(who)s; %(next)s",
        "Overdue by %(days)d days: %(duty)s was due by %(date)s (%(basis)s); answers for it:"
        " %(who)s; %(next)s",
        facts.overdue_days,
    )
    return text % {
        "days": facts.overdue_days,
        "duty": duty_text(facts.duty or Duty.PERMANENT),
        "date": _day(facts, facts.due_on),
        "basis": basis_text(facts),
        "who": facts.who,
        "next": next_step(facts),
    }


def _sunk(facts: Facts) -> str:
    """A restoration that failed under guarantee: the contractor owes it again."""
    values = {**_common(facts), "date": _day(facts, facts.sunk_due_on)}
    if facts.overdue_days > 0:
        text = ngettext(
            "The ground sank after the restoration and should have been mended under guarantee by"
            " %(date)s, overdue by %(days)d day; answers for it: %(who)s",
            "The ground sank after the restoration and should have been mended under guarantee by"
            " %(date)s, overdue by %(days)d days; answers for it: %(who)s",
            facts.overdue_days,
        )
        return text % {**values, "days": facts.overdue_days}
    return (
        _("The ground sank after the restoration: %(who)s mends it under guarantee by %(date)s")
        % values
    )


def _draft(facts: Facts) -> str:
    if facts.kind == OrderKind.EMERGENCY and facts.due_on:
        return _(
            "Emergency dig since %(from)s by %(who)s; the permit must be applied for by %(date)s,"
            " and then says when the ground is restored"
        ) % {**_common(facts), "date": _day(facts, facts.due_on)}
    return _("Works are only being prepared by %(who)s; no permit has been asked for") % _common(
        facts
    )


def _asked(facts: Facts) -> str:
    if facts.kind == OrderKind.EMERGENCY:
        return _(
            "Emergency dig since %(from)s by %(who)s; the permit is being approved, the ground is"
            " to be restored by %(until)s"
        ) % _common(facts)
    return _(
        "%(who)s has asked to dig from %(from)s until %(until)s; the permit is being approved and"
        " digging may not begin before it is issued"
    ) % _common(facts)


def _refused(facts: Facts) -> str:
    return _(
        "The permit for %(who)s was refused on %(ended)s: %(reason)s; nothing is dug"
    ) % _common(facts)


def _cancelled(facts: Facts) -> str:
    return _(
        "Permit No. %(number)s of %(who)s was cancelled on %(ended)s: %(reason)s; nothing is dug"
    ) % _common(facts)


def _issued(facts: Facts) -> str:
    if facts.duty == Duty.INTERIM:
        return _(
            "Works from %(from)s by %(who)s: temporary restoration by %(date)s (%(basis)s),"
            " permanent by %(final)s, because asphalt and lawns are restored after the winter"
        ) % _due(facts)
    return _(
        "Works from %(from)s by %(who)s: the ground is restored by %(date)s (%(basis)s)"
    ) % _due(facts)


def _running(facts: Facts) -> str:
    if facts.duty == Duty.INTERIM:
        return _(
            "Works are going on by %(who)s: temporary restoration by %(date)s (%(basis)s),"
            " permanent by %(final)s, because asphalt and lawns are restored after the winter"
        ) % _due(facts)
    return _(
        "Works are going on by %(who)s: the ground is restored by %(date)s (%(basis)s)"
    ) % _due(facts)


def _works_done(facts: Facts) -> str:
    if facts.duty == Duty.INTERIM:
        return _(
            "The works are done; %(who)s restores the ground temporarily by %(date)s (%(basis)s)"
            " and for good by %(final)s, because asphalt and lawns are restored after the winter"
        ) % _due(facts)
    return _("The works are done; %(who)s restores the ground by %(date)s (%(basis)s)") % _due(
        facts
    )


def _interim(facts: Facts) -> str:
    return _(
        "Restored only temporarily on %(interim)s: %(who)s restores the ground for good by"
        " %(date)s (%(basis)s)"
    ) % {**_due(facts), "interim": _day(facts, facts.interim_on or facts.today)}


def _restored(facts: Facts) -> str:
    return _(
        "Restored by %(who)s and accepted on %(restored)s, guaranteed until %(guarantee)s; the"
        " order is being closed"
    ) % _common(facts)


def _closed(facts: Facts) -> str:
    return _(
        "Restored by %(who)s and accepted on %(restored)s, guaranteed until %(guarantee)s; tell us"
        " when the ground sinks"
    ) % _common(facts)


_SENTENCES = {
    OrderState.DRAFT: _draft,
    OrderState.APPLIED: _asked,
    OrderState.APPROVING: _asked,
    OrderState.REFUSED: _refused,
    OrderState.ISSUED: _issued,
    OrderState.CANCELLED: _cancelled,
    OrderState.IN_PROGRESS: _running,
    OrderState.WORKS_DONE: _works_done,
    OrderState.RESTORED_INTERIM: _interim,
    OrderState.RESTORED: _restored,
    OrderState.CLOSED: _closed,
}
_NEXT = {
    OrderState.DRAFT: lambda: _("the permit is applied for"),
    OrderState.APPLIED: lambda: _("owners of networks and offices are asked"),
    OrderState.APPROVING: lambda: _("owners of networks and offices answer"),
    OrderState.ISSUED: lambda: _("digging begins"),
    OrderState.IN_PROGRESS: lambda: _("the works are finished"),
    OrderState.WORKS_DONE: lambda: _("the ground is restored"),
    OrderState.RESTORED_INTERIM: lambda: _("the ground is restored for good"),
    OrderState.RESTORED: lambda: _("the order is closed"),
}


def _until(facts: Facts) -> dt.date | None:
    if facts.sunk_due_on and not facts.due_on:
        return facts.sunk_due_on
    if facts.final_on and facts.duty != Duty.PAPERS:
        return facts.final_on
    if facts.state in (OrderState.RESTORED, OrderState.CLOSED):
        return facts.restored_on
    return None


def _day(facts: Facts, day: dt.date | None) -> str:
    return day_text(day, facts.today) if day else "—"


def _common(facts: Facts) -> dict[str, str]:
    return {
        "who": facts.who,
        "number": facts.number,
        "from": _day(facts, facts.begins_on),
        "until": _day(facts, facts.ends_on),
        "restored": _day(facts, facts.restored_on),
        "guarantee": _day(facts, facts.guarantee_until),
        "ended": _day(facts, facts.ended_on),
        "reason": facts.reason.rstrip(". ") or "—",
    }


def _due(facts: Facts) -> dict[str, str]:
    return {
        **_common(facts),
        "date": _day(facts, facts.due_on),
        "basis": basis_text(facts),
        "final": _day(facts, facts.final_on),
    }


def _ended(sentence: str) -> str:
    """With one full stop: Russian dates may end with one of their own."""
    return sentence if sentence.endswith(".") else f"{sentence}."
