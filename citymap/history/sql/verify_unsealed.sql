SELECT u.record, r.id, r.payload, r.hash, r.previous, r.stream, r.model, r.key, r.number, r.event
FROM history_chainrecord r
FULL JOIN history_unsealed u ON u.record = r.id
LEFT JOIN history_leaf l ON l.record = r.id
WHERE l.record IS NULL
ORDER BY coalesce(r.id, u.record)
