-- Live rows that are not what their last event says: changed while triggers were off.
-- verify.py puts in names, never values.
SELECT r.id, last.pgh_id, CASE
    WHEN last.pgh_label = 'delete' THEN 'the row is there again, without an event'
    WHEN t.$key IS NULL THEN 'the row was removed without an event'
    ELSE 'the row was changed without an event' END AS what
FROM (
    SELECT DISTINCT ON (e.pgh_obj_id) e.* FROM $events e ORDER BY e.pgh_obj_id, e.pgh_id DESC
) last
LEFT JOIN $table t ON t.$key = last.pgh_obj_id
LEFT JOIN history_chainrecord r ON r.model = $model AND r.key = last.pgh_obj_id::text
    AND r.event = last.pgh_id
WHERE CASE
    WHEN last.pgh_label = 'delete' THEN t.$key IS NOT NULL
    ELSE t.$key IS NULL OR ($live) IS DISTINCT FROM ($recorded) END
UNION ALL
SELECT NULL, NULL, 'a row was put in without an event: ' || t.$key::text
FROM $table t
-- Rows older than the history have smaller keys than the first that it saw come; never one below 1.
WHERE (t.$key > (SELECT min(pgh_obj_id) FROM $events WHERE pgh_label = 'insert')
        OR t.$key::text ~ '^(-|0$$)')
    AND NOT EXISTS (SELECT FROM $events e WHERE e.pgh_obj_id = t.$key)
ORDER BY 1, 2 LIMIT 100
