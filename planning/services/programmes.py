"""Programmes: drafted from the queue, chosen within budgets, adjusted, published, revised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from citymap.accounts.models import User
from citymap.history.context import acting
from layers.models import Territory, Yard
from planning.choices import ChosenBy
from planning.models import (
    Programme,
    ProgrammeVersion,
    ProgrammeYard,
    QueueRow,
    QueueSnapshot,
)
from planning.programme.costs import total
from planning.programme.exact import NoChoiceError, choose_exactly
from planning.programme.greedy import choose_greedily
from planning.programme.problem import Choice, Fault, ProblemError
from planning.services.candidates import costs_of, problem_of
from planning.services.errors import NotPossibleNowError, PlanningRefusedError
from planning.services.following import tell_followers
from planning.services.queue import read_reason, take_snapshot

MAX_YEARS = 10
SOLVER_SECONDS = 8.0


# --- drafts -------------------------------------------------------------------------------


@transaction.atomic
def start_programme(
    *,
    name: str,
    first_year: int,
    budgets: Sequence[int],
    reason: str,
    user: User,
    least_shares: Mapping[int, int] | None = None,
    by_quarter: bool = False,
    budget_source: str = "",
) -> ProgrammeVersion:
    """A new programme with an empty draft on today's queue.

    budgets: whole tenge by year. least_shares: territory -> hundredths of what is spent.
    """
    name = name.strip()
    if not 0 < len(name) <= 200:
        raise PlanningRefusedError(_("Give the programme a name of at most 200 characters."))
    if not 2000 <= first_year <= 2100:
        raise PlanningRefusedError(_("The first year is between 2000 and 2100."))
    with acting(user=user, reason=reason):
        programme = Programme.objects.create(name=name, first_year=first_year, made_by=user)
        return _draft(
            programme,
            number=1,
            budgets=_read_budgets(budgets),
            reason=read_reason(reason),
            user=user,
            least_shares={str(key): value for key, value in (least_shares or {}).items()},
            by_quarter=by_quarter,
            budget_source=budget_source.strip()[:200],
        )


@transaction.atomic
def revise_programme(
    *, programme: Programme, budgets: Sequence[int], reason: str, user: User
) -> ProgrammeVersion:
    """A new draft that begins as the version in force. Raises NotPossibleNowError."""
    reason = read_reason(reason)
    Programme.objects.select_for_update().get(pk=programme.pk)
    if programme.versions.drafts().exists():
        raise NotPossibleNowError(_("This programme has a draft already."))
    last = programme.versions.published().order_by("-number").first()
    if last is None:
        raise NotPossibleNowError(_("This programme has not been published yet."))
    highest = programme.versions.aggregate(highest=Max("number"))["highest"]
    with acting(user=user, reason=reason):
        draft = _draft(
            programme,
            number=highest + 1,
            budgets=_read_budgets(budgets),
            reason=reason,
            user=user,
            least_shares=last.least_shares,
            by_quarter=last.by_quarter,
            budget_source=last.budget_source,
        )
        copies = [_copy_of(row, draft) for row in last.rows.order_by("id")]
        ProgrammeYard.objects.bulk_create(copies)
    return draft


def _draft(programme: Programme, *, user: User, **fields) -> ProgrammeVersion:
    queue = QueueSnapshot.objects.first() or take_snapshot(as_of=timezone.localdate())
    return ProgrammeVersion.objects.create(programme=programme, queue=queue, made_by=user, **fields)


def _copy_of(row: ProgrammeYard, version: ProgrammeVersion) -> ProgrammeYard:
    fields = ("yard_id", "year", "cost", "score", "position", "chosen_by", "reason")
    return ProgrammeYard(version=version, **{name: getattr(row, name) for name in fields})


def _read_budgets(budgets: Sequence[int]) -> list[int]:
    if not 1 <= len(budgets) <= MAX_YEARS:
        raise PlanningRefusedError(_("A programme has one to ten years."))
    if any(not 0 <= budget <= 10**13 for budget in budgets):
        raise PlanningRefusedError(_("A budget is a whole number of tenge, not negative."))
    return list(budgets)


# --- choosing -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The best choice and the greedy one side by side; `gap`: see programme.exact.Solution."""

    exact: Choice
    gap: float
    greedy: Choice


