INSERT INTO public.$events ($columns) SELECT $values FROM source v $returning
