-- Records whose event row is gone or says something else, and event rows without a record.
-- verify.py puts in an expression and names, never values.
SELECT r.id, r.event, 'the event row is missing' AS what
FROM history_chainrecord r LEFT JOIN $events e ON e.pgh_id = r.event
WHERE r.model = $model AND e.pgh_id IS NULL
UNION ALL
SELECT r.id, e.pgh_id, 'the event row says something else'
FROM (SELECT id, event, payload::jsonb AS said FROM history_chainrecord WHERE model = $model) r
JOIN $events e ON e.pgh_id = r.event
CROSS JOIN LATERAL (SELECT $data AS data) now
WHERE e.pgh_label IS DISTINCT FROM r.said ->> 'label'
    OR e.pgh_obj_id::text IS DISTINCT FROM r.said ->> 'key'
    OR e.pgh_context IS DISTINCT FROM r.said -> 'context'
    OR to_jsonb(e.pgh_created_at) IS DISTINCT FROM r.said -> 'at'
    OR (now.data IS DISTINCT FROM r.said -> 'data' AND EXISTS (
        -- Columns that were added or dropped since are no difference.
        SELECT FROM jsonb_each(r.said -> 'data') old
        WHERE now.data ? old.key AND now.data -> old.key IS DISTINCT FROM old.value
    ))
UNION ALL
SELECT NULL, e.pgh_id, 'an event row without a record'
FROM $events e LEFT JOIN history_chainrecord r ON r.model = $model AND r.event = e.pgh_id
WHERE r.id IS NULL
    AND e.pgh_id > (SELECT min(event) FROM history_chainrecord WHERE model = $model)
ORDER BY 1, 2 LIMIT 100
