SELECT CASE WHEN ST_Area(geom) > 40000 THEN 8 WHEN ST_Area(geom) > 4000 THEN 11 ELSE 13 END AS minzoom,
       jsonb_build_object('kind', kind) AS properties, geom, NULL::bigint AS id
FROM layers_landuse
WHERE valid_to IS NULL AND kind <> 'other'
-- Large areas first: small ones are drawn upon them.
ORDER BY ST_Area(geom) DESC
