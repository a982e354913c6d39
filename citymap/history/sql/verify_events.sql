-- Records whose event row is gone or says something else, and event rows without a record.
-- verify.py puts in an expression and names, never values.
SELECT r.id, r.event, 'the event row is missing' AS what
FROM history_chainrecord r LEFT JOIN $events e ON e.pgh_id = r.event
WHERE r.model = $model AND e.pgh_id IS NULL
UNION ALL
SELECT r.id, r.event, 'the event row says something else'
FROM history_chainrecord r JOIN $events e ON e.pgh_id = r.event
WHERE r.model = $model AND CASE
    -- The payload made again from the event row, as the trigger made it: cheap, and nearly always
    -- the same to the letter.
    WHEN r.payload = jsonb_build_object(
        'v', 1, 'stream', r.stream, 'model', r.model, 'key', e.pgh_obj_id::text,
        'number', r.number, 'previous', encode(r.previous, 'hex'),
        'event', e.pgh_id, 'label', e.pgh_label, 'at', e.pgh_created_at,
        'context', e.pgh_context, 'data', $data
    )::text THEN false
    ELSE (
        SELECT e.pgh_label IS DISTINCT FROM said ->> 'label'
            OR e.pgh_obj_id::text IS DISTINCT FROM said ->> 'key'
            OR e.pgh_context IS DISTINCT FROM said -> 'context'
            OR to_jsonb(e.pgh_created_at) IS DISTINCT FROM said -> 'at'
            -- Columns that were added or dropped since are no difference.
            OR EXISTS (
                SELECT FROM jsonb_each(said -> 'data') old
                WHERE now.data ? old.key AND now.data -> old.key IS DISTINCT FROM old.value
            )
        FROM (SELECT r.payload::jsonb AS said OFFSET 0) r2
        CROSS JOIN LATERAL (SELECT $data AS data OFFSET 0) now
    )
END
UNION ALL
SELECT NULL, e.pgh_id, 'an event row without a record'
FROM $events e LEFT JOIN history_chainrecord r ON r.model = $model AND r.event = e.pgh_id
WHERE r.id IS NULL
    AND e.pgh_id > (SELECT min(event) FROM history_chainrecord WHERE model = $model)
ORDER BY 1, 2 LIMIT 100
