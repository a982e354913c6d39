"""Writes of the audit: a verification is asked for and run, a protocol acknowledged."""

import datetime as dt
import json
import threading

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.audit.models import Verification
from citymap.history import protocols
from citymap.history.models import Protocol, ProtocolKind, ProtocolNote, Root, Unsealed
from citymap.history.roots import read_roots, roots_file
from citymap.history.verify import Verdict, verify
from citymap.jobs.requests import ask_to_run

SWEEP = "audit.verify"
EVERY = dt.timedelta(hours=24)
TELL_EVERY_S = 1.0


def ask_verification(*, user: User | None = None) -> Verification:
    """The open verification, or a new one that the worker is asked to run at once."""
    opened, _made = Verification.objects.get_or_create(
        finished_at=None, defaults={"asked_by": user}
    )
    ask_to_run(name=SWEEP, asked_by=user.get_username() if user else "")
    return opened


def sweep_verification(now: dt.datetime) -> str:
    """Run the open verification; without one, the daily one when it is due."""
    wanted = Verification.objects.filter(finished_at=None).first()
    if wanted is None:
        if not _daily_is_due(now):
            return "no verification is due"
        wanted, _made = Verification.objects.get_or_create(finished_at=None)
    run_verification(verification=wanted)
    if wanted.error:
        raise RuntimeError(f"the chain could not be verified: {wanted.error}")
    return f"{wanted.done} records verified: {'all hold' if wanted.holds else 'NOT WHOLE'}"


def _daily_is_due(now: dt.datetime) -> bool:
    last = Verification.objects.exclude(finished_at=None).order_by("-pk").first()
    return last is None or now - last.finished_at >= EVERY


def run_verification(*, verification: Verification) -> Verification:
    """Check the whole chain, against the roots of the file too; keep what was found.

    A fault opens a protocol. Progress is told through a connection of its own, as the check
    reads one snapshot in a transaction.
    """
    verification.total = records_to_check()
    verification.started_at = timezone.now()
    verification.save(update_fields=["total", "started_at"])
    progress = Progress(verification.pk)
    progress.start()
    verdict, error = None, ""
    try:
        verdict = verify(outside=outside_roots(), tell=progress.tell)
    except (ValueError, OSError) as failure:
        error = f"{type(failure).__name__}: {failure}"
    finally:
        progress.end()
    _keep(verification, verdict, error)
    return verification


def records_to_check() -> int:
    """Sealed records and those that wait; from the newest root, so that nothing is counted."""
    newest = Root.objects.order_by("-number").first()
    return (newest.size if newest else 0) + Unsealed.objects.count()


def outside_roots() -> list:
    """The roots of the file in CITYMAP_VAR; ValueError when it is damaged."""
    path = roots_file()
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return list(read_roots(file))


@transaction.atomic
def _keep(verification: Verification, verdict: Verdict | None, error: str) -> None:
    verification.finished_at = timezone.now()
    verification.error = error
    if verdict is not None:
        verification.holds = verdict.holds
        verification.done = verification.total = verdict.records
        verification.report = verdict.as_json()
    verification.save()
    if verdict is not None and not verdict.holds:
        _open_protocol(verdict)


def _open_protocol(verdict: Verdict) -> None:
    """One protocol for each first bad record, however often it is found again."""
    first = verdict.first_bad
    with override(settings.LANGUAGE_CODE):
        what = _("The chain does not hold, %(count)d faults. First: %(fault)s") % {
            "count": verdict.count,
            "fault": json.dumps(first.as_json(), ensure_ascii=False),
        }
    protocols.open_protocol(
        kind=ProtocolKind.CHAIN,
        object=(first.model, first.key) if first.key else None,
        what=what,
        same=f"chain {first.record} {first.position} {first.what}",
    )


class Progress(threading.Thread):
    """Writes how far a verification is, each second, on a connection of its own."""

    def __init__(self, verification_id: int) -> None:
        super().__init__(name="verification-progress", daemon=True)
        self._id, self._count = verification_id, 0
        self._over = threading.Event()

    def tell(self, count: int) -> None:
        self._count = count

    def end(self) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        try:
            while not self._over.wait(TELL_EVERY_S):
                Verification.objects.filter(pk=self._id).update(done=self._count)
        except (DatabaseError, InterfaceError):
            pass  # only the picture of the progress is lost
        finally:
            connection.close()


def acknowledging_role(user: User) -> str:
    """As whom a user acknowledges protocols; empty when not at all, whatever else they may do."""
    for role in (Role.AUDITOR, Role.HEAD):
        if role in user.roles:
            return role.value
    return ""


def acknowledge_protocol(*, protocol: Protocol, user: User, comment: str) -> ProtocolNote:
    """Note that the head or the auditor has seen a protocol; raises ProtocolError."""
    role = acknowledging_role(user)
    if not role:
        raise PermissionDenied(_("A protocol is acknowledged by the head and by the auditor."))
    return protocols.acknowledge(protocol=protocol, user=user, role=role, comment=comment)
