"""Read by `jupyter nbconvert` in this folder: its HTML asks the internet for nothing."""

c = get_config()  # noqa: F821 (traitlets gives it)
NOTHING = "data:text/javascript,"
c.HTMLExporter.require_js_url = NOTHING
c.HTMLExporter.jquery_url = NOTHING
c.HTMLExporter.mathjax_url = NOTHING
c.HTMLExporter.mermaid_js_url = NOTHING
c.HTMLExporter.mermaid_layout_elk_js_url = NOTHING
