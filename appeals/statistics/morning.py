"""The akim's and the head's morning: what came, what is late, danger, promises, instructions."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, F, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from appeals import services
from appeals.choices import ContactKind, PromiseState, Urgency
from appeals.errors import AppealError
from appeals.models import Appeal, Contact, Incident, Instruction, Promise
from appeals.models.steps import MAX_REASON
from appeals.permissions import INSTRUCT, INSTRUCTED, MORNING
from citymap.accounts.access import may, requires, visible
from citymap.accounts.models import Organization

TOP_BODIES, TOP_CASES, TOP_GROUPS = 15, 12, 8
PROMISE_DAYS, AHEAD_DAYS = 90, 7
MOST_INSTRUCTIONS = 200


class InstructionForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Number of the appeal"), max_length=20,
        widget=forms.TextInput({"class": "control", "placeholder": "109-2026-000123"}),
    )  # fmt: skip
    due_on = forms.DateField(
        label=gettext_lazy("By"), widget=forms.DateInput({"type": "date", "class": "control"}),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("What is to be done"), max_length=MAX_REASON,
        widget=forms.Textarea({"rows": 2, "class": "control"}),
    )  # fmt: skip


@require_safe
@requires(MORNING)
def page(request: HttpRequest) -> HttpResponse:
    """One look in the morning; `?day=` looks at another day's contacts."""
    now = timezone.now()
    today = timezone.localdate(now)
    day = _day(request.GET.get("day"), today)
    context = {
        "day": day,
        "day_before": day - dt.timedelta(days=1),
        "day_after": day + dt.timedelta(days=1) if day < today else None,
        "came": came(day),
        "week_before": came(day - dt.timedelta(days=7)),
        "groups": came_by_group(day),
        "late": late_bodies(now),
        "late_total": Appeal.objects.real().overdue(now).count(),
        "danger": danger(now),
        "incidents": Incident.objects.lasting().select_related("category", "body")[:TOP_CASES],
        "promises": promises(today),
        "instructions": _instructions(request, open_only=True)[:TOP_CASES],
        "form": InstructionForm() if may(request.user, INSTRUCT) else None,
        "today": today,
    }
    return render(request, "appeals/morning.html", context)


def _day(text: str | None, today: dt.date) -> dt.date:
    """The day asked for, yesterday by default; none that lies ahead."""
    try:
        found = dt.date.fromisoformat(text or "")
    except ValueError:
        return today - dt.timedelta(days=1)
    return min(found, today) if found.year >= 2000 else today


def came(day: dt.date) -> dict[str, int]:
    """Contacts of a local day by what became of them, and appeals registered."""
    begin = timezone.make_aware(dt.datetime.combine(day, dt.time()))
    end = timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))
    found = Contact.objects.real().filter(started_at__gte=begin, started_at__lt=end).aggregate(
        contacts=Count("pk"),
        consultations=Count("pk", filter=Q(kind=ContactKind.CONSULTATION)),
        transfers=Count("pk", filter=Q(kind=ContactKind.TRANSFER)),
    )  # fmt: skip
    appeals = Appeal.objects.real().registered_between(begin, end)
    return found | {"appeals": appeals.count(), "begin": begin, "end": end}


def came_by_group(day: dt.date) -> list[dict[str, Any]]:
    """The day's appeals by group of categories, and the mean of the four weeks before."""
    found = came(day)
    begin, end = found["begin"], found["end"]
    before = begin - dt.timedelta(days=28)
    rows = (
        Appeal.objects.real().registered_between(before, end).order_by()
        .values("category__parent", "category__parent__name_ru", "category__parent__name_kk",
                "category__parent__name_en")
        .annotate(
            that_day=Count("pk", filter=Q(registered_at__gte=begin)),
            weeks=Count("pk", filter=Q(registered_at__lt=begin)),
        )
        .filter(that_day__gt=0).order_by("-that_day", "category__parent")[:TOP_GROUPS]
    )  # fmt: skip
    return [
        {
            "key": row["category__parent"],
            "names": {code: row[f"category__parent__name_{code}"] for code in ("ru", "kk", "en")},
            "count": row["that_day"],
            "usual": row["weeks"] / 28,
            "unusual": row["that_day"] >= 5 and row["that_day"] > 2 * row["weeks"] / 28,
        }
        for row in rows
    ]


def late_bodies(now: dt.datetime) -> list[dict[str, Any]]:
    """Whose appeals are overdue, most first, and how old the oldest is."""
    rows = (
        Appeal.objects.real().overdue(now).order_by().values("executor")
        .annotate(count=Count("pk"), oldest=Min("due_at"),
                  dangerous=Count("pk", filter=Q(urgency=Urgency.DANGER)))
        .order_by("-count", "executor")[:TOP_BODIES]
    )  # fmt: skip
    bodies = Organization.objects.in_bulk([row["executor"] for row in rows if row["executor"]])
    return [
        row | {"body": bodies.get(row["executor"]), "days": max(1, (now - row["oldest"]).days)}
        for row in rows
    ]


