"""The state of the chain on one page: what is sealed, published, verified, and how far behind."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Min
from django.utils import timezone

from citymap.audit.models import Verification
from citymap.history.models import ChainRecord, Protocol, Publication, Root, Unsealed
from citymap.history.roots import roots_file

# A root is published at least hourly; later than this something is wrong.
PUBLISHED_WITHIN = dt.timedelta(minutes=70)
SEALED_WITHIN = dt.timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class ChainState:
    """What the page shows; `None` where there is nothing yet."""

    records: int
    waiting: int
    oldest_waiting: dt.datetime | None
    root: Root | None
    publication: Publication | None
    file: str
    file_at: dt.datetime | None
    open: Verification | None
    last: Verification | None
    now: dt.datetime

    @property
    def root_hash(self) -> str:
        return bytes(self.root.hash).hex() if self.root else ""

    @property
    def seals_late(self) -> bool:
        """Whether a record has waited for longer than the sealer should take."""
        return bool(self.oldest_waiting) and self.now - self.oldest_waiting > SEALED_WITHIN

    @property
    def publishes_late(self) -> bool:
        """Whether no root has left the database for more than an hour."""
        if self.root is None:
            return False
        return self.publication is None or self.now - self.publication.made_at > PUBLISHED_WITHIN


def chain_state() -> ChainState:
    """Everything in a fixed number of small queries, however long the chain is."""
    root = Root.objects.order_by("-number").first()
    waiting = Unsealed.objects.count()
    oldest = ChainRecord.objects.filter(pk__in=Unsealed.objects.values("record"))
    path = roots_file()
    at = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC) if path.exists() else None
    done = Verification.objects.exclude(finished_at=None).select_related("asked_by")
    return ChainState(
        records=(root.size if root else 0) + waiting,
        waiting=waiting,
        oldest_waiting=oldest.aggregate(at=Min("made_at"))["at"] if waiting else None,
        root=root,
        publication=Publication.objects.select_related("root").order_by("-root_id").first(),
        file=str(path.name),
        file_at=at,
        open=Verification.objects.filter(finished_at=None).first(),
        last=done.order_by("-pk").first(),
        now=timezone.now(),
    )


def waiting_protocols(role: str) -> int:
    """How many protocols wait for the head or the auditor."""
    return Protocol.objects.waiting_for(role).count() if role else 0
