-- What lies near a place (%(shape)s, city CRS), for the sections of its card: one row each,
-- nearest first within its kind. Every branch reads its table by the GiST index on geom.
-- Cameras are read for staff only.
(
    SELECT 'network' AS what, n.id, ST_Distance(n.geom, shape.geom) AS distance_m,
           ST_ClosestPoint(n.geom, shape.geom) AS point,
           jsonb_build_object(
               'kind', n.kind, 'material', n.material, 'diameter_mm', n.diameter_mm,
               'laid_year', n.laid_year, 'above_ground', n.above_ground,
               'owner_id', n.owner_id, 'owner_name', n.owner_name
           ) AS facts
    FROM layers_networksegment n, (SELECT %(shape)s::geometry AS geom) shape
    WHERE ST_DWithin(n.geom, %(shape)s::geometry, %(network_m)s)
      AND n.valid_from <= %(date)s AND (n.valid_to IS NULL OR n.valid_to > %(date)s)
    ORDER BY distance_m, n.id LIMIT %(many)s
)
UNION ALL
(
    SELECT 'manhole', m.id, ST_Distance(m.geom, %(shape)s::geometry) AS distance_m, m.geom,
           jsonb_build_object(
               'kind', m.network_kind, 'state', m.state, 'number', m.number,
               'owner_id', m.owner_id, 'owner_name', m.owner_name
           )
    FROM layers_manhole m
    WHERE ST_DWithin(m.geom, %(shape)s::geometry, %(manhole_m)s)
      AND m.valid_from <= %(date)s AND (m.valid_to IS NULL OR m.valid_to > %(date)s)
    ORDER BY distance_m, m.id LIMIT %(many)s
)
UNION ALL
(
    SELECT 'playground', p.id, ST_Distance(p.geom, %(shape)s::geometry) AS distance_m,
           ST_Centroid(p.geom),
           jsonb_build_object(
               'name', p.name, 'surface', p.surface, 'condition', p.condition,
               'installed_on', p.installed_on, 'precision', p.installed_on_precision,
               'owner_id', p.owner_id
           )
    FROM layers_playground p
    WHERE ST_DWithin(p.geom, %(shape)s::geometry, %(ground_m)s)
      AND p.valid_from <= %(date)s AND (p.valid_to IS NULL OR p.valid_to > %(date)s)
    ORDER BY distance_m, p.id LIMIT %(few)s
)
UNION ALL
(
    SELECT 'sports_ground', g.id, ST_Distance(g.geom, %(shape)s::geometry) AS distance_m,
           ST_Centroid(g.geom),
           jsonb_build_object(
               'name', g.name, 'kind', g.kind, 'surface', g.surface, 'condition', g.condition,
               'installed_on', g.installed_on, 'precision', g.installed_on_precision,
               'owner_id', g.owner_id
           )
    FROM layers_sportsground g
    WHERE ST_DWithin(g.geom, %(shape)s::geometry, %(ground_m)s)
      AND g.valid_from <= %(date)s AND (g.valid_to IS NULL OR g.valid_to > %(date)s)
    ORDER BY distance_m, g.id LIMIT %(few)s
)
UNION ALL
(
    SELECT 'camera', c.id, ST_Distance(c.geom, %(shape)s::geometry) AS distance_m, c.geom,
           jsonb_build_object(
               'kind', c.kind, 'direction_deg', c.direction_deg, 'owner_id', c.owner_id
           )
    FROM layers_camera c
    WHERE %(staff)s AND ST_DWithin(c.geom, %(shape)s::geometry, %(camera_m)s)
      AND c.valid_from <= %(date)s AND (c.valid_to IS NULL OR c.valid_to > %(date)s)
    ORDER BY distance_m, c.id LIMIT %(few)s
)
UNION ALL
(
    SELECT 'bus_stop', s.id, s.distance_m, s.geom,
           jsonb_build_object(
               'name', s.name, 'name_ru', s.name_ru, 'name_kk', s.name_kk, 'shelter', s.shelter,
               'routes', (
                   SELECT coalesce(
                       jsonb_agg(DISTINCT jsonb_build_array(r.number, r.headsign)), '[]'
                   )
                   FROM layers_busroutestop rs JOIN layers_busroute r ON r.id = rs.route_id
                   WHERE rs.stop_id = s.id
                     AND r.valid_from <= %(date)s AND (r.valid_to IS NULL OR r.valid_to > %(date)s)
               )
           )
    FROM (
        SELECT *, ST_Distance(geom, %(shape)s::geometry) AS distance_m
        FROM layers_busstop
        WHERE ST_DWithin(geom, %(shape)s::geometry, %(stop_m)s)
          AND valid_from <= %(date)s AND (valid_to IS NULL OR valid_to > %(date)s)
        ORDER BY distance_m, id LIMIT %(few)s
    ) s
)
