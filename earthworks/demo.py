"""The demo's orders and repairs: three years along the networks, late contractors, winter digs.

Made by the same rules as real ones and taken through every state, in sets: the triggers that
guard the states see each step. Same seed, same works, counted from the day of the first load.
"""

import datetime as dt
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import LineString, Point
from django.db import connection, transaction
from django.utils import timezone

from citymap.accounts.choices import Role
from citymap.accounts.models import Organization, User
from citymap.demo import DemoOptions, DemoPart, register_demo
from citymap.history.context import acting
from earthworks.choices import (
    DamagedSurface,
    Duty,
    Method,
    OrderKind,
    OrderState,
    PhotoStage,
    WorkKind,
)
from earthworks.deadlines import (
    Permit,
    Rules,
    due_at,
    guarantee_until,
    last_winter,
    restoration_due,
)
from earthworks.demo_extras import add_extras, broken_pipes, name_places
from earthworks.demo_outages import make_network_repairs, make_outages
from earthworks.demo_papers import add_papers, pictures
from earthworks.demo_repairs import SOURCE, YEARS, bodies, make_repairs
from earthworks.errors import BadDigError
from earthworks.models import (
    Acceptance,
    ClaimPolicy,
    Deadline,
    Extension,
    Numbering,
    Order,
    RepairWork,
)
from earthworks.rules import current_rules
from earthworks.shapes import trench
from layers.choices import NetworkKind
from layers.models import NetworkSegment

ORDERS_A_YEAR, REPAIRS_A_YEAR = 240, 60
SPACE = uuid.UUID("6b5c3c0e-0f1c-4d0a-9a3e-109010901090")
_DAY = dt.timedelta(days=1)
# Share of the digs that follow breakages.
BROKEN = 0.3
# Contractor -> how often it is late.
CONTRACTORS = {"build1": 0.05, "build2": 0.08, "build3": 0.35, "build4": 0.1, "build5": 0.3}
HOLDERS = {
    NetworkKind.HEAT: "heat", NetworkKind.WATER: "water", NetworkKind.SEWER: "water",
    NetworkKind.STORM_DRAIN: "storm", NetworkKind.GAS: "gas", NetworkKind.POWER: "power",
    NetworkKind.TELECOM: "telecom",
}  # fmt: skip
REASONS = ("Задержка поставки труб", "Затяжные дожди", "Обнаружен неучтённый кабель")


@dataclass
class Life:
    """An order and what became of it by the day of the load."""

    order: Order
    state: OrderState
    deadlines: list[Deadline] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Dig:
    """Where and when to dig. at: metres along the pipe where it broke; None: anywhere."""

    pipe: NetworkSegment
    begins_on: dt.date
    at: float | None = None


def load_works(options: DemoOptions, say: Callable[[str], Any]) -> None:
    """The works part of `loaddemo`; nothing changes where it ran before."""
    name_police()
    if Order.objects.exists() or RepairWork.objects.exists():
        say("works: kept")
        return
    chance = random.Random(options.seed)
    today = timezone.localdate()
    with acting(reason="demo"), transaction.atomic():
        lives = list(make_lives(chance, today, ORDERS_A_YEAR * YEARS * options.scale))
        name_places(life.order for life in lives)
        write(lives)
        extras = add_extras(chance, today, lives[0].order.created_by) if lives else {}
        repairs = make_repairs(chance, today, REPAIRS_A_YEAR * YEARS * options.scale)
        repairs += make_network_repairs(options.seed, today, options.scale)
        extras |= add_papers(list(_latest(lives, today)))
        extras["outages"] = make_outages(options.seed, timezone.localtime(), options.scale)
    states = Counter(str(life.state) for life in lives)
    say(f"orders: {', '.join(f'{name} {count}' for name, count in sorted(states.items()))}")
    say(f"{', '.join(f'{name}: {count}' for name, count in extras.items())}")
    say(f"repairs: {repairs}")


