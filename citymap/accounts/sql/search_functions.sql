-- What a name sounds like, in ASCII: the same as citymap.text.sound (a test compares them).
CREATE OR REPLACE FUNCTION accounts_sound(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog
AS $$
DECLARE
    key text;
    previous text;
BEGIN
    key := lower(normalize(replace(value, '№', '#'), NFKC) COLLATE "und-x-icu");
    -- Latin look-alikes inside Cyrillic words are slips of the keyboard.
    SELECT coalesce(string_agg(
        CASE WHEN part[1] ~ '[а-яёәғқңөұүһі]'
            THEN translate(part[1], 'aceiopxyk', 'асеіорхук') ELSE part[1] END, '' ORDER BY number
    ), '')
    INTO key
    FROM regexp_matches(key, '\w+|\W+', 'g') WITH ORDINALITY AS found(part, number);
    -- Letters that are several, then letters that are one or none.
    key := replace(replace(replace(key, 'ц', 'ts'), 'ч', 'ch'), 'ш', 'sh');
    key := replace(replace(replace(key, 'щ', 'sh'), 'ю', 'iu'), 'я', 'ia');
    key := replace(replace(replace(key, 'ş', 'sh'), 'š', 'sh'), 'ç', 'ch');
    key := replace(replace(replace(key, 'č', 'ch'), 'ß', 's'), 'æ', 'e');
    key := translate(key,
        'аәбвгғдеёжзийкқлмнңоөпрстуұүфхһыіэїєґžıñŋğəþøđłъь''‘’‚‛′ʼʹ',
        'aabvggdeejziikklmnnooprstuuufhhiieiegjinngatodl');
    key := regexp_replace(normalize(key, NFKD), '[\u0300-\u036f]', '', 'g');
    key := btrim(regexp_replace(key, '[^a-z0-9]+', ' ', 'g'));
    LOOP
        previous := key;
        key := replace(replace(replace(key, 'shch', 'sh'), 'sch', 'sh'), 'dzh', 'j');
        key := replace(replace(replace(key, 'tch', 'ch'), 'zh', 'j'), 'kh', 'h');
        key := replace(replace(replace(key, 'gh', 'g'), 'ph', 'f'), 'th', 't');
        key := replace(replace(replace(key, 'ck', 'k'), 'tz', 'ts'), 'yo', 'e');
        key := replace(replace(replace(key, 'jo', 'e'), 'ce', 'tse'), 'ci', 'tsi');
        key := replace(replace(replace(key, 'cy', 'tsi'), 'qu', 'ku'), 'q', 'k');
        key := replace(replace(replace(key, 'w', 'v'), 'x', 'ks'), 'y', 'i');
        key := regexp_replace(key, 'c(?!h)', 'k', 'g');
        key := regexp_replace(key, '([a-z])j\M', '\1i', 'g');
        key := replace(regexp_replace(key, '([a-z])\1+', '\1', 'g'), 'ie', 'e');
        EXIT WHEN key = previous;
    END LOOP;
    RETURN key;
END
$$;

-- All names of a body as one key.
CREATE OR REPLACE FUNCTION accounts_search_key(VARIADIC names text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT public.accounts_sound(array_to_string(names, ' | ')) $$;

-- Digits only; the long-distance 8 of eleven digits is the country's 7.
CREATE OR REPLACE FUNCTION accounts_phone_digits(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT regexp_replace(regexp_replace(value, '\D', '', 'g'), '^8(\d{10})$', '7\1') $$;
