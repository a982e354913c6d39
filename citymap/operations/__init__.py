"""Pages for those who run the installation: the worker's jobs, the working calendar."""
