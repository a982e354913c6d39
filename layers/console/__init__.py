"""Pages for planners: the yard editor, mounted at `/plan/yards/` and `/api/plan/yards/`."""
