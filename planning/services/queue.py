"""The queue: its policy, its states, scenarios, holds and surveys."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from citymap.accounts.models import User
from citymap.history.context import acting
from citymap.sqlfiles import load_sql
from layers.choices import Condition
from layers.models import Yard
from planning import clustering
from planning.choices import Work
from planning.models import (
    Event,
    ProgrammeVersion,
    ProgrammeYard,
    QueuePolicy,
    QueueSnapshot,
    Scenario,
    YardHold,
    YardSurvey,
)
from planning.queue.scoring import (
    CRITERIA,
    NEVER,
    Goalpost,
    Policy,
    PolicyError,
    Queue,
    movers,
    moves,
    rank,
    stability,
)
from planning.queueinputs import read_yards
from planning.services.errors import NotPossibleNowError, PlanningRefusedError
from planning.services.following import tell_followers

# The policy that the product comes with; the city sets its own in the open.
FIRST_POLICY = Policy(
    weights={"apartments": 40, "complaints": 40, "area_m2": 20},
    goalposts={
        "apartments": Goalpost(20, 600),
        "complaints": Goalpost(0, 30),
        "area_m2": Goalpost(500, 20_000),
    },
)
FIRST_REASON = gettext_noop("The policy that the product comes with")
# Yards of a year's programme where none is published yet.
USUAL_TOP = 70
KEPT_SNAPSHOTS = 60
MAX_REASON = 500


# --- policy -------------------------------------------------------------------------------


@transaction.atomic
def set_policy(*, policy: Policy, reason: str, user: User | None) -> QueuePolicy:
    """Put a policy in force: a new version, with the reason that the public reads."""
    reason = read_reason(reason)
    lock("queue policy")
    highest = QueuePolicy.objects.aggregate(highest=Max("number"))["highest"] or 0
    with acting(user=user, reason=reason):
        return QueuePolicy.objects.create(
            number=highest + 1, reason=reason, made_by=user, **policy_fields(policy)
        )


def policy_in_force() -> QueuePolicy:
    """The newest version; the product's own where the city has set none."""
    found = QueuePolicy.objects.first()
    return found or set_policy(policy=FIRST_POLICY, reason=FIRST_REASON, user=None)


def policy_fields(policy: Policy) -> dict[str, float | Decimal]:
    """Columns of PolicyNumbers."""
    posts = policy.goalposts
    return {
        "weight_apartments": _hundredths(policy.weights["apartments"]),
        "weight_complaints": _hundredths(policy.weights["complaints"]),
        "weight_area": _hundredths(policy.weights["area_m2"]),
        "apartments_low": posts["apartments"].low,
        "apartments_high": posts["apartments"].high,
        "complaints_low": posts["complaints"].low,
        "complaints_high": posts["complaints"].high,
        "area_low_m2": posts["area_m2"].low,
        "area_high_m2": posts["area_m2"].high,
    }


def _hundredths(weight: float) -> Decimal:
    exact = Decimal(str(weight))
    if exact != exact.quantize(Decimal("0.01")):
        raise PolicyError(_("Weights have at most two decimals."))
    return exact


# --- states of the queue ------------------------------------------------------------------


def compute_queue(
    *,
    policy: Policy,
    as_of: dt.date,
    excluded: tuple[int, ...] = (),
    since: dt.date | None = None,
) -> Queue:
    """The queue of all current yards under a policy, complaints as of a day. Writes nothing."""
    return rank(read_yards(as_of=as_of, excluded=excluded, since=since), policy)


@transaction.atomic
def take_snapshot(*, as_of: dt.date) -> QueueSnapshot:
    """Compute the queue under the policy in force and make it the public one.

    The state in force is returned when nothing has changed.
    """
    lock("queue")
    policy = policy_in_force()
    seen = Event.objects.aggregate(highest=Max("id"))["highest"] or 0
    queue = compute_queue(policy=policy.policy, as_of=as_of)
    digest = digest_of(queue, as_of)
    newest = QueueSnapshot.objects.first()
    if newest is not None and (newest.digest, newest.policy_id) == (digest, policy.pk):
        QueueSnapshot.objects.filter(pk=newest.pk).update(seen_event=seen)
        return newest
    snapshot = QueueSnapshot.objects.create(
        policy=policy, as_of=as_of, yards=len(queue.yards), top=_top(), digest=digest,
        seen_event=seen,
    )  # fmt: skip
    _write_rows(snapshot, queue)
    _prune()
    return snapshot