def _latest(lives: list[Life], today: dt.date) -> Iterator[Order]:
    """The orders whose papers are kept: applied for in the last half year."""
    since = _moment(today, 0) - 180 * _DAY
    for life in lives:
        if life.state != OrderState.DRAFT and life.order.applied_at >= since:
            yield life.order


def name_police() -> None:
    """The demo's police department is the addressee of notices."""
    police = Organization.objects.filter(source=SOURCE, source_id="police").first()
    if police is not None:
        ClaimPolicy.objects.filter(police=None).update(police=police)


# --- orders -------------------------------------------------------------------------------
def make_lives(chance: random.Random, today: dt.date, count: int) -> Iterator[Life]:
    """Orders along networks, earliest first; the same for the same seed and city."""
    pipes = list(
        NetworkSegment.objects.current()
        .filter(kind__in=list(HOLDERS), length_m__gte=10)
        .order_by("source", "source_id")
        .only("kind", "geom", "owner")[:5000]
    )
    known = bodies(*HOLDERS.values(), *CONTRACTORS)
    user = User.objects.filter(roles__contains=[Role.WORKS]).order_by("pk").first()
    if not pipes or not known or user is None:
        return
    rules = current_rules()
    # Some digs follow breakages that residents told of, the rest lie along any pipe.
    digs = [
        Dig(pipe=pipe, begins_on=day, at=at)
        for pipe, at, day in broken_pipes(chance, int(count * BROKEN))
        if day <= today
    ]
    while len(digs) < count:
        begins_on = today - chance.randint(-30, 365 * YEARS) * _DAY
        digs.append(Dig(pipe=chance.choice(pipes), begins_on=begins_on))
    serials: Counter[int] = Counter()
    for dig in sorted(digs, key=lambda dig: dig.begins_on):
        life = _life(chance, dig, today, known, user, rules)
        if life is None:
            continue
        if life.state != OrderState.DRAFT:
            year = timezone.localdate(life.order.applied_at).year
            serials[year] += 1
            life.order.year, life.order.serial = year, serials[year]
        yield life
    Numbering.objects.bulk_create(
        Numbering(series="order", year=year, last=last) for year, last in sorted(serials.items())
    )


def _life(
    chance: random.Random,
    dig: Dig,
    today: dt.date,
    known: dict[str, Organization],
    user: User,
    rules: Rules,
) -> Life | None:
    """One order; None where no trench can be drawn."""
    contractor = chance.choice(sorted(CONTRACTORS))
    length, width = chance.uniform(8, 40), chance.choice([1.0, 1.5, 2.0, 2.5])
    pipe, begins_on = dig.pipe, dig.begins_on
    at = chance.uniform(0, max(pipe.geom.length - length, 0))
    if dig.at is not None:
        at = min(max(dig.at - length / 2, 0), max(pipe.geom.length - length, 0))
    ends_on = begins_on + chance.randint(7, 28) * _DAY
    winter = last_winter(begins_on, ends_on, rules) is not None
    try:
        geom = trench(_stretch(pipe.geom, at, at + length), width)
    except BadDigError:
        return None
    holder = known.get(HOLDERS[pipe.kind])
    if holder is None or contractor not in known:
        return None
    at_nine = _moment(begins_on, 9)
    urgent = winter or dig.at is not None or chance.random() < 0.2
    ahead = begins_on > today  # Tomorrow's emergencies are not known; in winter is drilled.
    order = Order(
        kind=OrderKind.EMERGENCY if urgent and not ahead else OrderKind.PLANNED,
        network_kind=pipe.kind,
        work=WorkKind.REPAIR if winter else chance.choice([WorkKind.REPAIR, WorkKind.REPLACEMENT]),
        method=Method.DIRECTIONAL_DRILLING if winter and ahead else Method.OPEN_CUT,
        holder=holder,
        contractor=known[contractor],
        geom=geom,
        area_road_m2=round(geom.area * chance.choice([0, 0.3, 0.6]), 1),
        area_lawn_m2=round(geom.area * 0.4, 1),
        begins_on=begins_on,
        ends_on=ends_on,
        until_on=ends_on,
        applied_at=at_nine - 7 * _DAY,
        request_key=uuid.uuid5(SPACE, f"{chance.random()}"),
        created_by=user,
    )
    if order.kind == OrderKind.EMERGENCY:
        order.dug_at, order.applied_at = at_nine, at_nine + _DAY
    life = Life(order=order, state=OrderState.DRAFT)
    _live(chance, life, today, CONTRACTORS[contractor], user, rules)
    return life


