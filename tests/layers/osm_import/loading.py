"""The import as tests call it."""

from pathlib import Path

from layers.osm_import.pipeline import OsmImport, import_osm
from layers.report import ImportReport


def load(path: Path, **options) -> ImportReport:
    return import_osm(OsmImport(path=path, basemap=False, **options))
