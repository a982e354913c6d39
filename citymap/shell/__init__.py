"""The shell: the map page, the plain list, navigation, error pages."""
