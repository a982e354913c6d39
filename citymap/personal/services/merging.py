"""Two records of one person become one."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from citymap.accounts.access import AnyUser, may
from citymap.history.events import Event
from citymap.personal.choices import LIST_FIELDS, EventKind, Field, PersonState
from citymap.personal.errors import GoneError, InvalidValueError, MergeRefusedError
from citymap.personal.identifiers import normal_value
from citymap.personal.models import Person, PersonalEvent
from citymap.personal.permissions import MANAGE
from citymap.personal.reasons import checked_reason
from citymap.personal.services.events import record
from citymap.personal.services.keys import ensure_canary
from citymap.personal.services.looks import reason_about
from citymap.personal.services.values import clear_values, open_values, seal_values
from citymap.personal.signals import people_merged
from citymap.personal.vault import key_ring


@transaction.atomic
def merge_people(
    *, keep: Person, duplicate: Person, why: str, user: AnyUser | None = None
) -> Person:
    """Make `duplicate` part of `keep`: lists are joined, empty values filled, nothing overwritten.

    Every row that points at the duplicate points at the kept one afterwards; the duplicate stays
    as an empty record that says where it went. Raises MergeRefusedError (the same record, two
    different IINs, or rows that cannot stand side by side), GoneError, ReasonError.
    """
    if user is not None and not may(user, MANAGE):
        raise PermissionDenied(_("You may not merge personal data."))
    if keep.pk == duplicate.pk:
        raise MergeRefusedError(_("A record cannot be merged with itself."))
    ring = key_ring()
    rows = Person.objects.select_for_update().order_by("pk").in_bulk([keep.pk, duplicate.pk])
    kept, gone = rows[keep.pk], rows[duplicate.pk]
    for row in (kept, gone):
        if row.state != PersonState.ACTIVE:
            raise GoneError(f"person {row.number} is {row.state}")
    ensure_canary(ring)
    values, others = open_values(ring, kept), open_values(ring, gone)
    reason = reason_about(others, reason_about(values, checked_reason(why)))
    seal_values(ring, kept, _joined(values, others))
    kept.erasure_asked_at = kept.erasure_asked_at or gone.erasure_asked_at
    kept.changed_at = timezone.now()
    clear_values(gone)
    gone.state, gone.merged_into = PersonState.MERGED, kept
    kept.save()
    gone.save()
    Person.objects.filter(merged_into=gone).update(merged_into=kept)
    people_merged.send(sender=Person, kept=kept, duplicate=gone)
    _turn_rows(kept=kept, gone=gone)
    held = [field for field in Field.values if others[field]]
    record(person=kept, kind=EventKind.MERGED, fields=held, user=user, why=reason)
    record(person=gone, kind=EventKind.MERGED, fields=held, user=user, why=reason)
    return kept


def _joined(values: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """The values of both; what both have differently stays the first's, notes are joined."""
    if values[Field.IIN] and others[Field.IIN] and values[Field.IIN] != others[Field.IIN]:
        raise MergeRefusedError(_("The two records have different IINs: two people."))
    joined: dict[str, Any] = {}
    for field in Field.values:
        mine, theirs = values[field], others[field]
        if field in LIST_FIELDS:
            joined[field] = mine + theirs
        elif field == Field.NOTES:
            joined[field] = "\n".join(dict.fromkeys(part for part in (mine, theirs) if part))
        else:
            joined[field] = mine or theirs
    try:
        return {field: normal_value(field, value) for field, value in joined.items()}
    except InvalidValueError as error:
        raise MergeRefusedError(str(error)) from None


def _turn_rows(*, kept: Person, gone: Person) -> None:
    """Point every foreign key of every room at the kept person."""
    for relation in Person._meta.related_objects:
        if issubclass(relation.related_model, (Person, PersonalEvent, Event)):
            continue  # set already; or append-only, and true of its time
        if relation.many_to_many:
            continue  # the rows between have a foreign key of their own, which is turned
        rows = relation.related_model._base_manager.filter(**{relation.field.name: gone})
        try:
            with transaction.atomic():
                rows.update(**{relation.field.name: kept})
        except IntegrityError:
            raise MergeRefusedError(
                _("The two records cannot stand together in: %(what)s.")
                % {"what": relation.related_model._meta.verbose_name_plural}
            ) from None
