"""What is owed to whom: an outbox, delivered once; channels are plug-ins."""
