-- Bodies whose matters are a body's own: itself, those under it, those that any of these
-- substitutes on a day, and those under the latter. UNION ends the walk even in a circle.
WITH RECURSIVE own(id) AS (
    SELECT %(body)s::bigint
    UNION
    SELECT child.id
    FROM accounts_organization child
    JOIN own ON child.parent_id = own.id
),
reached(id) AS (
    SELECT id FROM own
    UNION
    (
        SELECT substitution.organization_id
        FROM accounts_substitution substitution
        JOIN own ON own.id = substitution.substitute_id
        WHERE substitution.valid_from <= %(day)s
          AND (substitution.valid_to IS NULL OR substitution.valid_to > %(day)s)
    )
),
whole(id) AS (
    SELECT id FROM reached
    UNION
    SELECT child.id
    FROM accounts_organization child
    JOIN whole ON child.parent_id = whole.id
)
SELECT id FROM whole
