INSERT INTO public.history_chainrecord
    (stream, model, key, number, event, made_at, previous, payload, hash)
SELECT $stream, $model, key, number, event, at, previous, payload,
    sha256('\x00'::bytea || convert_to(payload, 'UTF8'))
FROM payloads RETURNING id
