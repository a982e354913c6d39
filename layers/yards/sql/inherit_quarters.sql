-- New yards belong to the quarter of the yard that most of their houses came from.
WITH origin AS (
    SELECT DISTINCT ON (given.yard) given.yard, former.quarter_id
    FROM unnest(%(yards)s::text[], %(formers)s::text[]) AS given (yard, former)
    JOIN layers_yard former ON former.source = %(source)s AND former.source_id = given.former
    WHERE former.quarter_id IS NOT NULL
    GROUP BY given.yard, given.former, former.quarter_id
    ORDER BY given.yard, count(*) DESC, given.former
)
UPDATE layers_yard AS yard
SET quarter_id = origin.quarter_id
FROM origin
WHERE yard.source = %(source)s AND yard.source_id = origin.yard AND yard.quarter_id IS NULL