def danger(now: dt.datetime) -> list[Appeal]:
    """Open appeals that are dangerous to people and not reported done, oldest first."""
    return list(
        Appeal.objects.real().running().filter(urgency=Urgency.DANGER)
        .select_related("category", "executor").order_by("registered_at", "pk")[:TOP_CASES]
    )  # fmt: skip


def promises(today: dt.date) -> dict[str, Any]:
    """Kept and broken in the last three months, by body; and what falls due this week."""
    since = timezone.make_aware(
        dt.datetime.combine(today - dt.timedelta(days=PROMISE_DAYS), dt.time())
    )
    kept = Count("pk", filter=Q(state=PromiseState.KEPT))
    broken = Count("pk", filter=Q(state=PromiseState.BROKEN))
    decided = Promise.objects.filter(
        decided_at__gte=since, state__in=[PromiseState.KEPT, PromiseState.BROKEN],
        appeal__practice=False,
    ).order_by()  # fmt: skip
    rows = list(
        decided.values("body").annotate(kept=kept, broken=broken)
        .order_by(F("broken").desc(), "body")[:TOP_BODIES]
    )  # fmt: skip
    bodies = Organization.objects.in_bulk([row["body"] for row in rows])
    ahead = Promise.objects.filter(
        state=PromiseState.OPEN, due_on__range=(today, today + dt.timedelta(days=AHEAD_DAYS)),
        appeal__practice=False,
    )  # fmt: skip
    total = decided.aggregate(kept=kept, broken=broken)
    both = total["kept"] + total["broken"]
    return total | {
        "share": 100 * total["kept"] / both if both else None,
        "bodies": [
            row | {"title": bodies[row["body"]].title,
                   "share": 100 * row["kept"] / (row["kept"] + row["broken"])}
            for row in rows
        ],
        "ahead": ahead.select_related("appeal__category", "body").order_by("due_on", "pk")[
            :TOP_CASES
        ],
    }  # fmt: skip


# --- instructions -----------------------------------------------------------------------------
def _instructions(request: HttpRequest, *, open_only: bool):
    found = visible(
        Instruction.objects.select_related("appeal__category", "body", "given_by"),
        request.user, INSTRUCTED,
    )  # fmt: skip
    if open_only:
        found = found.filter(done_at__isnull=True)
    return found.order_by(F("done_at").desc(nulls_first=True), "due_on", "pk")


@require_safe
@requires(INSTRUCTED)
def instructions(request: HttpRequest) -> HttpResponse:
    """Instructions that concern the reader: open ones first, by their term."""
    return _listed(request, InstructionForm() if may(request.user, INSTRUCT) else None)


def _listed(request: HttpRequest, form: InstructionForm | None, status: int = 200) -> HttpResponse:
    context = {
        "instructions": _instructions(request, open_only=False)[:MOST_INSTRUCTIONS],
        "form": form,
        "today": timezone.localdate(),
    }
    return render(request, "appeals/instructions.html", context, status=status)


@require_POST
@requires(INSTRUCT)
def give(request: HttpRequest) -> HttpResponse:
    """Give an instruction about an appeal to its executor."""
    form = InstructionForm(request.POST)
    if not form.is_valid():
        return _listed(request, form, status=400)
    values = form.cleaned_data
    appeal = Appeal.objects.real().filter(number=values["number"].strip()).first()
    if appeal is None:
        form.add_error("number", _("There is no appeal with this number."))
        return _listed(request, form, status=400)
    try:
        services.instruct(
            appeal=appeal, user=request.user, text=values["text"], due_on=values["due_on"]
        )
    except AppealError as error:
        field = getattr(error, "field", None)
        form.add_error(field if field in form.fields else None, str(error))
        return _listed(request, form, status=400)
    messages.success(request, _("The instruction was given; the organisation is told."))
    return redirect("statistics:instructions")


@require_POST
@requires(INSTRUCTED)
def done(request: HttpRequest, instruction: int) -> HttpResponse:
    """The body says what it did."""
    found = get_object_or_404(
        visible(Instruction.objects.all(), request.user, INSTRUCTED), pk=instruction
    )
    try:
        services.finish_instruction(
            instruction=found, user=request.user, note=request.POST.get("note", "")
        )
    except AppealError as error:
        messages.error(request, str(error))
        return _listed(request, None, status=400)
    messages.success(request, _("The instruction is done."))
    return redirect("statistics:instructions")