def propose(*, version: ProgrammeVersion) -> Choices:
    """Both choices for a draft; yards put in by hand stay where they are. Writes nothing.

    Raises PlanningRefusedError when the budgets cannot hold what was put in by hand, or no
    choice keeps the districts' shares.
    """
    try:
        problem = problem_of(version)
        solution = choose_exactly(problem, seconds=SOLVER_SECONDS)
    except ProblemError as error:
        raise PlanningRefusedError(
            _("The programme cannot be chosen: %(why)s.") % {"why": error}
        ) from error
    except NoChoiceError as error:
        raise PlanningRefusedError(
            _("No choice keeps all rules: %(why)s.") % {"why": error}
        ) from error
    return Choices(exact=solution.choice, gap=solution.gap, greedy=choose_greedily(problem))


@transaction.atomic
def fill_draft(*, version: ProgrammeVersion, method: ChosenBy, user: User) -> Choices:
    """Take the yards of a choice (`exact` or `greedy`) into the draft; those by hand stay.

    Takes seconds. Whoever asks again meanwhile is told so at once (NotPossibleNowError).
    """
    version = _open_draft(version, wait=False)
    choices = propose(version=version)
    choice = choices.exact if method == ChosenBy.EXACT else choices.greedy
    if faults := choice.faults():
        raise PlanningRefusedError(
            _("No choice keeps all rules: %(why)s.")
            % {"why": "; ".join(fault_words(faults, version))}
        )
    by_hand = set(version.rows.filter(chosen_by=ChosenBy.HAND).values_list("yard_id", flat=True))
    chosen = {
        yard: version.programme.first_year + year
        for one, year in choice.chosen()
        for yard in one.yards
        if yard not in by_hand
    }
    with acting(user=user, reason=version.reason):
        version.rows.exclude(chosen_by=ChosenBy.HAND).delete()
        _add(version, chosen, chosen_by=method, reason="")
        version.gap = choices.gap if method == ChosenBy.EXACT else None
        version.save(update_fields=["gap"])
    return choices


def fault_words(faults: Sequence[Fault], version: ProgrammeVersion) -> list[str]:
    """Rules that a choice for a version breaks, in words."""
    names = {str(one.pk): one.name for one in Territory.objects.filter(pk__in=version.least_shares)}
    found = []
    for fault in faults:
        if fault.kind == "over_budget":
            year = version.programme.first_year + (fault.year or 0)
            found.append(_("%(year)s is over its budget") % {"year": year})
        elif fault.kind == "share":
            district = names.get(fault.key, fault.key)
            found.append(_("%(district)s gets less than its share") % {"district": district})
        elif fault.kind == "held":
            found.append(_("a yard that must wait was chosen"))
        else:
            found.append(_("a yard that was put in by hand is in another year"))
    return found


# --- by hand ------------------------------------------------------------------------------


@transaction.atomic
def put_yard(
    *, version: ProgrammeVersion, yard: Yard, year: int, reason: str, user: User
) -> ProgrammeYard:
    """Take a yard into a draft by hand, for a year. Over the budget it cannot go."""
    version, reason = _open_draft(version), read_reason(reason)
    if not 0 <= year - version.programme.first_year < len(version.budgets):
        raise PlanningRefusedError(_("The programme has no such year."))
    with acting(user=user, reason=reason):
        version.rows.filter(yard=yard).delete()
        (row,) = _add(version, {yard.pk: year}, chosen_by=ChosenBy.HAND, reason=reason)
        _no_longer_proved(version)
    _refuse_over_budget(version)
    return row


@transaction.atomic
def take_out_yard(*, version: ProgrammeVersion, yard: Yard, reason: str, user: User) -> None:
    """Take a yard out of a draft."""
    version, reason = _open_draft(version), read_reason(reason)
    with acting(user=user, reason=reason):
        removed, _rows = version.rows.filter(yard=yard).delete()
        _no_longer_proved(version)
    if not removed:
        raise NotPossibleNowError(_("This yard is not in the programme."))


def _no_longer_proved(version: ProgrammeVersion) -> None:
    version.gap = None
    version.save(update_fields=["gap"])


