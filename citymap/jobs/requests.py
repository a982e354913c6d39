"""What people ask of the worker: to run a sweep now, to accept the machine's clock."""

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from citymap.jobs.clock import accept_clock
from citymap.jobs.models import JobRequest
from citymap.jobs.registry import Sweep, sweeps


class NoSuchSweepError(LookupError):
    """No app registers a sweep of this name."""


def ask_to_run(*, name: str, asked_by: str) -> bool:
    """Ask the worker to run a sweep as soon as it can; False when that is asked already.

    Raises NoSuchSweepError.
    """
    if sweeps.get(name) is None:
        raise NoSuchSweepError(name)
    try:
        with transaction.atomic():
            JobRequest.objects.create(kind=JobRequest.Kind.RUN, name=name, asked_by=asked_by)
    except IntegrityError:
        return False
    return True


@transaction.atomic
def accept_clock_for(*, asked_by: str) -> None:
    """Set the work clock to the present, also back, and write down who wanted it."""
    accept_clock()
    JobRequest.objects.create(kind=JobRequest.Kind.ACCEPT_CLOCK, asked_by=asked_by, taken_at=Now())


def take_requests() -> list[tuple[Sweep, str]]:
    """The sweeps that people asked for, with who did; each is taken once.

    A sweep that is no longer registered is taken and forgotten.
    """
    with transaction.atomic():
        rows = list(
            JobRequest.objects.select_for_update(skip_locked=True)
            .filter(kind=JobRequest.Kind.RUN, taken_at=None)
            .order_by("pk")
        )
        JobRequest.objects.filter(pk__in=[row.pk for row in rows]).update(taken_at=Now())
    return [(sweep, row.asked_by) for row in rows if (sweep := sweeps.get(row.name)) is not None]
