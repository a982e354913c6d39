-- Things that have a word of each group of like words, best agreement first.
-- `rare` holds the words that lead to few things: they drive the index, the rest only sorts.
SELECT id, kind, object_id, names, context, weight, garden, has_houses
FROM places_searchentry
WHERE words && %(rare)s::text[]
ORDER BY (
    SELECT count(*) FROM jsonb_array_elements(%(groups)s::jsonb) AS g(words)
    WHERE places_searchentry.words && ARRAY(SELECT jsonb_array_elements_text(g.words))
) DESC, weight DESC, id
LIMIT %(limit)s
