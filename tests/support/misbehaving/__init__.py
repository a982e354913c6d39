"""An app whose sweeps fail and hang, for tests of the worker as a process."""
