"""One appeal on a telephone, by a one-time link: for executors without a computer."""
