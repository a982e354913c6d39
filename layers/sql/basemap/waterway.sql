SELECT CASE kind WHEN 'river' THEN 8 WHEN 'stream' THEN 12 ELSE 13 END AS minzoom,
       jsonb_build_object('kind', kind, 'name', nullif(name, '')) AS properties,
       ST_LineMerge(ST_Collect(geom)) AS geom, NULL::bigint AS id
FROM layers_water
WHERE valid_to IS NULL AND ST_Dimension(geom) = 1
GROUP BY kind, name
