SELECT v.* $salts FROM $rows v ORDER BY v.$key
