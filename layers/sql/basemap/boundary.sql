SELECT CASE kind WHEN 'city' THEN 8 ELSE 11 END AS minzoom,
       jsonb_build_object('kind', kind) AS properties, ST_Boundary(geom) AS geom, NULL::bigint AS id
FROM layers_territory
WHERE valid_to IS NULL AND kind IN ('city', 'district')
