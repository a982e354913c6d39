"""JSON Schemas of the places API, as `/api/openapi.json` publishes them."""

from citymap.api import LANGUAGE, parameter
from citymap.places.search import DEFAULT_LIMIT, MAX_LIMIT
from citymap.places.words import MAX_QUERY_LENGTH

_TEXT = {"type": "string"}
_NUMBER = {"type": "number"}
_INTEGER = {"type": "integer"}


def _object(**properties) -> dict:
    return {"type": "object", "properties": properties}


def _list(items: dict) -> dict:
    return {"type": "array", "items": items}


def _maybe(schema: dict) -> dict:
    return {"oneOf": [schema, {"type": "null"}]}


_LABELLED = _object(id=_INTEGER, label=_TEXT)

ADDRESS_PARAMETERS = (
    parameter(
        "q",
        "Address or name: Russian, Kazakh or Latin letters, typing errors allowed",
        required=True,
        minLength=1,
        maxLength=MAX_QUERY_LENGTH,
    ),
    parameter(
        "limit", "At most so many answers", kind="integer", minimum=1, maximum=MAX_LIMIT,
        default=DEFAULT_LIMIT,
    ),
    LANGUAGE,
)  # fmt: skip
ADDRESSES = _list(
    _object(
        id=_INTEGER,
        kind={**_TEXT, "description": "address, street, place, territory, bus_stop, ..."},
        label=_TEXT,
        hint={**_TEXT, "description": "What it is, or that the house number is not on the map"},
        lon=_NUMBER,
        lat=_NUMBER,
        bbox={**_list(_NUMBER), "minItems": 4, "maxItems": 4, "description": "W, S, E, N, degrees"},
    )
)
PLACE_PARAMETERS = (
    parameter("lon", "Degrees, with lat", kind="number"),
    parameter("lat", "Degrees, with lon", kind="number"),
    parameter("building", "Id of a building", kind="integer"),
    parameter("address", "Id of an address, as the search gives it", kind="integer"),
    parameter("date", "The day asked about; today when not said", format="date"),
    LANGUAGE,
)
_ITEM = _object(
    kind=_TEXT,
    id=_maybe(_INTEGER),
    title=_TEXT,
    subtitle=_TEXT,
    distance_m=_NUMBER,
    lon=_NUMBER,
    lat=_NUMBER,
    url=_TEXT,
    inferred={"type": "boolean"},
    facts=_list(_object(label=_TEXT, value=_TEXT, inferred={"type": "boolean"})),
)
PLACE = _object(
    at=_object(lon=_NUMBER, lat=_NUMBER, date={**_TEXT, "format": "date"}),
    address=_maybe(_LABELLED),
    building=_maybe(_LABELLED),
    yard=_maybe(_LABELLED),
    territory=_maybe(_LABELLED),
    sections=_list(_object(name=_TEXT, title=_TEXT, items=_list(_ITEM), empty=_TEXT)),
)
