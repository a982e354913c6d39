"""Works for other programs: GeoJSON, CSV, WZDx 4.2, iCalendar, Atom. What is public, no more."""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citymap.geo import to_wgs84
from earthworks.answers import Answer
from earthworks.choices import OrderState
from earthworks.deadlines import due_at
from earthworks.facts import answer_of, public_body
from earthworks.models import Order

WZDX_VERSION = "4.2"
COLUMNS = (
    "number", "state", "kind", "network", "address", "from", "until", "whole_by", "basis",
    "overdue_days", "organization", "answer",
)  # fmt: skip
# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An order as everybody may know it, with its answer; `url` of its public page."""

    order: Order
    answer: Answer
    url: str


def entries(rows: Iterable[Order], today: dt.date, url: Callable[[Order], str]) -> list[Entry]:
    """Orders read by `explained()` as entries of a feed."""
    return [Entry(order=row, answer=answer_of(row, today), url=url(row)) for row in rows]


def facts(entry: Entry) -> dict[str, Any]:
    """One entry as plain values, by column."""
    order = entry.order
    return {
        "number": order.number,
        "state": order.state,
        "kind": order.kind,
        "network": order.network_kind,
        "address": order.address,
        "from": order.begins_on.isoformat(),
        "until": order.until_on.isoformat(),
        "whole_by": entry.answer.until.isoformat() if entry.answer.until else "",
        "basis": entry.answer.basis,
        "overdue_days": entry.answer.overdue_days,
        "organization": public_body(order),
        "answer": entry.answer.sentence,
    }


def look(entry: Entry) -> str:
    """How the map shows an order: the same words as in the tiles of the works layer."""
    if entry.answer.overdue_days:
        return "overdue"
    return _LOOKS.get(OrderState(entry.order.state), "planned")


_LOOKS = {
    OrderState.RESTORED_INTERIM: "interim",
    OrderState.IN_PROGRESS: "running",
    OrderState.WORKS_DONE: "running",
    OrderState.RESTORED: "restored",
    OrderState.CLOSED: "restored",
}


def geojson(items: Iterable[Entry]) -> str:
    """A FeatureCollection, EPSG:4326."""
    features = [
        {
            "type": "Feature",
            "id": entry.order.pk,
            "geometry": json.loads(to_wgs84(entry.order.geom).json),
            "properties": {**facts(entry), "look": look(entry), "url": entry.url},
        }
        for entry in items
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def spreadsheet(items: Iterable[Entry]) -> str:
    """CSV with a heading; no cell can be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for entry in items:
        row = facts(entry)
        writer.writerow(_cell(row[name]) for name in COLUMNS)
    return text.getvalue()


def _cell(value: Any) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


# --- WZDx 4.2 -----------------------------------------------------------------------------
_WORK_ZONE_STATUS = {
    OrderState.APPLIED: "planned",
    OrderState.APPROVING: "planned",
    OrderState.ISSUED: "planned",
    OrderState.IN_PROGRESS: "active",
    OrderState.WORKS_DONE: "active",
    OrderState.RESTORED_INTERIM: "active",
    OrderState.RESTORED: "completed",
    OrderState.CLOSED: "completed",
    OrderState.CANCELLED: "cancelled",
}
SOURCE_ID = "citymap-works"


def wzdx(items: Iterable[Entry], *, publisher: str, now: dt.datetime) -> str:
    """A work zone feed of the orders that touch a road."""
    body = {
        "feed_info": {
            "publisher": publisher,
            "version": WZDX_VERSION,
            "update_date": _instant(now),
            "data_sources": [
                {
                    "data_source_id": SOURCE_ID,
                    "organization_name": publisher,
                    "update_date": _instant(now),
                }
            ],
        },
        "type": "FeatureCollection",
        "features": [_work_zone(entry) for entry in items if entry.order.area_road_m2 > 0],
    }
    return json.dumps(body, ensure_ascii=False)


def _work_zone(entry: Entry) -> dict[str, Any]:
    order, zone = entry.order, timezone.get_default_timezone()
    outline = to_wgs84(order.geom)
    whole = entry.answer.until or order.final_on or order.until_on
    starts = dt.datetime.combine(order.begins_on, dt.time.min, tzinfo=zone)
    return {
        "id": f"order-{order.number}",
        "type": "Feature",
        "properties": {
            "core_details": {
                "event_type": "work-zone",
                "data_source_id": SOURCE_ID,
                "road_names": [order.address or order.number],
                "direction": "undefined",
                "description": entry.answer.sentence,
                "update_date": _instant(order.issued_at or order.applied_at or order.created_at),
            },
            "start_date": _instant(starts),
            "end_date": _instant(due_at(whole, zone)),
            "is_start_date_verified": order.started_at is not None,
            "is_end_date_verified": order.restored_at is not None,
            "is_start_position_verified": False,
            "is_end_position_verified": False,
            "location_method": "channel-device-method",
            "vehicle_impact": "unknown",
            "types_of_work": [{"type_name": "below-road-work", "is_architectural_change": False}],
        },
        "geometry": {
            "type": "MultiPoint",
            "coordinates": _ends(outline),
        },
    }


def _ends(outline) -> list[list[float]]:
    """Two opposite corners of the outline's box: where the zone begins and ends."""
    west, south, east, north = outline.extent
    return [[round(west, 7), round(south, 7)], [round(east, 7), round(north, 7)]]


def _instant(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- calendars and readers ----------------------------------------------------------------
def calendar(items: Iterable[Entry], *, name: str, host: str, now: dt.datetime) -> str:
    """iCalendar (RFC 5545): one all-day event per order, until the ground is whole."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Citymap//Works//EN",
        f"X-WR-CALNAME:{_escaped(name)}",
    ]  # fmt: skip
    for entry in items:
        order = entry.order
        ends = max(entry.answer.until or order.until_on, order.until_on, order.begins_on)
        lines += [
            "BEGIN:VEVENT",
            f"UID:order-{order.number}@{host}",
            f"DTSTAMP:{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{order.begins_on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{ends + dt.timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(' · '.join(filter(None, (_('Earthworks'), order.address))))}",
            f"DESCRIPTION:{_escaped(entry.answer.sentence)}",
            f"URL:{entry.url}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _escaped(text: str) -> str:
    plain = "".join(char for char in text if char == "\n" or char >= " ")
    for char in ("\\", ";", ","):
        plain = plain.replace(char, f"\\{char}")
    return plain.replace("\n", "\\n")


def _folded(line: str) -> Iterable[str]:
    """Lines of at most 75 octets, never within a letter."""
    part, size, room = "", 0, 75
    for char in line:
        width = len(char.encode())
        if size + width > room:
            yield part
            part, size = " ", 1
        part, size = part + char, size + width
    yield part


def atom(items: Iterable[Entry], *, title: str, url: str) -> str:
    """An Atom feed: what each order says today."""
    feed = Atom1Feed(
        title=title, link=url, description=title, language=get_language(), feed_url=url
    )
    for entry in items:
        order = entry.order
        changed = max(
            moment
            for moment in (
                order.created_at, order.applied_at, order.issued_at, order.started_at,
                order.works_done_at, order.restored_interim_at, order.restored_at, order.closed_at,
                order.ended_at,
            )
            if moment
        )  # fmt: skip
        feed.add_item(
            title=f"{order.number} {order.address}".strip(),
            link=entry.url,
            description=entry.answer.sentence,
            unique_id=entry.url,
            updateddate=changed,
            pubdate=order.applied_at,
        )
    return feed.writeString("utf-8")
