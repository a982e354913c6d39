-- House numbers under each of some streets: those that begin with the number asked for, and the
-- next ones below and above it (for a number that is not on the map).
SELECT street.id AS street_id, house.address_id, house.number, house.key,
       ST_X(house.point) AS x, ST_Y(house.point) AS y
FROM unnest(%(streets)s::bigint[]) AS street(id)
CROSS JOIN LATERAL (
    (
        SELECT address_id, number, key, point FROM places_searchhouse h
        WHERE h.street_id = street.id AND h.key >= %(key)s AND h.key < %(key)s || '~'
        ORDER BY h.key, h.address_id
        LIMIT %(limit)s
    )
    UNION
    (
        SELECT address_id, number, key, point FROM places_searchhouse h
        WHERE h.street_id = street.id AND h.ordinal <= %(ordinal)s
        ORDER BY h.ordinal DESC, h.address_id
        LIMIT 2
    )
    UNION
    (
        SELECT address_id, number, key, point FROM places_searchhouse h
        WHERE h.street_id = street.id AND h.ordinal > %(ordinal)s
        ORDER BY h.ordinal, h.address_id
        LIMIT 2
    )
) AS house
