SELECT 15 AS minzoom, jsonb_build_object('number', house_number) AS properties, geom,
       NULL::bigint AS id
FROM layers_address
WHERE valid_to IS NULL AND char_length(house_number) <= 12
