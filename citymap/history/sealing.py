"""The sealer: committed records go into the log, a root is written over it and made known.

The appending itself is `history_seal()` in the database: the runtime role cannot write log or
roots in any other way, and cannot choose what is appended.
"""

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone

from citymap.history.models import Publication, Root, RootSignature
from citymap.history.roots import append_to_file, sign
from citymap.history.signals import root_published

MOST_AT_ONCE = 100_000
# A root is written after this long even when nothing is new, and published after this long: the
# sweep runs each minute, so both happen within the hour.
BEAT = dt.timedelta(minutes=50)
PUBLISH_AFTER = dt.timedelta(minutes=55)


def seal(*, most: int = MOST_AT_ONCE, beat: dt.timedelta = BEAT) -> Root | None:
    """Append all committed records to the log; the newest root, or None when none was due.

    Safe to run twice at once: the second waits, and finds nothing. Works in pieces of `most`.
    """
    newest = None
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT root_number, sealed FROM history_seal(%s, %s)", [most, beat])
                row = cursor.fetchone()
            if row is None:
                return newest
            newest = Root.objects.get(pk=row[0])
            if signature := sign(newest):
                RootSignature.objects.create(root=newest, **signature)
        if row[1] < most:
            return newest


def publish(*, now: dt.datetime | None = None, after: dt.timedelta = PUBLISH_AFTER) -> Root | None:
    """Hand the newest root to the receivers of `root_published` when the last was long ago.

    The receivers write what they owe in the same transaction, so either all is done or it is
    tried again.
    """
    now = now or timezone.now()
    last = Publication.objects.order_by("-root_id").first()
    if last is not None and now - last.made_at < after:
        return None
    newest = Root.objects.order_by("-number").first()
    if newest is None or (last is not None and newest.number <= last.root_id):
        return None
    with transaction.atomic():
        _row, created = Publication.objects.get_or_create(root=newest)
        if not created:
            return None
        root_published.send(sender=Root, root=newest)
    return newest


def seal_and_publish(now: dt.datetime) -> str:
    """What the sweep does each minute; one line about it."""
    root = seal()
    written = append_to_file()
    published = publish(now=now)
    said = [f"root {root.number} over {root.size} records" if root else "nothing to seal"]
    if written:
        said.append(f"{written} to the file")
    if published:
        said.append(f"root {published.number} published")
    return ", ".join(said)
