"""What other rooms add to the file that a person gets of their own data.

register_section(ExportSection(name="appeals", title=_("Appeals"), rows=rows_of_applicant))

`rows(person)` yields one mapping per line, title of the column -> text; it is called with the
reader's language active and must hold nobody else's data.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from citymap.personal.models import Person
from citymap.registry import Registry


@dataclass(frozen=True, kw_only=True)
class ExportSection:
    """One room's part of the export."""

    name: str
    title: str | Promise
    rows: Callable[[Person], Iterable[Mapping[str, str]]]
    order: int = 0


sections: Registry[ExportSection] = Registry("section of a person's export")


def register_section(section: ExportSection) -> ExportSection:
    return sections.register(section)
