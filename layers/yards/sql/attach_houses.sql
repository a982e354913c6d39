-- Point each house to its yard. Houses are named `source:source_id`.
WITH wanted AS (
    SELECT building.id, yard.id AS yard_id
    FROM unnest(%(houses)s::text[], %(yards)s::text[]) AS given (house, yard)
    JOIN layers_building building
        ON building.source = split_part(given.house, ':', 1)
        AND building.source_id = substr(given.house, strpos(given.house, ':') + 1)
    JOIN layers_yard yard ON yard.source = %(source)s AND yard.source_id = given.yard
)
UPDATE layers_building AS building
SET yard_id = wanted.yard_id
FROM wanted
WHERE building.id = wanted.id AND building.yard_id IS DISTINCT FROM wanted.yard_id
