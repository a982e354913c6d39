"""Marked personal values, and the search for them in everything that comes out.

A mark is looked for as it is, in other letters, URL-encoded, JSON-escaped, HTML-escaped, in hex
and in base64 at any offset, so that a value that went through one of these is found too.
"""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from psycopg2 import sql

MARKED = {
    "name": "Меткалина Зульфира Метковна",
    "phones": ["+77019998877"],
    "emails": ["metka.zulfira@marked-example.kz"],
    "iin": "850101300035",
    "address": "переулок Меткинский, 777",
    "notes": "Меткозаметка о здоровье",
}
# Any of these anywhere is a leak: the telling parts of the values above.
MARKS = (
    "Меткалина", "Метковна", "Зульфира", "7019998877", "metka.zulfira", "850101300035",
    "Меткинский", "Меткозаметка",
)  # fmt: skip
_SPACED = ("701 999 88 77", "701 999-88-77", "701) 999-88-77", "701-999-88-77")


def forms_of(mark: str) -> set[bytes]:
    """The ways in which one mark may be written, in lower-case bytes."""
    raw = mark.encode()
    found = {
        mark, quote(mark), quote_plus(mark), json.dumps(mark)[1:-1], html.escape(mark), raw.hex(),
        "".join(f"&#{ord(sign)};" for sign in mark), "".join(f"&#x{ord(sign):x};" for sign in mark),
    }  # fmt: skip
    found |= {mark.encode("utf-16-le").decode("latin-1"), mark.encode("cp1251").decode("latin-1")}
    forms = {form.encode() for form in found} | {mark.encode("utf-16-le"), mark.encode("cp1251")}
    for offset in range(3):
        # Signs that depend on what stands before and after are left out.
        text = base64.b64encode(b"\0" * offset + raw)
        inner = text[4 * bool(offset) : -4]
        forms |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    # Lower case in every alphabet: bytes of Cyrillic have a case that `bytes.lower` misses.
    forms |= {mark.lower().encode(), mark.upper().encode()}
    return {form.lower() for form in forms}


FORMS = {mark: sorted(forms_of(mark)) for mark in (*MARKS, *_SPACED)}
_ANY = re.compile(b"|".join(re.escape(form) for forms in FORMS.values() for form in forms))


def marks_in(data: bytes | str) -> list[str]:
    """The marks that stand in `data` in any form."""
    low = (data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")).lower()
    if not _ANY.search(low):
        return []
    return [mark for mark, forms in FORMS.items() if any(form in low for form in forms)]


def leaks(outputs: Iterable[tuple[str, bytes | str]]) -> list[str]:
    """Names of the outputs in which a mark stands, with the marks."""
    return [f"{name}: {', '.join(found)}" for name, data in outputs if (found := marks_in(data))]


def database_texts() -> Iterator[tuple[str, str]]:
    """Every row of every table of the database as text, and what sessions hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename), schemaname, tablename FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'topology', 'tiger')"
            " AND tablename <> 'spatial_ref_sys' ORDER BY 1"
        )
        for name, schema, table in cursor.fetchall():
            cursor.execute(
                sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(schema, table))
            )
            for (row,) in cursor.fetchall():
                yield f"table {name}", row
    for session in Session.objects.all():
        data = SessionStore().decode(session.session_data)
        yield "session", json.dumps(data, ensure_ascii=False, default=str)


def file_texts(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file under a folder, and its name."""
    for path in sorted(folder.rglob("*")):
        yield "file name", str(path.relative_to(folder))
        if path.is_file():
            yield f"file {path.relative_to(folder)}", path.read_bytes()