def _live(
    chance: random.Random, life: Life, today: dt.date, lateness: float, user: User, rules: Rules
) -> None:
    """Take an order as far as it has come by today."""
    order, now = life.order, _moment(today, 0)
    if order.applied_at > now:
        return
    life.state = OrderState.APPROVING
    issued_at = order.applied_at + (1 if order.kind == OrderKind.EMERGENCY else 4) * _DAY
    if issued_at > now:
        return
    life.state, order.issued_at = OrderState.ISSUED, issued_at
    order.official, order.official_post = user, user.post
    _due(life, rules, issued_at, interim=False)
    if order.begins_on > today:
        return
    late = chance.random() < lateness
    life.state, order.started_at = OrderState.IN_PROGRESS, _moment(order.begins_on, 10)
    done_at = _moment(order.ends_on, 12) - 2 * _DAY
    if not late and chance.random() < 0.15 and done_at < now:
        _extend(chance, life, rules, user)
        done_at = _moment(order.until_on, 12) - 2 * _DAY
    if late:
        done_at += chance.randint(3, 40) * _DAY
    if done_at > now:
        return
    life.state, order.works_done_at = OrderState.WORKS_DONE, done_at
    interim_at = done_at + _DAY
    if life.deadlines[-1].duty == Duty.INTERIM:
        if interim_at > now:
            return
        life.state, order.restored_interim_at = OrderState.RESTORED_INTERIM, interim_at
        _due(life, rules, interim_at, interim=True)
        restored_at = _moment(life.deadlines[-1].on, 12) - chance.randint(1, 20) * _DAY
        restored_at += (chance.randint(25, 80) if late else 0) * _DAY
    else:
        restored_at = done_at + _DAY
    # Some of the last months are not put back at all: they are what claims are for.
    forgotten = late and restored_at > now - 200 * _DAY and chance.random() < 0.4
    if restored_at > now or forgotten:
        return
    life.state, order.restored_at = OrderState.RESTORED, restored_at
    order.guarantee_until = guarantee_until(timezone.localdate(restored_at), rules)
    if restored_at + 5 * _DAY <= now:
        life.state, order.closed_at = OrderState.CLOSED, restored_at + 5 * _DAY


def _due(life: Life, rules: Rules, now: dt.datetime, *, interim: bool) -> None:
    """The next version of the deadline, when it changes."""
    order = life.order
    due = restoration_due(
        Permit(
            begins_on=order.begins_on, ends_on=order.until_on, interim_done=interim,
            extended=order.extensions_count,
        ),
        rules,
    )  # fmt: skip
    version = len(life.deadlines) + 1
    order.deadline_version = version
    life.deadlines.append(
        Deadline(
            version=version, duty=due.duty, on=due.on, at=due_at(due.on, rules.zone),
            basis=due.basis, final_on=due.final_on, set_at=now,
        )
    )  # fmt: skip


def _extend(chance: random.Random, life: Life, rules: Rules, user: User) -> None:
    order = life.order
    made_at = _moment(order.until_on, 11) - 3 * _DAY
    old, order.until_on = order.until_on, order.until_on + chance.randint(10, 30) * _DAY
    order.extensions_count = 1
    _due(life, rules, made_at, interim=False)
    life.extensions.append(
        Extension(
            number=1, version=order.deadline_version, old_until=old, new_until=order.until_on,
            reason=chance.choice(REASONS), allowed_by=user, made_at=made_at,
        )
    )  # fmt: skip


