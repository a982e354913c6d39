"""The demo's residents: three years of contacts, appeals and replies, made set-based."""

from appeals.demo import articles, breakages, part  # noqa: F401 (register their parts of loaddemo)
