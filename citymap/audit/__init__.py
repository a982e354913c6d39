"""The auditor's pages: history, looks at personal data, protocols, the chain."""
