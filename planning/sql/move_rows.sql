-- New places, stabilities and moves of some yards of a state.
UPDATE planning_queuerow r
SET position = n.position, stability = n.stability, moves = n.moves::jsonb
FROM unnest(%(yard)s::bigint[], %(position)s::int[], %(stability)s::float8[], %(moves)s::text[])
     AS n (yard, position, stability, moves)
WHERE r.snapshot_id = %(snapshot)s AND r.yard_id = n.yard
