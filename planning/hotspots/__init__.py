"""Where and when the city's events gather. Pure: arrays in, arrays out, no database.

Coordinates are metres of the city CRS. Every function gives the same figures on a part of the
city (with the events one search radius around it) as on the whole: sums are taken in a fixed
order or exactly, and what belongs to the whole (`gistar.Moments`) is handed in.
"""
