"""Bodies: made, changed, retired, substituted; their contacts and areas."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.gis.geos import MultiPolygon
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from citymap.accounts.models import Area, Contact, Organization, OrganizationGroup, Substitution

_CIRCLE = "organization_no_circle"


class OrganizationRefusedError(ValueError):
    """A change of a body that the rules do not allow; the text says why."""


@transaction.atomic
def save_organization(
    *,
    organization: Organization | None = None,
    groups: Iterable[OrganizationGroup] | None = None,
    areas: Iterable[Area] | None = None,
    **values: Any,
) -> Organization:
    """Make a body, or change one.

    Raises ValidationError for a wrong value, OrganizationRefusedError for a circle of parents.
    """
    if organization is None:
        body = Organization()
    else:
        # NO KEY: parents refer to each other, and a reference asks only for the key.
        body = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    for name, value in values.items():
        setattr(body, name, value)
    body.full_clean()
    try:
        with transaction.atomic():
            body.save()
    except IntegrityError as error:
        if _constraint_of(error) == _CIRCLE:
            raise OrganizationRefusedError(
                _("“%(parent)s” is a part of “%(body)s” already.")
                % {"parent": body.parent, "body": body}
            ) from error
        raise
    if groups is not None:
        body.groups.set(groups)
    if areas is not None:
        body.areas.set(areas)
    return body


def retire_organization(*, organization: Organization, on: dt.date) -> Organization:
    """The body no longer counts from a day on; what it did stays."""
    return save_organization(organization=organization, valid_to=on)


@transaction.atomic
def save_contact(*, contact: Contact | None = None, **values: Any) -> Contact:
    """Make a contact of a body, or change one."""
    found = contact or Contact()
    for name, value in values.items():
        setattr(found, name, value)
    found.full_clean()
    found.save()
    return found


@transaction.atomic
def remove_contact(*, contact: Contact) -> None:
    contact.delete()


def substitute(
    *,
    organization: Organization,
    by: Organization,
    since: dt.date,
    until: dt.date | None,
    reason: str,
) -> Substitution:
    """Let a body do another's work from `since` to before `until`; see `save_substitution`."""
    return save_substitution(
        substitution=Substitution(
            organization=organization,
            substitute=by,
            valid_from=since,
            valid_to=until,
            reason=reason,
        )
    )


@transaction.atomic
def save_substitution(*, substitution: Substitution) -> Substitution:
    """Store a substitution.

    Raises ValidationError for a body by itself, an empty period, an overlap, no reason.
    """
    substitution.full_clean()
    substitution.save()
    return substitution


@transaction.atomic
def end_substitution(*, substitution: Substitution, on: dt.date) -> None:
    """End a substitution on a day; one that has not begun by then is as if it never was."""
    found = Substitution.objects.select_for_update().get(pk=substitution.pk)
    if on <= found.valid_from:
        found.delete()
        return
    found.valid_to = on
    found.full_clean()
    found.save()


@transaction.atomic
def copy_area(*, name: str, geom: MultiPolygon, source: str, source_id: str) -> Area:
    """Take over the outline of a territory, or renew it; `geom` in any CRS."""
    area = Area.objects.filter(source=source, source_id=source_id).first()
    area = area or Area(source=source, source_id=source_id)
    area.name, area.geom = name, geom
    area.full_clean()
    area.save()
    return area


def _constraint_of(error: IntegrityError) -> str:
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
