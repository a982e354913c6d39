"""The order in which yards are put right. Pure: no database, no clock, the same bytes out."""
