SELECT CASE WHEN ST_Area(geom) > 20000 THEN 8 WHEN ST_Area(geom) > 2000 THEN 11 ELSE 13 END AS minzoom,
       jsonb_build_object('kind', kind) AS properties, geom, NULL::bigint AS id
FROM layers_water
WHERE valid_to IS NULL AND ST_Dimension(geom) = 2
