"""Which yards fit into a budget, and in which year. Pure: whole tenge in, a choice out."""
