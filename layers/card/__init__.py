"""What the city has to say at a place: resolver and sections of the place card."""
