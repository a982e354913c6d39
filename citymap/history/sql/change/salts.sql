INSERT INTO public.history_salt (digest, salt) $parts
