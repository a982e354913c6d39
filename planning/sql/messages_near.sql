-- What somebody wrote about a theme in some squares: event, person, place. A hair of what lies
-- outside may come too. The index is asked square by square, whatever the planner thinks of them.
SELECT DISTINCT e.id, e.person, ST_X(e.geom), ST_Y(e.geom)
FROM unnest(%(west)s::float8[], %(south)s::float8[]) AS s (west, south)
CROSS JOIN LATERAL (
    SELECT id, person, geom
    FROM planning_event
    WHERE geom && ST_MakeEnvelope(
              s.west, s.south, s.west + %(side_m)s, s.south + %(side_m)s, %(srid)s)
      AND theme = %(theme)s AND person IS NOT NULL
      AND occurred_at >= %(since)s AND occurred_at < %(until)s
    OFFSET 0
) e
