SELECT made.pgh_id AS event, made.pgh_obj_id::text AS key, made.pgh_created_at AS at,
    coalesce(before.number, 0) + 1 AS number, before.hash AS previous,
    jsonb_build_object(
        'v', 1, 'stream', $stream, 'model', $model, 'key', made.pgh_obj_id::text,
        'number', coalesce(before.number, 0) + 1, 'previous', encode(before.hash, 'hex'),
        'event', made.pgh_id, 'label', made.pgh_label, 'at', made.pgh_created_at,
        'context', history_who, 'data', $data
    )::text AS payload
FROM made LEFT JOIN LATERAL (
    SELECT r.number, r.hash FROM public.history_chainrecord r
    WHERE r.model = $model AND r.key = made.pgh_obj_id::text
    ORDER BY r.number DESC LIMIT 1
) before ON true
ORDER BY made.pgh_id
