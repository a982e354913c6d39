-- The nearest address within 200 m of houses that have none.
SELECT given.house, address.street, address.street_kk, address.house_number
FROM unnest(%(houses)s::text[]) AS given (house)
JOIN layers_building building
    ON building.source = split_part(given.house, ':', 1)
    AND building.source_id = substr(given.house, strpos(given.house, ':') + 1)
CROSS JOIN LATERAL (
    SELECT
        coalesce(street.name, address.street_name) AS street,
        coalesce(nullif(street.name_kk, ''), street.name, address.street_name) AS street_kk,
        address.house_number
    FROM layers_address address
    LEFT JOIN layers_street street ON street.id = address.street_id
    WHERE address.valid_to IS NULL AND ST_DWithin(address.geom, building.point, 200)
    ORDER BY address.geom <-> building.point, address.id
    LIMIT 1
) AS address
ORDER BY given.house
