INSERT INTO public.history_unsealed (record) SELECT id FROM records
