"""Checks that no general tool makes: templates, translations, what tracked files may say.

Each check is a function that returns problems, one line each; `make lint` prints them and
`tests/test_lint.py` runs them too. Needs Django, but no database.
"""

from scripts.lint.po import incomplete_translations, missing_messages
from scripts.lint.templates import broken_templates, cyrillic_in_scripts, hard_coded_text
from scripts.lint.tracked import forbidden_text, long_modules

CHECKS = (
    forbidden_text,
    long_modules,
    broken_templates,
    hard_coded_text,
    cyrillic_in_scripts,
    incomplete_translations,
    missing_messages,
)
