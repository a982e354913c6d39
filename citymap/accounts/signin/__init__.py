"""What signing in stands on: lock-out, sessions, second factor, password rules."""