def _add(
    version: ProgrammeVersion, years: Mapping[int, int], *, chosen_by: ChosenBy, reason: str
) -> list[ProgrammeYard]:
    places = {
        row.yard_id: row
        for row in QueueRow.objects.filter(snapshot=version.queue, yard__in=years).order_by()
    }
    if strangers := set(years) - set(places):
        raise PlanningRefusedError(
            _("These yards are not in the queue: %(yards)s.") % {"yards": sorted(strangers)}
        )
    costs = costs_of(list(years))
    return ProgrammeYard.objects.bulk_create(
        ProgrammeYard(
            version=version,
            yard_id=yard,
            year=year,
            cost=total(costs[yard]),
            score=places[yard].score,
            position=places[yard].position,
            chosen_by=chosen_by,
            reason=reason,
        )
        for yard, year in sorted(years.items())
    )


# --- publishing ---------------------------------------------------------------------------


@transaction.atomic
def publish_version(*, version: ProgrammeVersion, user: User) -> ProgrammeVersion:
    """Freeze a draft for ever and show it to all. Raises when it is empty or over budget."""
    version = _open_draft(version)
    if not version.rows.exists():
        raise PlanningRefusedError(_("There is no yard in this draft yet."))
    _refuse_over_budget(version)
    version.published_at, version.published_by = timezone.now(), user
    with acting(user=user, reason=version.reason):
        version.save(update_fields=["published_at", "published_by"])
    _tell_followers(version)
    return version


def _tell_followers(version: ProgrammeVersion) -> None:
    """Who follows a yard that came, went or moved to another year."""
    published = version.programme.versions.published()
    before = published.filter(number__lt=version.number).order_by("-number").first()
    old = dict(before.rows.values_list("yard_id", "year")) if before else {}
    new = dict(version.rows.values_list("yard_id", "year"))
    stage, reason = f"version {version.pk}", version.reason
    for year in sorted(set(new.values())):
        yards = [yard for yard, its in new.items() if its == year and old.get(yard) != year]
        tell_followers(yards=yards, what="planned", stage=stage, year=year, reason=reason)
    tell_followers(yards=set(old) - set(new), what="dropped", stage=stage, reason=reason)


def _open_draft(version: ProgrammeVersion, *, wait: bool = True) -> ProgrammeVersion:
    """The draft, locked. Raises NotPossibleNowError when it was published meanwhile, or when it
    is not to be waited for somebody who changes it just now."""
    found = (
        ProgrammeVersion.objects.select_for_update(of=("self",), skip_locked=not wait)
        .select_related("programme", "queue")
        .filter(pk=version.pk)
        .first()
    )
    if found is None:
        raise NotPossibleNowError(
            _("This draft is being chosen or changed just now. Look again in some seconds.")
        )
    if found.published_at is not None:
        raise NotPossibleNowError(
            _("This version was published and is frozen. Make a revision of the programme.")
        )
    return found


def _refuse_over_budget(version: ProgrammeVersion) -> None:
    for year, (spent, budget) in spending(version).items():
        if spent > budget:
            raise PlanningRefusedError(
                _("%(year)s: %(spent)s tenge are more than the budget of %(budget)s.")
                % {
                    "year": year,
                    "spent": number_format(spent, force_grouping=True),
                    "budget": number_format(budget, force_grouping=True),
                }
            )


def spending(version: ProgrammeVersion) -> dict[int, tuple[int, int]]:
    """Year -> (spent, budget), tenge."""
    first = version.programme.first_year
    spent = dict.fromkeys(range(first, first + len(version.budgets)), 0)
    for year, cost in version.rows.values_list("year", "cost"):
        spent[year] = spent.get(year, 0) + cost
    return {
        year: (cost, version.budgets[year - first] if year - first < len(version.budgets) else 0)
        for year, cost in sorted(spent.items())
    }


# --- what changed -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A yard that is other in two versions; None where a version does not have it."""

    yard: int
    before: ProgrammeYard | None
    after: ProgrammeYard | None

    @property
    def kind(self) -> str:
        """added, removed, moved (to another year) or repriced."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "moved" if self.before.year != self.after.year else "repriced"


def differences(*, before: ProgrammeVersion, after: ProgrammeVersion) -> list[Difference]:
    """What a later version changed, by yard."""
    old = {row.yard_id: row for row in before.rows.all()}
    new = {row.yard_id: row for row in after.rows.all()}
    return [
        Difference(yard=yard, before=old.get(yard), after=new.get(yard))
        for yard in sorted({*old, *new})
        if _essence(old.get(yard)) != _essence(new.get(yard))
    ]


def _essence(row: ProgrammeYard | None) -> tuple[int, int] | None:
    return None if row is None else (row.year, row.cost)
