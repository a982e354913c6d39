"""Planners' pages: heatmap and hotspots, scenarios of the queue, programmes."""
