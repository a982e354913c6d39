"""The public directory of organisations: pages and API over `citymap.accounts`."""
