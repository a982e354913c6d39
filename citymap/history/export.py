"""The chain as a file that `scripts/verify_history.py` checks without Citymap and its database.

JSON lines: a head; each record in the order of the log, the roots where the log reaches their
size; records that no root covers yet; an end. With the payloads, so it is for those who may
read them.
"""

import json
from collections.abc import Iterator
from typing import Any

from citymap.history.models import Root
from citymap.history.roots import PublishedRoot
from citymap.history.verify import rows_of, snapshot

FORMAT = 1


def export_lines() -> Iterator[str]:
    """The lines of an export, in one snapshot of the database."""
    with snapshot():
        roots = list(Root.objects.select_related("signature").order_by("number"))
        yield _line(citymap_history=FORMAT, roots=len(roots))
        size = 0
        waiting = iter(roots)
        root = next(waiting, None)
        for position, record, _found, payload, *_rest in rows_of("verify_log.sql"):
            while root is not None and root.size <= size:
                yield _line(root=PublishedRoot.of(root).as_json())
                root = next(waiting, None)
            yield _line(position=position, record=record, payload=payload)
            size = position + 1
        while root is not None:
            yield _line(root=PublishedRoot.of(root).as_json())
            root = next(waiting, None)
        for _queued, record, payload, *_rest in rows_of("verify_unsealed.sql"):
            yield _line(record=record, payload=payload)
        yield _line(end=size)


def _line(**members: Any) -> str:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))
