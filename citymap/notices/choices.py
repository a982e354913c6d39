"""States of a notice and outcomes of attempts."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    BOUNCED = "bounced", _("Bounced")
    DEAD = "dead", _("Not delivered")
    CANCELLED = "cancelled", _("Cancelled")


# Nobody gets these unless somebody acts: the page of dead letters lists them.
DEAD_LETTERS = (State.DEAD, State.BOUNCED)
# What the worker still has to do something about.
OPEN = (State.QUEUED, State.SENDING)


class Outcome(TextChoices):
    """What became of one attempt, or what somebody did about a notice."""

    SENT = "sent", _("taken by the server")
    DELIVERED = "delivered", _("delivered")
    DEFERRED = "deferred", _("put off by the server")
    REFUSED = "refused", _("refused for good")
    TROUBLE = "trouble", _("the server did not answer as it should")
    NO_ADDRESS = "no_address", _("no address for this channel")
    FAILED = "failed", _("could not be written")
    INTERRUPTED = "interrupted", _("interrupted: may have been sent")
    BOUNCED = "bounced", _("came back")
    DELAYED = "delayed", _("delayed on the way")
    CANCELLED = "cancelled", _("cancelled")
    RETRIED = "retried", _("to be tried again")
    READDRESSED = "readdressed", _("sent to another address")
