"""What `import_layer` knows of the city's layers beyond their models.

Names of columns and words of choices are those that utilities' files use here; an office whose
files differ says so with `--map`.
"""

import shapely

from layers.choices import Basis, BuildingUse
from layers.imports.addresses import complete_addresses, complete_streets, streets_by_spelling
from layers.imports.registry import ImportableLayer, Rows, register_importable
from layers.models import (
    Address,
    Building,
    BusStop,
    Camera,
    LandUse,
    Manhole,
    NetworkSegment,
    PlaceName,
    Playground,
    Railway,
    Road,
    SnowplowRoute,
    SnowplowTrack,
    SportsGround,
    Street,
    StreetLamp,
    Territory,
    WasteSite,
    Water,
    Yard,
)

AREA_OR_POINT = ("Point", "Polygon", "MultiPolygon")
NETWORK_WORDS = {
    "heat": (
        "тепло",
        "теплосеть",
        "теплотрасса",
        "теплоснабжение",
        "отопление",
        "тс",
        "т1",
        "жылу",
    ),
    "water": ("вода", "водопровод", "водоснабжение", "хвс", "в1", "су"),
    "sewer": ("канализация", "водоотведение", "хозбытовая канализация", "к1", "кәріз"),
    "storm_drain": ("ливневка", "ливневая", "ливневая канализация", "дождевая канализация", "к2"),
    "gas": ("газ", "газопровод", "газоснабжение", "г1"),
    "power": ("электро", "электричество", "электросеть", "электроснабжение", "эс", "вл", "кл"),
    "telecom": ("связь", "телефон", "телекоммуникации", "кабель связи", "лс", "байланыс"),
}
OWNER_NAMES = ("владелец", "собственник", "балансодержатель", "эксплуатация", "организация")
YEAR_NAMES = ("год", "год_прокладки", "год_постройки", "year", "год ввода")
SURFACE_WORDS = {
    "asphalt": ("асфальт", "асфальтобетон", "а/б"),
    "rubber": ("резина", "резиновое", "резиновая плитка", "травмобезопасное"),
    "artificial_turf": ("искусственная трава", "искусственный газон"),
    "ground": ("грунт", "грунтовое", "земля"),
    "sand": ("песок", "песчаное"),
    "paving": ("плитка", "брусчатка", "тротуарная плитка"),
}
CONDITION_WORDS = {
    "good": ("хорошее", "исправно", "удовлетворительное", "жақсы"),
    "fair": ("среднее", "требует ремонта"),
    "poor": ("плохое", "неудовлетворительное", "аварийное", "нашар"),
}


def _building_bases(rows: Rows) -> None:
    """What the file states is stated; what it leaves open is not known."""
    for name, unknown in (("apartments", None), ("use", BuildingUse.UNKNOWN)):
        if name in rows.columns:
            rows.columns[f"{name}_basis"] = [
                Basis.NONE if value in (None, unknown) else Basis.STATED
                for value in rows.columns[name]
            ]


def _road_kind(rows: Rows) -> None:
    """A city's file knows the class; the source's own word for it defaults to that."""
    rows.columns.setdefault("kind", list(rows.columns["road_class"]))


def _track_figures(rows: Rows) -> None:
    rows.columns["fixes"] = shapely.get_num_coordinates(rows.geometries).tolist()
    rows.columns["length_m"] = shapely.length(rows.geometries).tolist()


