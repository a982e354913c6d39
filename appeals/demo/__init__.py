"""The demo's residents: three years of contacts, appeals and replies, made set-based."""

from appeals.demo import articles, breakages, incidents, part  # noqa: F401 (register their parts of loaddemo)
