SELECT ST_X(geom), ST_Y(geom) FROM planning_event WHERE id = ANY(%(events)s) ORDER BY id
