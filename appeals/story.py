"""An appeal's way as a story: what happened, who did it, in whose words. Newest last.

Rows of the room tell most of it. Operations that leave no row of their own (assigned, accepted,
closed, ...) are read from the history, whose events name the service that made them; appeals
that came by import or demo have only what their columns say.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appeals.choices import PhotoKind, PromiseState, ReplyFlag
from appeals.models import Appeal, Photo
from appeals.routing import told_reason
from citymap.history.timeline import Entry, timeline_of

MOST_ENTRIES = 200
# Operations that no row of the room tells of, by the service's name in the history.
SAID = {
    "assign": gettext_lazy("Assigned to a body"),
    "accept": gettext_lazy("Accepted by the body"),
    "return": gettext_lazy("Returned by the body"),
    "start": gettext_lazy("Work has begun"),
    "withdraw": gettext_lazy("Withdrawn"),
    "close": gettext_lazy("Closed"),
    "reopen": gettext_lazy("Reopened"),
    "to_mediation": gettext_lazy("To mediation"),
    "from_mediation": gettext_lazy("Back from mediation"),
    "split": gettext_lazy("Split off again"),
}

# What rows of the room tell in the story, and the history alone where versions are compared.
ALSO_SAID = {
    "pause": gettext_lazy("The clock stands"),
    "resume": gettext_lazy("The clock runs again"),
    "reject": gettext_lazy("The reply was sent back"),
    "join": gettext_lazy("Joined to another appeal"),
}


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of the story."""

    when: dt.datetime
    what: str
    who: str = ""
    text: str = ""
    facts: tuple[str, ...] = ()
    kind: str = ""
    photos: tuple[Photo, ...] = field(default=())


def story_of(appeal: Appeal) -> list[Event]:
    """Everything that happened to an appeal, in order. A fixed number of queries."""
    events = [
        *_registered(appeal), *_operations(appeal), *_clock(appeal), *_reports(appeal),
        *_checks(appeal), *_told(appeal), *_joined(appeal), *_asked(appeal), *_helpers(appeal),
        *_outage(appeal), *_dispatched(appeal),
    ]  # fmt: skip
    return sorted(events, key=lambda event: event.when)


def changes_after(appeal: Appeal, event_id: int) -> list[Event]:
    """What the history has of an appeal after one of its events, in order."""
    entries = [one for one in timeline_of(appeal, limit=MOST_ENTRIES) if one.id > event_id]
    return [
        Event(
            when=one.when, who=one.who,
            what=str((SAID | ALSO_SAID).get(one.reason.removeprefix("appeals."), one.label)),
            facts=tuple(
                change.note or f"{change.field}: {change.before or '—'} → {change.after}"
                for change in one.changes
            ),
        )
        for one in reversed(entries)
    ]  # fmt: skip


def _name(user: Any) -> str:
    return (user.get_full_name() or user.username) if user is not None else ""


def _moment(moment: dt.datetime) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")


def _registered(appeal: Appeal) -> Iterator[Event]:
    facts = [str(appeal.get_channel_display())]
    if appeal.first_due_at:
        facts.append(_("answer by %(day)s") % {"day": _moment(appeal.first_due_at)})
    yield Event(
        when=appeal.registered_at, what=_("Registered"), who=_name(appeal.registered_by),
        text=appeal.text, facts=tuple(facts), kind="start",
        photos=tuple(photo for photo in appeal.photos.all() if photo.kind == PhotoKind.PROBLEM),
    )  # fmt: skip


def _operations(appeal: Appeal) -> Iterator[Event]:
    remarks: dict[str, list[str]] = defaultdict(list)
    for remark in appeal.remarks.order_by("made_at", "pk"):
        remarks[remark.operation].append(remark.text)
    executor = str(Appeal._meta.get_field("executor").verbose_name).capitalize()
    seen: set[str] = set()
    for entry in reversed(timeline_of(appeal, limit=MOST_ENTRIES)):
        name = entry.reason.removeprefix("appeals.")
        if entry.action == "insert" or name not in SAID:
            continue
        seen.add(name)
        words = remarks[name].pop(0) if remarks[name] else ""
        body = _after(entry, executor) if name == "assign" else ""
        what = _("Assigned to: %(body)s") % {"body": body} if body else str(SAID[name])
        yield Event(when=entry.when, what=what, who=entry.who, text=words, kind=name)
    if "assign" not in seen and appeal.assigned_at and appeal.executor:
        what = _("Assigned to: %(body)s") % {"body": appeal.executor.title}
        yield Event(when=appeal.assigned_at, what=what, text=told_reason(appeal), kind="assign")
    if not seen & {"close", "withdraw"} and appeal.ended_at and not appeal.joined_into_id:
        what = str(appeal.get_state_display())
        yield Event(when=appeal.ended_at, what=what, kind="close")


def _after(entry: Entry, title: str) -> str:
    return next((change.after for change in entry.changes if change.field == title), "")


def _clock(appeal: Appeal) -> Iterator[Event]:
    for pause in appeal.pauses.select_related("started_by", "ended_by"):
        yield Event(
            when=pause.started_at, who=_name(pause.started_by), text=pause.reason, kind="pause",
            what=_("The clock stands: %(why)s") % {"why": pause.get_kind_display()},
        )  # fmt: skip
        if pause.ended_at:
            what = _("The clock runs again")
            yield Event(when=pause.ended_at, what=what, who=_name(pause.ended_by), kind="pause")
    for one in appeal.extensions.select_related("given_by"):
        words = _("A new term, until %(day)s") if one.by_reopening else _("Extended to %(day)s")
        yield Event(
            when=one.given_at, what=words % {"day": _moment(one.until)}, kind="extend",
            who=_name(one.given_by), text="" if one.by_reopening else one.reason,
        )  # fmt: skip


