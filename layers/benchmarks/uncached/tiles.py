"""The city's public layers in sources that are never cached: every request draws its tile anew.

`bench` has all layers, `bench-yard` the yards alone. Only the server under measurement has
this app (`CITYMAP_EXTRA_APPS`).
"""

import dataclasses

from citymap.tiles.registry import MapSource, layers_of, register_layer, register_source

for source, wanted in (("bench", None), ("bench-yard", {"yard"})):
    register_source(MapSource(name=source, public=True, cached=False))
    for layer in layers_of("city"):
        if wanted is None or layer.name in wanted:
            register_layer(dataclasses.replace(layer, name=f"{source}-{layer.name}", source=source))
