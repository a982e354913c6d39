SELECT 15 AS minzoom, jsonb_build_object('name', name) AS properties, point AS geom,
       NULL::bigint AS id
FROM layers_building
WHERE valid_to IS NULL AND name <> '' AND char_length(name) <= 40 AND area_m2 > 150
ORDER BY area_m2 DESC