def digest_of(queue: Queue, as_of: dt.date) -> str:
    """Equal for equal policy, day and values."""
    digest = hashlib.sha256(json.dumps(policy_text(queue.policy), sort_keys=True).encode())
    digest.update(as_of.isoformat().encode())
    for part in (
        queue.yards.ids,
        *(queue.yards.values[name] for name in CRITERIA),
        queue.yards.first_complaint,
        queue.order,
        queue.score,
    ):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()


def policy_text(policy: Policy) -> dict:
    """The policy as plain data."""
    return {
        name: [
            float(policy.weights[name]),
            float(policy.goalposts[name].low),
            float(policy.goalposts[name].high),
        ]
        for name in CRITERIA
    }


def _write_rows(snapshot: QueueSnapshot, queue: Queue) -> None:
    """All rows of a state in one statement."""
    order, yards = queue.order, queue.yards
    columns = {
        "yard": yards.ids, "position": queue.position, "score": queue.score,
        **{name: yards.values[name] for name in CRITERIA},
        **{f"scaled_{name}": queue.scaled[name] for name in CRITERIA},
        **{f"points_{name}": queue.points[name] for name in CRITERIA},
        "stability": stability(queue, top=snapshot.top),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql(clustering.__file__, "insert_rows.sql"),
            {
                "snapshot": snapshot.pk,
                "moves": [moves_text(queue, i) for i in order.tolist()],
                "first_complaint": [
                    None if day == NEVER else day for day in yards.first_complaint[order].tolist()
                ],
                **{name: column[order].tolist() for name, column in columns.items()},
            },
        )


def moves_text(queue: Queue, index: int) -> str:
    """What would bring a yard one place up, as JSON."""
    return json.dumps([[move.criterion, move.value] for move in moves(queue, index)])


def _top() -> int:
    """How many yards the first year of the newest published programme has."""
    version = ProgrammeVersion.objects.published().order_by("-published_at").first()
    if version is None:
        return USUAL_TOP
    year = version.programme.first_year
    return ProgrammeYard.objects.filter(version=version, year=year).count() or USUAL_TOP


def _prune() -> None:
    """Forget old states but those that programmes were made from."""
    kept = list(QueueSnapshot.objects.values_list("pk", flat=True)[:KEPT_SNAPSHOTS])
    used = ProgrammeVersion.objects.values("queue")
    QueueSnapshot.objects.exclude(pk__in=kept).exclude(pk__in=used).delete()


# --- scenarios ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A scenario beside the queue in force: who moves, as (yard, place before, place after)."""

    before: Queue
    after: Queue
    moved: tuple[tuple[int, int, int], ...]


@transaction.atomic
def save_scenario(
    *,
    name: str,
    policy: Policy,
    user: User,
    as_of: dt.date | None = None,
    since: dt.date | None = None,
    excluded: tuple[int, ...] = (),
) -> Scenario:
    """Keep a policy to try out, on complaints of a period, without some yards.

    The same by the same person again is the one that is there.
    """
    name = name.strip()
    if as_of and since and since >= as_of:
        raise PlanningRefusedError(_("The period of complaints ends before it begins."))
    if not 0 < len(name) <= 200:
        raise PlanningRefusedError(_("Give the scenario a name of at most 200 characters."))
    lock("queue scenarios")
    made, _new = Scenario.objects.get_or_create(
        name=name, as_of=as_of, since=since, excluded=sorted(set(excluded)), made_by=user,
        **policy_fields(policy),
    )  # fmt: skip
    return made


def compare(*, scenario: Scenario, as_of: dt.date) -> Comparison:
    """What a scenario would change against the policy in force as of a day."""
    before = compute_queue(policy=policy_in_force().policy, as_of=as_of)
    after = scenario_queue(scenario=scenario, as_of=as_of)
    return Comparison(before=before, after=after, moved=tuple(movers(before, after)))


