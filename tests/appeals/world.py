"""A small city for tests of appeals: two bodies, people of every role, a house, a way through."""

import datetime as dt
import io
import itertools
import uuid
from zoneinfo import ZoneInfo

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from PIL import Image

from appeals import services
from appeals.choices import CallResult, Evidence, Outcome, PhotoKind
from appeals.errors import GuardError
from appeals.models import Appeal, Category
from appeals.where import place_of
from citymap.accounts.choices import OrganizationKind, Role
from citymap.accounts.models import Organization, User
from citymap.geo import city_point, city_srid
from citymap.personal.models import Person
from citymap.personal.services import save_person
from layers.models import Building

ALMATY = ZoneInfo("Asia/Almaty")
# A Monday without holidays near it.
MONDAY = dt.datetime(2026, 11, 23, 10, 0, tzinfo=ALMATY)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
REPLY = (
    "23 ноября 2026 года бригада Иванова И.И. устранила порыв и заменила участок трубы, "
    "подача тепла восстановлена."
)
_numbers = itertools.count(1)


class World:
    """Bodies, users by role, categories by code; and appeals at any point of their way."""

    def __init__(self) -> None:
        self.body = self.make_body("Тепло")
        self.other_body = self.make_body("Вода")
        self.users = {
            role: User.objects.create_user(
                f"{role.value}{next(_numbers)}", roles=[role.value], whole_city=True
            )
            for role in Role
        }
        self.users[Role.EXECUTOR].organization = self.body
        self.users[Role.EXECUTOR].save()
        self.stranger = User.objects.create_user(
            f"stranger{next(_numbers)}", roles=[Role.EXECUTOR.value], organization=self.other_body
        )
        self.origin = city_point(69.15, 54.87)

    def make_body(self, name: str) -> Organization:
        return Organization.objects.create(
            kind=OrganizationKind.UTILITY, name=f"{name} {next(_numbers)}"
        )

    def __getattr__(self, name: str) -> User:
        """`world.operator`: the user of a role."""
        try:
            return self.__dict__["users"][Role(name)]
        except (KeyError, ValueError) as error:
            raise AttributeError(name) from error

    def category(self, code: str = "HEAT-NONE") -> Category:
        return Category.objects.get(code=code)

    def person(self, phone: str = "") -> Person:
        number = next(_numbers)
        return save_person(name=f"Заявитель {number}", phones=[phone or f"+7701{number:07d}"])

    def at(self, east_m: float = 0.0, north_m: float = 0.0) -> Point:
        return Point(self.origin.x + east_m, self.origin.y + north_m, srid=city_srid())

    def house(self, east_m: float = 0.0, north_m: float = 0.0, side_m: float = 20.0) -> Building:
        x, y = self.origin.x + east_m, self.origin.y + north_m
        square = Polygon.from_bbox((x, y, x + side_m, y + side_m))
        return Building.objects.create(
            source="manual", source_id=uuid.uuid4().hex, valid_from=dt.date(2020, 1, 1),
            geom=MultiPolygon(square, srid=city_srid()),
        )  # fmt: skip

    # --- on the way -------------------------------------------------------------------
    def register(self, **values) -> Appeal:
        values = {
            "user": self.operator, "category": self.category(), "text": "Нет отопления",
            "where": place_of(geom=self.at()), "language": "ru", "now": MONDAY,
        } | values  # fmt: skip
        if "applicants" not in values:
            values["applicants"] = [self.person()]
        return services.register(**values)

    def assigned(self, **values) -> Appeal:
        appeal = self.register(**values)
        return services.assign(appeal=appeal, body=self.body, user=self.operator, now=MONDAY)

    def accepted(self, **values) -> Appeal:
        return services.accept(
            appeal=self.assigned(**values), user=self.executor, now=MONDAY + HOUR
        )

    def in_progress(self, **values) -> Appeal:
        return services.start(appeal=self.accepted(**values), user=self.executor, now=MONDAY + HOUR)

    def reported(self, *, outcome: Outcome = Outcome.DONE, report=None, **values) -> Appeal:
        appeal = self.in_progress(**values)
        services.report(
            appeal=appeal, user=self.executor, outcome=outcome, text=REPLY, has_photo=True,
            now=MONDAY + 2 * HOUR, **(report or {}),
        )  # fmt: skip
        return self.fresh(appeal)

    def verified(self, **values) -> Appeal:
        appeal = self.reported(**values)
        return services.verify(
            appeal=appeal, user=self.coordinator, how=Evidence.PHONE, now=MONDAY + 3 * HOUR,
            flags_note="проверено",
        )  # fmt: skip

    def told(self, **values) -> Appeal:
        appeal = self.verified(**values)
        for applicant in appeal.applicants.all():
            services.call_back(
                appeal=appeal, user=self.operator, applicant=applicant, result=CallResult.TOLD,
                satisfaction=5, now=MONDAY + 4 * HOUR,
            )  # fmt: skip
        return self.fresh(appeal)

    def closed(self, **values) -> Appeal:
        return services.close(appeal=self.told(**values), user=self.operator, now=MONDAY + 5 * HOUR)

    @staticmethod
    def fresh(appeal: Appeal) -> Appeal:
        return Appeal.objects.get(pk=appeal.pk)


def photo_file(size=(640, 480), kind="JPEG", **options) -> io.BytesIO:
    """A picture as a telephone would send it."""
    file = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(file, kind, **options)
    file.seek(0)
    return file


def add_after_photo(world: World, appeal: Appeal) -> None:
    services.add_photos(
        appeal=appeal, photos=services.cleaned([photo_file()]), kind=PhotoKind.AFTER,
        user=world.executor, report=appeal.reports.get(sent_back_at__isnull=True),
    )  # fmt: skip


def refused(guard: str):
    """Expect the refusal of one guard."""
    return pytest.raises(GuardError, check=lambda error: error.guard == guard)
