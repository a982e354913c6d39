"""One login for each role."""

from typing import Any

from django.contrib.auth.hashers import check_password, make_password

from citymap.accounts.choices import Role
from citymap.accounts.demo.bodies import DEMO_SOURCE
from citymap.accounts.models import Organization, User
from citymap.demo import DEMO_PASSWORD

# login: role, organisation, first name, last name
LOGINS: dict[str, tuple[Role, str, str, str]] = {
    "operator": (Role.OPERATOR, "centre109", "Айгерим", "Сейтова"),
    "coordinator": (Role.COORDINATOR, "centre109", "Марина", "Лебедева"),
    "executor": (Role.EXECUTOR, "heat", "Ержан", "Касымов"),
    "inspector": (Role.INSPECTOR, "housing_inspection", "Олег", "Назаренко"),
    "analyst": (Role.ANALYST, "centre109", "Динара", "Ахметова"),
    "lawyer": (Role.LAWYER, "centre109", "Светлана", "Ким"),
    "works": (Role.WORKS, "roads", "Нурлан", "Оспанов"),
    "planner": (Role.PLANNER, "construction", "Асель", "Жунусова"),
    "head": (Role.HEAD, "centre109", "Тимур", "Рахимов"),
    "akim": (Role.AKIM, "akimat", "Болат", "Сарсенов"),
    "auditor": (Role.AUDITOR, "akimat", "Елена", "Громова"),
    "admin": (Role.ADMIN, "centre109", "Виктор", "Шмидт"),
}


def load_logins() -> dict[str, int]:
    """Create or correct the demo logins; a login that is right is left alone."""
    counts = {"created": 0, "updated": 0}
    bodies = dict(Organization.objects.filter(source=DEMO_SOURCE).values_list("source_id", "pk"))
    users = {user.username: user for user in User.objects.filter(username__in=LOGINS)}
    encoded = next((u.password for u in users.values() if _password_is_right(u.password)), None)
    encoded = encoded or make_password(DEMO_PASSWORD)
    for username, (role, body, first, last) in LOGINS.items():
        user = users.get(username) or User(username=username)
        values: dict[str, Any] = {
            "roles": [role.value],
            "organization_id": bodies[body],
            "first_name": first,
            "last_name": last,
            "is_active": True,
            "is_staff": role == Role.ADMIN,
            "is_superuser": role == Role.ADMIN,
            "whole_city": True,
        }
        if user.password != encoded and not _password_is_right(user.password):
            values["password"] = encoded
        if all(getattr(user, name) == value for name, value in values.items()):
            continue
        counts["updated" if user.pk else "created"] += 1
        for name, value in values.items():
            setattr(user, name, value)
        user.save()
    return counts


def _password_is_right(encoded: str) -> bool:
    return bool(encoded) and check_password(DEMO_PASSWORD, encoded)
