"""What history tells whoever listens (notices sends e-mail on both)."""

from django.dispatch import Signal

# A numbered draft protocol was written. Sent inside its transaction with `protocol` (Protocol).
protocol_opened = Signal()

# A root was published, at least hourly. Sent inside a transaction with `root` (Root); sent again
# for the same root when a receiver failed, so receivers must be idempotent by root.
root_published = Signal()
