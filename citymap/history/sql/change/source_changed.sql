SELECT $recorded.* $salts
FROM new_values v LEFT JOIN old_values o ON o.$key = v.$key
WHERE CASE WHEN o.$key IS NULL THEN public.history_key_changed()
    ELSE ($new) IS DISTINCT FROM ($old) END
ORDER BY v.$key
