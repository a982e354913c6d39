"""Pages of notices: the outbox for those who answer for it, the bell for everybody."""
