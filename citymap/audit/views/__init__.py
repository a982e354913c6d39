"""The auditor's pages, a module per page."""
