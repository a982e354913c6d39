"""An OpenStreetMap file into the city's tables: read, shape, derive, write.

`collect` reads the file, `shapes` makes geometries of it, `buildings`, `places` and
`addresses` work out what no single object says, `pipeline` writes all in one transaction.
"""