for _layer in (
    ImportableLayer(
        name="building",
        model=Building,
        exclude=("yard", "use_basis", "apartments_basis"),
        names={
            "levels": ("этажность", "этажей", "storeys", "floors", "этажи"),
            "apartments": ("квартир", "кол_квартир", "число квартир", "flats"),
            "year_built": ("год", "год_постройки", "год постройки", "year"),
            "use": ("назначение", "тип"),
            "rca_code": ("рка", "rca", "ркa_код", "код рка"),
            "height_m": ("высота", "height"),
            "name": ("наименование", "название"),
        },
        synonyms={
            "use": {
                "apartments": ("мжд", "мкд", "многоквартирный дом", "жилой многоквартирный"),
                "house": ("ижс", "частный дом", "индивидуальный жилой дом", "жилой дом"),
                "dormitory": ("общежитие",),
                "education": ("школа", "колледж", "университет"),
                "kindergarten": ("детский сад", "детсад", "ясли"),
                "health": ("поликлиника", "больница"),
                "garage": ("гараж",),
            }
        },
        complete=_building_bases,
    ),
    ImportableLayer(
        name="manhole",
        model=Manhole,
        cad_field="network_kind",
        names={
            "network_kind": ("вид сети", "сеть", "вид", "kind", "network", "тип", "назначение"),
            "state": ("состояние", "состояние крышки"),
            "owner": OWNER_NAMES,
            "number": ("номер", "№", "number", "ref", "номер колодца"),
        },
        synonyms={
            "network_kind": NETWORK_WORDS,
            "state": {
                "ok": ("исправен", "исправный", "закрыт", "норма"),
                "open": ("открыт", "нет крышки", "без крышки"),
                "damaged": ("поврежден", "разбит", "повреждена"),
                "sunken": ("просел", "просевший", "провал"),
            },
        },
    ),
    ImportableLayer(
        name="network_segment",
        model=NetworkSegment,
        cad_field="kind",
        names={
            "kind": ("вид сети", "вид", "сеть", "тип сети", "network", "network_kind", "тип"),
            "material": ("материал", "материал труб"),
            "diameter_mm": ("диаметр", "ду", "d_mm", "diameter", "диаметр_мм", "dn"),
            "laid_year": YEAR_NAMES,
            "above_ground": ("надземная", "надземный", "надземно"),
            "owner": OWNER_NAMES,
        },
        synonyms={"kind": NETWORK_WORDS},
    ),
    ImportableLayer(
        name="playground",
        model=Playground,
        geometries=AREA_OR_POINT,
        names={
            "installed_on": ("дата установки", "установлена", "год установки", "start_date"),
            "surface": ("покрытие",),
            "condition": ("состояние",),
            "owner": OWNER_NAMES,
        },
        synonyms={"surface": SURFACE_WORDS, "condition": CONDITION_WORDS},
    ),
    ImportableLayer(
        name="sports_ground",
        model=SportsGround,
        geometries=AREA_OR_POINT,
        names={
            "kind": ("вид", "вид спорта", "sport"),
            "installed_on": ("дата установки", "установлена", "год установки", "start_date"),
            "surface": ("покрытие",),
            "condition": ("состояние",),
            "owner": OWNER_NAMES,
        },
        synonyms={"surface": SURFACE_WORDS, "condition": CONDITION_WORDS},
    ),
    ImportableLayer(
        name="camera",
        model=Camera,
        names={"direction_deg": ("направление", "азимут", "direction"), "owner": OWNER_NAMES},
    ),
    ImportableLayer(name="street_lamp", model=StreetLamp, names={"owner": OWNER_NAMES}),
    ImportableLayer(name="waste_site", model=WasteSite, geometries=AREA_OR_POINT),
    ImportableLayer(
        name="bus_stop",
        model=BusStop,
        names={"shelter": ("павильон", "навес"), "code": ("код", "ref")},
    ),
    ImportableLayer(name="territory", model=Territory, names={"code": ("като", "kato")}),
    ImportableLayer(
        name="street",
        model=Street,
        exclude=("name_key",),
        names={"name": ("улица", "street")},
        complete=complete_streets,
        completes=("name_key", "kind"),
    ),
    ImportableLayer(
        name="address",
        model=Address,
        lookups={"street": streets_by_spelling},
        names={
            "street": ("улица", "көше", "addr:street", "street_name"),
            "house_number": ("дом", "номер дома", "addr:housenumber", "номер"),
            "postcode": ("индекс",),
            "rca_code": ("рка", "rca"),
        },
        complete=complete_addresses,
    ),
    ImportableLayer(
        name="road",
        model=Road,
        names={"road_class": ("класс", "категория", "class")},
        complete=_road_kind,
        exclude=("kind", "street"),
    ),
    ImportableLayer(name="water", model=Water),
    ImportableLayer(name="land_use", model=LandUse),
    ImportableLayer(name="railway", model=Railway),
    ImportableLayer(name="place", model=PlaceName),
    ImportableLayer(
        name="yard",
        model=Yard,
        refusal="yards follow from houses and streets (manage.py derive_yards); a planner redraws,"
        " merges and splits them at /plan/yards/, and such corrections last",
    ),
    ImportableLayer(
        name="snowplow_route",
        model=SnowplowRoute,
        names={
            "street_class": ("класс", "категория", "road_class"),
            "organization": OWNER_NAMES,
            "priority": ("очередь", "приоритет"),
        },
    ),
    ImportableLayer(
        name="snowplow_track",
        model=SnowplowTrack,
        exclude=("fixes", "length_m"),
        complete=_track_figures,
    ),
):
    register_importable(_layer)
