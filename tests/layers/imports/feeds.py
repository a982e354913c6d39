"""A small GTFS feed of our own making, and changed copies of it."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

FEED = {
    "feed_info": "feed_publisher_name,feed_id,feed_version\nАкимат,petropavl,7\n",
    "agency": "agency_id,agency_name,agency_url,agency_timezone\np,Автопарк,http://x,Asia/Almaty\n",
    "stops": "stop_id,stop_code,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    "a,101,Вокзал,54.87,69.15,,\n"
    "b,102,Площадь,54.8705,69.155,0,st\n"
    "c,103,Рынок,54.871,69.16,0,\n"
    "d,104,Школа,54.872,69.165,0,\n"
    "st,,Узел,54.8705,69.155,1,\n",
    "routes": "route_id,agency_id,route_short_name,route_long_name,route_type,route_color\n"
    "r1,p,1,Вокзал - Рынок,3,7BC142\n"
    "t,p,Н1,,705,red\n",
    "trips": "route_id,service_id,trip_id,trip_headsign,direction_id,shape_id\n"
    "r1,s,t1,Рынок,0,s1\n"
    "r1,s,t2,Рынок,0,s1\n"
    "r1,s,t3,Вокзал,1,\n"
    "r1,s,t5,Площадь,0,s1\n"
    "t,s,t4,,,\n",
    "stop_times": "trip_id,stop_id,stop_sequence\n"
    "t1,a,1\nt1,b,2\nt1,c,3\nt2,a,1\nt2,b,2\nt2,c,3\n"
    "t3,c,10\nt3,b,20\nt3,a,30\nt5,a,1\nt5,b,2\n"
    "t4,c,0\nt4,d,1\n",
    "shapes": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n"
    "s1,54.8705,69.155,3\ns1,54.87,69.15,1\ns1,54.8702,69.152,2\ns1,54.871,69.16,4\n",
    "translations": "table_name,field_name,language,translation,record_id\n"
    "stops,stop_name,kk,Вокзал аялдамасы,a\n",
}


def write_feed(folder: Path, feed: Mapping[str, str] = FEED) -> Path:
    """A feed as a zip file."""
    path = folder / "feed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in feed.items():
            archive.writestr(f"{name}.txt", text)
    return path


def changed(table: str, old: str, new: str, *, feed: Mapping[str, str] = FEED) -> dict[str, str]:
    """A copy of the feed with one place of one table replaced; `old` must be there once."""
    if feed[table].count(old) != 1:
        raise ValueError(f"{table}: {old!r} is there {feed[table].count(old)} times")
    return {**feed, table: feed[table].replace(old, new)}
