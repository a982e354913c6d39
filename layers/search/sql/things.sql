-- Every named thing of the city that address search finds, one row each.
-- Parts of one thing (two sides of a stop, stretches of a river) that lie within 300 m of each
-- other under one name are one thing; its id is the smallest of theirs.
-- `around` names the territories that hold a thing and the city that it lies in or near.
-- Houses are counted street by street through the index: an import calls this before the
-- planner has statistics of what was loaded.
WITH things AS (
    SELECT 'street' AS kind, s.id, s.kind AS subkind, s.name, s.name_ru, s.name_kk, s.old_names,
           h.houses, coalesce(s.geom, h.geom) AS geom, s.id AS part
    FROM layers_street s
    CROSS JOIN LATERAL (
        SELECT count(*) AS houses, ST_Collect(a.geom ORDER BY a.id) FILTER (WHERE s.geom IS NULL) AS geom
        FROM layers_address a WHERE a.street_id = s.id AND a.valid_to IS NULL
    ) h
    WHERE s.valid_to IS NULL
    UNION ALL
    SELECT 'territory', id, kind, name, name_ru, name_kk, '{}', 0, geom, id
    FROM layers_territory WHERE valid_to IS NULL
    UNION ALL
    SELECT 'place', id, kind, name, name_ru, name_kk, '{}', 0, geom, 0
    FROM layers_placename WHERE valid_to IS NULL AND name <> ''
    UNION ALL
    SELECT 'bus_stop', id, '', name, name_ru, name_kk, '{}', 0, geom, 0
    FROM layers_busstop WHERE valid_to IS NULL AND name <> ''
    UNION ALL
    SELECT 'building', id, use, name, '', '', '{}', 0, geom, 0
    FROM layers_building WHERE valid_to IS NULL AND name <> ''
    UNION ALL
    SELECT 'land_use', id, kind, name, '', '', '{}', 0, geom, 0
    FROM layers_landuse WHERE valid_to IS NULL AND name <> ''
    UNION ALL
    SELECT 'water', id, kind, name, '', '', '{}', 0, geom, 0
    FROM layers_water WHERE valid_to IS NULL AND name <> ''
), parts AS (
    SELECT things.*,
           ST_ClusterDBSCAN(geom, eps => 300, minpoints => 1)
               OVER (PARTITION BY kind, lower(name), part) AS cluster
    FROM things
    WHERE geom IS NOT NULL
), whole AS (
    SELECT kind, min(id) AS id, min(subkind) AS subkind, min(name) AS name,
           max(name_ru) AS name_ru, max(name_kk) AS name_kk, min(old_names) AS old_names,
           max(houses) AS houses, ST_Collect(geom ORDER BY id) AS geom
    FROM parts
    GROUP BY kind, lower(name), part, cluster
), placed AS MATERIALIZED (
    SELECT whole.*, ST_Envelope(geom) AS box,
           CASE WHEN ST_Dimension(geom) = 2 THEN ST_PointOnSurface(geom)
                ELSE ST_ClosestPoint(geom, ST_Centroid(geom)) END AS point
    FROM whole
)
SELECT kind, id, subkind, name, name_ru, name_kk, old_names, houses, ST_X(point), ST_Y(point),
       CASE WHEN ST_Dimension(box) > 0
            THEN ARRAY[ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)] END AS extent_m,
       ARRAY(
           SELECT unnest(ARRAY[t.name, t.name_ru, t.name_kk]) FROM layers_territory t
           WHERE t.valid_to IS NULL AND ST_Covers(t.geom, placed.point)
             AND NOT (placed.kind = 'territory' AND t.id = placed.id)
           UNION
           SELECT unnest(ARRAY[p.name, p.name_ru, p.name_kk]) FROM layers_placename p
           WHERE p.valid_to IS NULL AND p.kind = 'city' AND ST_DWithin(p.geom, placed.point, 15000)
             AND NOT (placed.kind = 'place' AND p.id = placed.id)
           ORDER BY 1
       ) AS around
FROM placed
ORDER BY kind, id