def scenario_queue(*, scenario: Scenario, as_of: dt.date) -> Queue:
    """The queue that a scenario would give."""
    return compute_queue(
        policy=scenario.policy,
        as_of=scenario.as_of or as_of,
        excluded=tuple(scenario.excluded),
        since=scenario.since,
    )


# --- holds and surveys --------------------------------------------------------------------


@transaction.atomic
def hold_yard(*, yard: Yard, reason: str, user: User) -> YardHold:
    """Let a yard wait. Raises NotPossibleNowError when it waits already."""
    reason = read_reason(reason)
    Yard.objects.select_for_update().get(pk=yard.pk)
    if YardHold.objects.active().filter(yard=yard).exists():
        raise NotPossibleNowError(_("This yard is on hold already."))
    with acting(user=user, reason=reason):
        hold = YardHold.objects.create(yard=yard, reason=reason, held_by=user)
    tell_followers(yards=[yard.pk], what="held", stage=f"held {hold.pk}", reason=reason)
    return hold


@transaction.atomic
def release_yard(*, yard: Yard, reason: str, user: User) -> YardHold:
    """End a hold. Raises NotPossibleNowError when there is none."""
    reason = read_reason(reason)
    hold = YardHold.objects.active().select_for_update().filter(yard=yard).first()
    if hold is None:
        raise NotPossibleNowError(_("This yard is not on hold."))
    hold.released_at, hold.released_by = timezone.now(), user
    with acting(user=user, reason=reason):
        hold.save(update_fields=["released_at", "released_by"])
    tell_followers(yards=[yard.pk], what="released", stage=f"released {hold.pk}", reason=reason)
    return hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a survey says; None where nobody looked. amounts: by work, in its unit."""

    condition: Condition
    needs_work: bool
    land_ready: bool | None = None
    demolition: bool | None = None
    network_renewal_due: bool | None = None
    project_ready: bool | None = None
    amounts: Mapping[str, Decimal | int | str] | None = None
    note: str = ""


@transaction.atomic
def record_survey(
    *, yard: Yard, surveyed_on: dt.date, findings: Findings, user: User | None, source: str = ""
) -> YardSurvey:
    """Write down what was found; of one yard and day the later word counts."""
    if surveyed_on > timezone.localdate():
        raise PlanningRefusedError(_("A survey cannot lie in the future."))
    if findings.condition not in Condition.values:
        raise PlanningRefusedError(_("There is no such condition of a yard."))
    survey, _made = YardSurvey.objects.update_or_create(
        yard=yard,
        surveyed_on=surveyed_on,
        defaults={
            "condition": findings.condition,
            "needs_work": findings.needs_work,
            "land_ready": findings.land_ready,
            "demolition": findings.demolition,
            "network_renewal_due": findings.network_renewal_due,
            "project_ready": findings.project_ready,
            "amounts": read_amounts(findings.amounts or {}),
            "note": findings.note.strip()[:500],
            "source": source[:200],
            "made_by": user,
        },
    )
    return survey


def read_amounts(amounts: Mapping[str, Decimal | int | str]) -> dict[str, str]:
    """Amounts of works as text, checked: known works, numbers above 0 and below 10 million."""
    found = {}
    for work, written in amounts.items():
        if work not in Work.values:
            raise PlanningRefusedError(_("There is no work “%(work)s”.") % {"work": work})
        try:
            amount = Decimal(str(written).strip().replace(",", "."))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or not 0 < amount < 10_000_000:
            raise PlanningRefusedError(
                _("“%(amount)s” is no amount of work.") % {"amount": str(written)[:40]}
            )
        found[work] = (
            str(amount.normalize()) if amount != amount.to_integral() else str(int(amount))
        )
    return dict(sorted(found.items()))


def read_reason(reason: str) -> str:
    """A reason without spaces around it. Raises PlanningRefusedError."""
    reason = reason.strip()
    if not 0 < len(reason) <= MAX_REASON:
        raise PlanningRefusedError(
            _("Give a reason of at most %(count)s characters.") % {"count": MAX_REASON}
        )
    return reason


def lock(name: str) -> None:
    """One at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"planning {name}"])
