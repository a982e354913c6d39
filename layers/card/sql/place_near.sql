-- What lies near a place (%(shape)s, city CRS), for the sections of its card: one row each,
-- nearest first within its kind. Every branch reads its table by the GiST index on geom.
-- Cameras are read for staff only. Owners come with what they own, so that no further query
-- asks for them; so do the manager of the house and the last pass of a snowplow.
(
    SELECT 'network' AS what, n.id, ST_Distance(n.geom, shape.geom) AS distance_m,
           ST_ClosestPoint(n.geom, shape.geom) AS point,
           jsonb_build_object(
               'kind', n.kind, 'material', n.material, 'diameter_mm', n.diameter_mm,
               'laid_year', n.laid_year, 'above_ground', n.above_ground,
               'owner_id', n.owner_id, 'owner_name', n.owner_name,
               'owner', (
                   SELECT jsonb_build_object(
                       'id', o.id, 'name', o.name, 'name_ru', o.name_ru, 'name_kk', o.name_kk,
                       'name_en', o.name_en, 'phone', o.phone
                   )
                   FROM accounts_organization o WHERE o.id = n.owner_id
               )
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
               'owner_id', m.owner_id, 'owner_name', m.owner_name,
               'owner', (
                   SELECT jsonb_build_object(
                       'id', o.id, 'name', o.name, 'name_ru', o.name_ru, 'name_kk', o.name_kk,
                       'name_en', o.name_en, 'phone', o.phone
                   )
                   FROM accounts_organization o WHERE o.id = m.owner_id
               )
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
               'owner_id', p.owner_id,
               'owner', (
                   SELECT jsonb_build_object(
                       'id', o.id, 'name', o.name, 'name_ru', o.name_ru, 'name_kk', o.name_kk,
                       'name_en', o.name_en, 'phone', o.phone
                   )
                   FROM accounts_organization o WHERE o.id = p.owner_id
               )
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
               'owner_id', g.owner_id,
               'owner', (
                   SELECT jsonb_build_object(
                       'id', o.id, 'name', o.name, 'name_ru', o.name_ru, 'name_kk', o.name_kk,
                       'name_en', o.name_en, 'phone', o.phone
                   )
                   FROM accounts_organization o WHERE o.id = g.owner_id
               )
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
UNION ALL
(
    SELECT 'house_manager', b.id, 0, ST_PointOnSurface(%(shape)s::geometry),
           jsonb_build_object(
               'form', b.form, 'valid_from', b.valid_from, 'valid_to', b.valid_to,
               'organization', (
                   SELECT jsonb_build_object(
                       'id', o.id, 'name', o.name, 'name_ru', o.name_ru, 'name_kk', o.name_kk,
                       'name_en', o.name_en, 'phone', o.phone
                   )
                   FROM accounts_organization o WHERE o.id = b.organization_id
               ),
               'contractor', (
                   SELECT jsonb_build_object(
                       'id', o.id, 'name', o.name, 'name_ru', o.name_ru, 'name_kk', o.name_kk,
                       'name_en', o.name_en, 'phone', o.phone
                   )
                   FROM accounts_organization o WHERE o.id = b.contractor_id
               )
           )
    FROM layers_buildingmanager b
    WHERE b.building_id = %(building)s
      AND b.valid_from <= %(date)s AND (b.valid_to IS NULL OR b.valid_to > %(date)s)
)
UNION ALL
-- The latest snowplow track that passed the place on its street. All passes of the point are
-- found by the GiST index on parts of tracks first (MATERIALIZED), so that a quiet street does
-- not read the whole winter newest first.
(
    WITH anchor AS (
        SELECT coalesce(
            (
                SELECT ST_ClosestPoint(s.geom, %(shape)s::geometry) FROM layers_street s
                WHERE s.id = %(street)s AND ST_DWithin(s.geom, %(shape)s::geometry, %(street_m)s)
            ),
            ST_PointOnSurface(%(shape)s::geometry)
        ) AS point
    ), passed AS MATERIALIZED (
        SELECT DISTINCT part.track_id
        FROM anchor
        JOIN layers_snowplowtrackpart part ON ST_DWithin(part.geom, anchor.point, %(track_m)s)
    )
    SELECT 'snowplow_track', t.id, 0, ST_PointOnSurface(%(shape)s::geometry),
           jsonb_build_object(
               'vehicle', t.vehicle, 'vehicle_kind', t.vehicle_kind, 'ended_at', t.ended_at
           )
    FROM passed JOIN layers_snowplowtrack t ON t.id = passed.track_id
    WHERE t.valid_to IS NULL AND t.started_at < %(until)s
    ORDER BY t.ended_at DESC, t.id
    LIMIT 1
)
