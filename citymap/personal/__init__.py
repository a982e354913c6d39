"""Personal data in tables of its own: encrypted, shown by need, erasable."""
