"""The demo city: of our own making, drawn from `fixtures/geo/`, imported like a real one.

`part.py` registers it with the platform; docs/demo.md says how to edit the plan.
"""

from layers.demo import part  # noqa: F401 (registers the demo's parts)
