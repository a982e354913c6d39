"""The demo's residents: three years of contacts, appeals and replies, made set-based."""

from appeals.demo import part  # noqa: F401 (registers the part of loaddemo)
