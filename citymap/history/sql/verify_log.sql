SELECT l.position, l.record, r.id, r.payload, r.hash, r.previous, r.stream, r.model, r.key,
    r.number, r.event
FROM history_leaf l LEFT JOIN history_chainrecord r ON r.id = l.record
ORDER BY l.position
