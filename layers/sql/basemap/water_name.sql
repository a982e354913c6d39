SELECT CASE WHEN ST_Area(geom) > 1000000 THEN 11 WHEN ST_Area(geom) > 100000 THEN 12
            WHEN ST_Area(geom) > 10000 THEN 14 ELSE 15 END AS minzoom,
       jsonb_build_object('name', name) AS properties, ST_PointOnSurface(geom) AS geom,
       NULL::bigint AS id
FROM layers_water
WHERE valid_to IS NULL AND ST_Dimension(geom) = 2 AND name <> '' AND kind <> 'river'
ORDER BY ST_Area(geom) DESC
