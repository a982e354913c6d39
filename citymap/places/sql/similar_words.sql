-- For each word asked for: the words of the vocabulary that begin with it (commonest first)
-- and those nearest to it by trigrams. Both come from an index, whatever the vocabulary's size.
SELECT asked.word AS asked, found.word, found.entries
FROM unnest(%(words)s::text[]) AS asked(word)
CROSS JOIN LATERAL (
    (
        SELECT w.word, w.entries FROM places_searchword w
        WHERE w.word >= asked.word COLLATE "C" AND w.word < (asked.word || '~') COLLATE "C"
        ORDER BY w.word = asked.word COLLATE "C" DESC, w.entries DESC, w.word
        LIMIT %(limit)s
    )
    UNION
    (
        SELECT w.word, w.entries FROM places_searchword w
        ORDER BY w.word <-> asked.word
        LIMIT %(limit)s
    )
) AS found
