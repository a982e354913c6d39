"""One transaction around an import: all of it, or, for a dry run or a refusal, nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from layers.imports.errors import ImportRefusedError
from layers.report import ImportReport
from layers.services import RetireRefusedError, RetireScope

MAX_RETIRED_SHARE = 0.2


class _DryRunError(Exception):
    """Rolls a dry run back."""


@contextmanager
def all_or_nothing(*, dry_run: bool, report: ImportReport) -> Iterator[None]:
    """A transaction that a dry run rolls back; the engine's refusal becomes ours."""
    try:
        with transaction.atomic():
            yield
            if dry_run:
                raise _DryRunError
    except _DryRunError:
        report.notes.append("dry run: nothing was changed")
    except RetireRefusedError as error:
        raise ImportRefusedError(f"{error}; --force retires them nevertheless") from error


def retire_scope(*, keep: set[str], force: bool) -> RetireScope:
    """What a complete data set lacks is retired, up to a fifth of it unless forced."""
    return RetireScope(keep=keep, max_share=1.0 if force else MAX_RETIRED_SHARE, max_count=0)
