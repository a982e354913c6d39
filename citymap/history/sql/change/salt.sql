SELECT $digest, v.$salt FROM source v WHERE v.$salt IS NOT NULL
