-- Buildings that are no house of their yard any more: retired, of another use, or left out.
UPDATE layers_building AS building
SET yard_id = NULL
FROM layers_yard yard
WHERE yard.id = building.yard_id
    AND (%(everywhere)s OR yard.source_id = ANY(%(yards)s))
    AND building.source || ':' || building.source_id <> ALL(%(houses)s)
