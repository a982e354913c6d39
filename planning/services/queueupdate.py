"""The queue after a few new messages: only what they change is computed and written."""

import datetime as dt
from collections.abc import Collection

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from citymap.sqlfiles import load_sql
from planning import clustering
from planning.binaryrows import read_rows, row_type
from planning.choices import Theme
from planning.models import Event, ProgrammeVersion, QueueRow, QueueSnapshot
from planning.queue.scoring import CRITERIA, NEVER, Queue, Yards, rank, stability
from planning.queueinputs import day_of
from planning.queuelocal import TooManyError, complaints_near
from planning.services.queue import digest_of, lock, moves_text, policy_in_force, take_snapshot

_ROW = row_type(
    yard="i8", apartments="f8", complaints="f8", area_m2="f8", first_complaint="i8",
    stability="f8",
)  # fmt: skip
# More new messages than this: everything is computed.
MOST_NEW = 200


def follow_events(*, now: dt.datetime) -> QueueSnapshot:
    """Bring the public queue up to the events of now; all of it when the day has changed."""
    as_of = timezone.localdate(now)
    newest = QueueSnapshot.objects.first()
    if newest is None:
        return take_snapshot(as_of=as_of)
    new = Event.objects.about(Theme.YARDS).filter(pk__gt=newest.seen_event, person__isnull=False)
    events = list(new.order_by("pk").values_list("pk", flat=True)[: MOST_NEW + 1])
    if len(events) > MOST_NEW:
        return take_snapshot(as_of=as_of)
    return update_snapshot(events=events, as_of=as_of) if events else newest


@transaction.atomic
def update_snapshot(*, events: Collection[int], as_of: dt.date) -> QueueSnapshot:
    """The state in force with new messages counted: what `take_snapshot` would give.

    Areas and apartments are those of the state: the hourly computation brings new ones. The whole
    is computed when the state is of another day or policy, when a programme was made from it, or
    when too much hangs together.
    """
    lock("queue")
    newest = QueueSnapshot.objects.first()
    policy = policy_in_force()
    if newest is None or (newest.as_of, newest.policy_id) != (as_of, policy.pk):
        return take_snapshot(as_of=as_of)
    if ProgrammeVersion.objects.filter(queue=newest).exists():
        return take_snapshot(as_of=as_of)
    try:
        ids, complaints = complaints_near(events, as_of=as_of)
    except TooManyError:
        return take_snapshot(as_of=as_of)
    before, shown = _read(newest, policy.policy)
    yards = _with(before.yards, ids, complaints.value.round(1), complaints.first_day)
    after = rank(yards, policy.policy)
    _write(newest, before, after, shown)
    newest.digest = digest_of(after, as_of)
    newest.seen_event = max([newest.seen_event, *events])
    newest.save(update_fields=["digest", "seen_event"])
    return newest


def _read(snapshot: QueueSnapshot, policy) -> tuple[Queue, np.ndarray]:
    """The state as it stands, and the stability shown of each yard."""
    rows = read_rows(
        load_sql(clustering.__file__, "snapshot.sql"),
        {"snapshot": snapshot.pk, "never": int(NEVER)},
        _ROW,
    )
    yards = Yards(
        ids=rows["yard"],
        values={name: rows[name] for name in CRITERIA},
        first_complaint=rows["first_complaint"],
    )
    return rank(yards, policy), rows["stability"]


def _with(yards: Yards, ids: np.ndarray, value: np.ndarray, first_day: np.ndarray) -> Yards:
    """Yards with other complaints; ids that are not among them are left out."""
    place = np.searchsorted(yards.ids, ids)
    place = np.minimum(place, len(yards.ids) - 1)
    known = yards.ids[place] == ids
    complaints, first = yards.values["complaints"].copy(), yards.first_complaint.copy()
    complaints[place[known]], first[place[known]] = value[known], first_day[known]
    return Yards(
        ids=yards.ids,
        values={**yards.values, "complaints": complaints},
        first_complaint=first,
    )


def _write(snapshot: QueueSnapshot, before: Queue, after: Queue, shown: np.ndarray) -> None:
    """Rows whose place, score or neighbour ahead changed, or whose stability did."""
    badge = stability(after, top=snapshot.top)
    ahead = [_ahead(queue) for queue in (before, after)]
    moved = (
        (before.position != after.position)
        | (before.score != after.score)
        | (ahead[0] != ahead[1])
        | (before.yards.first_complaint != after.yards.first_complaint)
        | (before.yards.values["complaints"] != after.yards.values["complaints"])
    )
    changed = np.flatnonzero(moved | (badge != shown))
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql(clustering.__file__, "move_rows.sql"),
            {
                "snapshot": snapshot.pk,
                "yard": after.yards.ids[changed].tolist(),
                "position": after.position[changed].tolist(),
                "stability": badge[changed].tolist(),
                "moves": [moves_text(after, i) for i in changed.tolist()],
            },
        )
    own = np.flatnonzero(
        (before.yards.values["complaints"] != after.yards.values["complaints"])
        | (before.yards.first_complaint != after.yards.first_complaint)
    )
    for i in own.tolist():
        QueueRow.objects.filter(snapshot=snapshot, yard=int(after.yards.ids[i])).update(
            score=int(after.score[i]),
            complaints=float(after.yards.values["complaints"][i]),
            scaled=[float(after.scaled[name][i]) for name in CRITERIA],
            points=[int(after.points[name][i]) for name in CRITERIA],
            first_complaint=day_of(int(after.yards.first_complaint[i])),
        )


def _ahead(queue: Queue) -> np.ndarray:
    """Of each yard the score of the one before it in the queue; -1 for the first."""
    ordered = np.concatenate([[-1], queue.score[queue.order][:-1]])
    found = np.empty(len(ordered), dtype=np.int64)
    found[queue.order] = ordered
    return found
