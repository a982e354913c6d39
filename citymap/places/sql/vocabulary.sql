-- The vocabulary of the search index, brought up to date with its entries.
WITH counted AS (
    SELECT word, count(*)::integer AS entries
    FROM places_searchentry, unnest(words) AS word
    GROUP BY word
), gone AS (
    DELETE FROM places_searchword w
    WHERE NOT EXISTS (SELECT FROM counted c WHERE c.word = w.word COLLATE "default")
)
INSERT INTO places_searchword (word, entries)
SELECT word, entries FROM counted
ON CONFLICT (word) DO UPDATE SET entries = excluded.entries
WHERE places_searchword.entries <> excluded.entries
