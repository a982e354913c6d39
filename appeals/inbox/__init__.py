"""The bodies' pages: worklist, one appeal, promises."""