def _stretch(line: LineString, start_m: float, end_m: float) -> LineString:
    """The part of a line between two distances from its beginning."""
    ends = [line.interpolate(start_m), line.interpolate(min(end_m, line.length))]
    within = [
        point for point in line.coords
        if start_m < line.project(Point(point, srid=line.srid)) < end_m
    ]  # fmt: skip
    return LineString([ends[0].coords, *within, ends[1].coords], srid=line.srid)


def _moment(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), tzinfo=timezone.get_default_timezone())


# --- into the tables ----------------------------------------------------------------------
# Each step that the state trigger allows, for all orders that have come so far.
_PATH = (
    OrderState.APPLIED, OrderState.APPROVING, OrderState.ISSUED, OrderState.IN_PROGRESS,
    OrderState.WORKS_DONE, OrderState.RESTORED_INTERIM, OrderState.RESTORED, OrderState.CLOSED,
)  # fmt: skip


def write(lives: list[Life]) -> None:
    """Write orders as drafts and take them through their states, in sets."""
    Order.objects.bulk_create([life.order for life in lives], batch_size=500)
    for life in lives:
        for row in (*life.deadlines, *life.extensions):
            row.order = life.order
    Deadline.objects.bulk_create(row for life in lives for row in life.deadlines)
    Extension.objects.bulk_create(row for life in lives for row in life.extensions)
    _accept(lives)
    for state in _PATH:
        keys = [life.order.pk for life in lives if _has_passed(life, state)]
        if state in (OrderState.ISSUED, OrderState.RESTORED_INTERIM):
            _with_deadline(state, keys)
        else:
            Order.objects.filter(pk__in=keys).update(**_changes(state))


def _has_passed(life: Life, state: OrderState) -> bool:
    if state == OrderState.RESTORED_INTERIM:
        return life.order.restored_interim_at is not None
    return life.state in _PATH and _PATH.index(life.state) >= _PATH.index(state)


def _changes(state: OrderState) -> dict[str, Any]:
    if state != OrderState.RESTORED:
        return {"state": state}
    nothing = {"due_at": None, "due_on": None, "final_on": None, "duty": "", "basis": ""}
    return {"state": state, **nothing}


def _with_deadline(state: OrderState, keys: list[int]) -> None:
    """The step together with the order's present deadline."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE earthworks_order o SET state = %s, due_at = d.at, due_on = d.on,"
            " duty = d.duty, basis = d.basis, final_on = d.final_on"
            " FROM earthworks_deadline d"
            " WHERE d.order_id = o.id AND d.version = o.deadline_version AND o.id = ANY(%s)",
            [state, keys],
        )


def _accept(lives: list[Life]) -> None:
    """What inspectors accepted, with a picture that stands for all of its stage."""
    inspector = User.objects.filter(roles__contains=[Role.INSPECTOR]).order_by("pk").first()
    if inspector is None:
        return
    done = [
        (life, moment, duty)
        for life in lives
        for moment, duty in (
            (life.order.restored_interim_at, Duty.INTERIM),
            (life.order.restored_at, Duty.PERMANENT),
        )
        if moment is not None
    ]
    photos = pictures(
        [
            (life.order, PhotoStage.INTERIM if duty == Duty.INTERIM else PhotoStage.AFTER, moment)
            for life, moment, duty in done
        ],
        inspector,
    )
    Acceptance.objects.bulk_create(
        Acceptance(
            order=life.order, duty=duty, accepted=True, inspected_at=moment, inspector=inspector,
            geom=life.order.geom.centroid, photo=photo,
            **{f"area_{one}_m2": life.order.areas_m2[one] for one in DamagedSurface},
        )
        for (life, moment, duty), photo in zip(done, photos, strict=True)
    )  # fmt: skip


register_demo(DemoPart(name="works", load=load_works, order=60))
