-- For each word asked for: the words of the vocabulary that begin with it (commonest first) and
-- those that share trigrams with it. A function, because it brings its own settings: words of
-- five letters with one wrong share a fifth of their trigrams, not the third that is the
-- default; and the planner takes a scan of a small vocabulary for cheaper than its index.
CREATE OR REPLACE FUNCTION places_similar_words(asked_words text[], most integer)
RETURNS TABLE (asked text, word text, entries integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = public, pg_temp
SET enable_seqscan = off
SET pg_trgm.similarity_threshold = 0.2
AS $$
BEGIN
    RETURN QUERY
    SELECT q.asked, found.word, found.entries
    FROM unnest(asked_words) AS q (asked)
    CROSS JOIN LATERAL (
        (
            SELECT w.word, w.entries FROM places_searchword w
            WHERE w.word >= q.asked COLLATE "C" AND w.word < (q.asked || '~') COLLATE "C"
            ORDER BY w.word = q.asked COLLATE "C" DESC, w.entries DESC, w.word
            LIMIT most
        )
        UNION
        (
            SELECT w.word, w.entries FROM places_searchword w
            WHERE w.word % q.asked
            ORDER BY similarity(w.word, q.asked) DESC, w.word
            LIMIT most
        )
    ) AS found;
END
$$
