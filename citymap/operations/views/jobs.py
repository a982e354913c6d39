"""`/jobs/`: what the worker does, how it goes, and a run at once."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from citymap.accounts.access import may, requires
from citymap.jobs.models import JobOutcome, JobRun
from citymap.jobs.registry import Sweep, sweeps
from citymap.jobs.requests import accept_clock_for, ask_to_run
from citymap.operations.board import read_board
from citymap.operations.permissions import RUN_JOBS, VIEW_JOBS

PER_PAGE = 50


@require_safe
@never_cache
@requires(VIEW_JOBS)
def index(request: HttpRequest) -> HttpResponse:
    """The worker and all its sweeps."""
    return render(request, "operations/jobs.html", _board(request))


@require_safe
@never_cache
@requires(VIEW_JOBS)
def board(request: HttpRequest) -> HttpResponse:
    """The part of the page that is fetched again while somebody looks."""
    return render(request, "operations/parts/board.html", _board(request))


@require_safe
@never_cache
@requires(VIEW_JOBS)
def log(request: HttpRequest, name: str) -> HttpResponse:
    """The last runs of one sweep; `?failed=1`: those that failed."""
    sweep = _sweep(name)
    rows = JobOutcome.objects.filter(name=name)
    only_failed = request.GET.get("failed") == "1"
    if only_failed:
        rows = rows.exclude(error="")
    context = {
        "sweep": sweep,
        "row": JobRun.objects.filter(name=name).first(),
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "only_failed": only_failed,
    }
    return render(request, "operations/job_log.html", context)


@require_POST
@requires(RUN_JOBS)
def run(request: HttpRequest, name: str) -> HttpResponse:
    """Ask the worker to run a sweep now, and come back."""
    sweep = _sweep(name)
    if ask_to_run(name=name, asked_by=request.user.get_username()):
        text = _("The worker is asked to run “%(job)s” now.")
    else:
        text = _("“%(job)s” is asked for already; the worker has not taken it up yet.")
    messages.info(request, text % {"job": sweep})
    return redirect("operations:jobs")


@require_POST
@requires(RUN_JOBS)
def accept_clock(request: HttpRequest) -> HttpResponse:
    """Take the machine's time as the right one, and come back."""
    accept_clock_for(asked_by=request.user.get_username())
    messages.success(request, _("The clock is accepted: jobs go by the present time again."))
    return redirect("operations:jobs")


def _board(request: HttpRequest) -> dict:
    return {
        "board": read_board(timezone.now()),
        "may_run": may(request.user, RUN_JOBS),
        "now": timezone.now(),
    }


def _sweep(name: str) -> Sweep:
    sweep = sweeps.get(name)
    if sweep is None:
        raise Http404(name)
    return sweep
