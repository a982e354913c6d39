"""Gi* against esda where things really stand: crowded blocks, empty fields, a ragged edge."""

import numpy as np
import pytest
import shapely
from django.contrib.gis.db.models.functions import AsWKB

from layers.models import Building
from layers.yards.reading import HOUSE_USES
from planning.hotspots.gistar import discoveries, local_g
from planning.hotspots.grid import HexGrid
from tests.planning.peers import esda_z

pytestmark = [pytest.mark.realdata, pytest.mark.django_db, pytest.mark.usefixtures("real_city")]


@pytest.mark.parametrize("edge_m, rings", [(150.0, 1), (200.0, 2), (400.0, 1)])
def test_equals_esda_on_the_real_grid(edge_m, rings):
    """Buildings, apartment houses and the ground that is built over, by cells with buildings."""
    rows = Building.objects.current().annotate(wkb=AsWKB("point")).order_by("pk")
    points, uses, area = zip(*rows.values_list("wkb", "use", "area_m2"), strict=True)
    xy = shapely.get_coordinates(shapely.from_wkb([bytes(wkb) for wkb in points]))
    house = np.isin(uses, HOUSE_USES)
    ids, cell = np.unique(HexGrid(edge_m).cells_of(xy), return_inverse=True)
    assert len(xy) > 40_000
    assert len(ids) > 200
    for weights in (np.ones(len(xy)), house.astype(float), np.array(area)):
        values = np.bincount(cell, weights=weights, minlength=len(ids))
        found = local_g(ids, values, rings=rings)
        assert np.abs(found.z - esda_z(ids, values, rings)).max() < 1e-9
        assert (discoveries(found.p) & (found.z > 0)).any()
