-- Marks of one source whose files are now removed; the caller holds the source's lock.
UPDATE tiles_dirtytile SET removed_at = now()
WHERE source = %(source)s AND removed_at IS NULL
RETURNING z, x, y
