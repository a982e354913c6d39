"""The city's own files: layers, GTFS feeds and GPS fixes, read, checked and stored."""
