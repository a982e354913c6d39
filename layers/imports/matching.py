"""Which column of a file belongs to which field: by `--map`, else by name."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from layers.imports.errors import ImportRefusedError

# A .dbf cuts column names to ten characters.
DBF_NAME_LENGTH = 10


def normalised(name: str) -> str:
    """A name without case, punctuation and the ё/е difference."""
    return re.sub(r"[\W_]+", "", str(name).casefold().replace("ё", "е"))


def parse_pairs(pairs: Iterable[str], *, option: str) -> dict[str, str]:
    """`["field=column", ...]` as a dict; raises ImportRefusedError naming the bad pair."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise ImportRefusedError(f"{option} takes field=value pairs, not {pair!r}")
        if name.strip() in found:
            raise ImportRefusedError(f"{option} names the field {name.strip()!r} twice")
        found[name.strip()] = value.strip()
    return found


def one_of(name: str, known: Collection[str], *, what: str) -> str:
    """`name` itself when it is known; else ImportRefusedError with the nearest and all names."""
    if name in known:
        return name
    by_form = {normalised(item): item for item in known}
    near = difflib.get_close_matches(normalised(name), by_form, n=1)
    hint = f"; did you mean {by_form[near[0]]!r}?" if near else ""
    raise ImportRefusedError(
        f"there is no {what} {name!r}{hint} (there are: {', '.join(sorted(known))})"
    )


def match_columns(
    columns: Sequence[str],
    names: Mapping[str, Sequence[str]],
    *,
    chosen: Mapping[str, str],
    taken: Collection[str] = (),
) -> dict[str, str]:
    """Field -> column.

    names: field -> the names that it goes by, best first. chosen: what `--map` says; it wins,
    and a column that it names is not matched to another field by name. taken: columns that
    serve another purpose. Raises ImportRefusedError for unknown fields and columns.
    """
    found: dict[str, str] = {}
    for field, column in chosen.items():
        one_of(field, names, what="field")
        found[field] = one_of(column, columns, what="column")
    free = {normalised(column): column for column in reversed(columns)}
    for column in (*taken, *found.values()):
        free.pop(normalised(column), None)
    for rank in range(max((len(known) for known in names.values()), default=0)):
        for field, known in names.items():
            if field in found or rank >= len(known):
                continue
            form = normalised(known[rank])
            column = free.get(form) or free.get(normalised(known[rank][:DBF_NAME_LENGTH]))
            if form and column:
                found[field] = column
                del free[normalised(column)]
    return found
