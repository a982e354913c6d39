"""A person gets what is held about them: as JSON for machines and as a page to read."""

import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from citymap.accounts.access import AnyUser, may
from citymap.personal.choices import EventKind, Field
from citymap.personal.export_sections import sections
from citymap.personal.models import Person
from citymap.personal.permissions import MANAGE
from citymap.personal.services.events import record
from citymap.personal.services.looks import reason_about
from citymap.personal.services.records import kept_person
from citymap.personal.services.values import open_values
from citymap.personal.vault import key_ring
from citymap.phrases import retold


@dataclass(frozen=True, kw_only=True)
class PersonExport:
    """A zip archive with `data.json` and `data.html`."""

    filename: str
    content: bytes = field(repr=False)


@sensitive_variables()
@transaction.atomic
def export_person(*, person: Person, why: str, user: AnyUser | None = None) -> PersonExport:
    """All that is held about a person, in the person's language; recorded as an export.

    Says who looked by post and body, not by name: that is the staff's own data.
    """
    if user is not None and not may(user, MANAGE):
        raise PermissionDenied(_("You may not export personal data."))
    row = kept_person(person)
    values = open_values(key_ring(), row)
    reason = reason_about(values, why)
    record(person=row, kind=EventKind.EXPORTED, fields=Field.values, user=user, why=reason)
    with translation.override(row.language):
        document = _document(row, values)
        page = render_to_string("personal/export.html", {"document": document})
    return PersonExport(filename=f"person-{row.number}.zip", content=_zipped(document, page))


def _document(row: Person, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": row.number,
        "made_at": timezone.localtime().isoformat(timespec="seconds"),
        "language": row.language,
        "recorded_at": timezone.localtime(row.created_at).isoformat(timespec="seconds"),
        "values": [
            {
                "field": str(one.value),
                "title": str(one.label),
                "value": values[one],
                "texts": values[one] if isinstance(values[one], list) else [values[one]],
            }
            for one in Field
        ],
        "events": [
            {
                "at": timezone.localtime(event.at).isoformat(timespec="seconds"),
                "what": event.get_kind_display(),
                "fields": [str(Field(name).label) for name in event.fields],
                "by": _who(event.user),
                "why": retold(event.why),
            }
            for event in row.events.select_related("user__organization").order_by("at", "pk")
        ],
        "sections": [
            {
                "name": section.name,
                "title": str(section.title),
                "rows": [{str(k): str(v) for k, v in line.items()} for line in section.rows(row)],
            }
            for section in sections
        ],
    }


def _who(user: AnyUser | None) -> str:
    """A member of staff by body; the system by that word."""
    if user is None:
        return _("the system")
    return str(user.organization) if user.organization else _("staff")


def _zipped(document: dict[str, Any], page: str) -> bytes:
    text = json.dumps(document, ensure_ascii=False, indent=2)
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", text)
        archive.writestr("data.html", page)
    return memory.getvalue()
