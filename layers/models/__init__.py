"""Tables of the city, grouped by what they describe."""

from layers.models.basemap import LandUse, PlaceName, Railway, Road, Water
from layers.models.buildings import Building, BuildingManager
from layers.models.grounds import Camera, Playground, SportsGround, StreetLamp, WasteSite
from layers.models.networks import Manhole, NetworkSegment
from layers.models.territory import Address, Street, Territory
from layers.models.transport import (
    BusRoute,
    BusRouteStop,
    BusStop,
    SnowplowRoute,
    SnowplowTrack,
    SnowplowTrackPart,
)
from layers.models.yards import Quarter, Yard, YardCorrection

__all__ = [
    "Address",
    "Building",
    "BuildingManager",
    "BusRoute",
    "BusRouteStop",
    "BusStop",
    "Camera",
    "LandUse",
    "Manhole",
    "NetworkSegment",
    "PlaceName",
    "Playground",
    "Quarter",
    "Railway",
    "Road",
    "SnowplowRoute",
    "SnowplowTrack",
    "SnowplowTrackPart",
    "SportsGround",
    "Street",
    "StreetLamp",
    "Territory",
    "WasteSite",
    "Water",
    "Yard",
    "YardCorrection",
]