def _reports(appeal: Appeal) -> Iterator[Event]:
    rows = appeal.reports.select_related("body", "author", "verified_by", "sent_back_by")
    for one in rows.prefetch_related("photos"):
        facts = [str(one.body.title)]
        if one.planned_on:
            facts.append(_("planned for %(day)s") % {"day": date_format(one.planned_on)})
        if one.legal_ground:
            facts.append(one.legal_ground)
        facts += [str(ReplyFlag(flag).label) for flag in one.flags]
        yield Event(
            when=one.made_at, what=_("Reported: %(what)s") % {"what": one.get_outcome_display()},
            who=_name(one.author), text=one.text, facts=tuple(facts), kind="report",
            photos=tuple(one.photos.all()),
        )  # fmt: skip
        if one.verified_at:
            how = {"how": one.get_verified_how_display()}
            yield Event(
                when=one.verified_at, what=_("Verified: %(how)s") % how, kind="verify",
                who=_name(one.verified_by), text=one.flags_note,
            )  # fmt: skip
        if one.sent_back_at:
            yield Event(
                when=one.sent_back_at, what=_("The reply was sent back"), kind="reject",
                who=_name(one.sent_back_by), text=one.sent_back_reason,
            )  # fmt: skip
    for one in appeal.promises.select_related("decided_by"):
        if one.state != PromiseState.OPEN and one.decided_at:
            words = _("The promise of %(day)s: %(state)s")
            said = {"day": date_format(one.due_on), "state": one.get_state_display()}
            yield Event(
                when=one.decided_at, what=words % said, who=_name(one.decided_by), kind="promise"
            )


def _checks(appeal: Appeal) -> Iterator[Event]:
    rows = appeal.checks.select_related("inspector").prefetch_related("photos")
    for one in rows:
        metres = one.distance_m
        facts = () if metres is None else (
            _("%(metres)d m from the place") % {"metres": round(metres)},
        )  # fmt: skip
        yield Event(
            when=one.checked_at, what=_("At the place: %(what)s") % {
                "what": one.get_result_display()
            },
            who=_name(one.inspector), text=one.note, facts=facts, kind="check",
            photos=tuple(one.photos.all()),
        )  # fmt: skip


def _told(appeal: Appeal) -> Iterator[Event]:
    for one in appeal.call_backs.select_related("operator"):
        facts = []
        if one.satisfaction:
            facts.append(_("mark %(mark)s") % {"mark": one.satisfaction})
        if one.thanks:
            facts.append(_("thanks"))
        if one.next_try_at:
            facts.append(_("next try %(day)s") % {"day": _moment(one.next_try_at)})
        yield Event(
            when=one.called_at, who=_name(one.operator), text=one.note, facts=tuple(facts),
            what=_("Call back: %(what)s") % {"what": one.get_result_display()}, kind="call",
        )  # fmt: skip


def _joined(appeal: Appeal) -> Iterator[Event]:
    for one in appeal.joinings.select_related("into", "joined_by"):
        what = _("Joined to %(number)s") % {"number": one.into.number}
        yield Event(when=one.joined_at, what=what, who=_name(one.joined_by), text=one.reason,
                    kind="join")  # fmt: skip
    for one in appeal.received.select_related("appeal", "joined_by", "undone_by"):
        number = {"number": one.appeal.number}
        what = _("%(number)s was joined to this one") % number
        yield Event(when=one.joined_at, what=what, who=_name(one.joined_by), kind="join")
        if one.undone_at:
            what = _("%(number)s was split off") % number
            yield Event(
                when=one.undone_at, what=what, who=_name(one.undone_by), text=one.undone_reason,
                kind="join",
            )  # fmt: skip


def _asked(appeal: Appeal) -> Iterator[Event]:
    for one in appeal.contacts.filter(kind="follow_up").select_related("operator"):
        what = _("Somebody asked how it stands")
        yield Event(when=one.started_at, what=what, who=_name(one.operator), text=one.note,
                    kind="contact")  # fmt: skip


def _outage(appeal: Appeal) -> Iterator[Event]:
    incident = appeal.incident
    if incident is not None and incident.ended_at and incident.ended_at >= appeal.received_at:
        what = _("The outage is over: %(title)s") % {"title": incident.title}
        yield Event(when=incident.ended_at, what=what, kind="outage")


def _dispatched(appeal: Appeal) -> Iterator[Event]:
    for one in appeal.dispatcher_calls.select_related("body", "made_by"):
        who = {"who": one.dispatcher}
        facts = [one.body.title] if one.body else []
        if one.log_number:
            facts.append(_("number %(number)s in their log") % {"number": one.log_number})
        yield Event(
            when=one.called_at, what=_("Taken by the dispatcher: %(who)s") % who, text=one.note,
            who=_name(one.made_by), facts=tuple(facts), kind="dispatch",
        )  # fmt: skip


def _helpers(appeal: Appeal) -> Iterator[Event]:
    for one in appeal.helpers.select_related("body", "added_by"):
        what = _("Helps: %(body)s") % {"body": one.body.title}
        yield Event(when=one.added_at, what=what, who=_name(one.added_by), text=one.task,
                    kind="helper")  # fmt: skip
