"""What everybody may see: the yard queue with its reasons, a page of each yard, open data."""
