SELECT CASE kind WHEN 'main' THEN 8 ELSE 12 END AS minzoom,
       jsonb_build_object('kind', kind) AS properties, geom, NULL::bigint AS id
FROM layers_railway
WHERE valid_to IS NULL
