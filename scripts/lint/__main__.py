"""`python -m scripts.lint`: run every check, print problems, exit 1 when there are any."""

import os
import sys
from pathlib import Path

import django

from scripts.lint import CHECKS

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citymap.settings")
    django.setup()
    problems = [problem for check in CHECKS for problem in check(ROOT)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
