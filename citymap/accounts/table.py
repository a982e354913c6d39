"""The table of roles and permissions, as `docs/access.md` shows it."""

from django.utils import translation

from citymap.accounts.access import Limit, permissions
from citymap.accounts.choices import Role

_MARKS = {
    Limit.NONE: "yes",
    Limit.BODY: "body",
    Limit.TERRITORY: "area",
    Limit.BODY | Limit.TERRITORY: "body+area",
}


def permission_table() -> str:
    """Markdown: a row for each permission, a column for each role, how far it reaches."""
    with translation.override("en"):
        head = ["permission", "what", *(role.value for role in Role)]
        rows = [
            [
                f"`{permission.name}`",
                str(permission.title),
                *(
                    _MARKS[permission.limit_of(role)] if role in permission.roles else ""
                    for role in Role
                ),
            ]
            for permission in permissions
        ]
    return "\n".join(
        "| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows)
    )
