"""The public portal: report a problem, follow it by number and code, read what others reported."""
