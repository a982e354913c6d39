"""SQL that reads better as SQL: named `.sql` files in the `sql` folder beside the caller."""

from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=128)
def load_sql(module_file: str, name: str) -> str:
    """The text of `sql/<name>` beside `module_file` (pass `__file__`); parameters stay bound."""
    return (Path(module_file).parent / "sql" / name).read_text(encoding="utf-8")
