-- House numbers that begin with the one asked for, under each of some streets.
SELECT street.id AS street_id, house.address_id, house.number, house.key,
       ST_X(house.point) AS x, ST_Y(house.point) AS y
FROM unnest(%(streets)s::bigint[]) AS street(id)
CROSS JOIN LATERAL (
    SELECT address_id, number, key, point FROM places_searchhouse h
    WHERE h.street_id = street.id AND h.key >= %(key)s AND h.key < %(key)s || '~'
    ORDER BY h.key, h.address_id
    LIMIT %(limit)s
) AS house
