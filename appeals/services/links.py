"""One-time links: sent, used, spent, revoked."""

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from appeals import telling
from appeals.choices import LinkUse, PhotoKind
from appeals.errors import AppealError, InvalidError, NotPermittedError, WrongStateError
from appeals.guards import Step
from appeals.models import Appeal, Photo, WorkLink, WorkLinkUse
from appeals.photos import CleanPhoto
from appeals.services.base import locked, require_link, write
from appeals.services.pictures import add_photos
from appeals.workflow import OPERATIONS, PAUSABLE, WITH_BODY
from citymap.accounts.access import may
from citymap.accounts.choices import ContactKind
from citymap.accounts.models import Contact, Organization, User

LASTS = dt.timedelta(days=14)
# Of one appeal at a time: a crew and its foreman, not a mailing list.
MOST_OPEN = 5
USES_AN_HOUR = 60
SPENDING = frozenset({LinkUse.REPORTED, LinkUse.RETURNED})


class TooManyUsesError(AppealError):
    """The link is used more often than people do."""


def addresses_of(body: Organization) -> list[str]:
    """Where links of a body may go: its own e-mail addresses, in its order."""
    found = Contact.objects.filter(organization=body, kind=ContactKind.EMAIL)
    return list(found.values_list("value", flat=True))


@write
def send_link(
    *, appeal: Appeal, user: User, address: str, now: dt.datetime | None = None
) -> WorkLink:
    """Send a link of the appeal to one of the executor's own addresses."""
    row = locked([appeal])[appeal.pk]
    if not may(user, "appeals.links", row):
        raise NotPermittedError(_("You may not do this with this appeal."))
    if row.state not in WITH_BODY:
        raise WrongStateError(
            _("This cannot be done with an appeal that is: %(state)s.")
            % {"state": row.get_state_display()}
        )
    if address not in addresses_of(row.executor):
        raise InvalidError("address", _("Choose one of the addresses of the organisation."))
    moment = now or timezone.now()
    if row.work_links.open(moment).count() >= MOST_OPEN:
        raise AppealError(_("There are enough links of this appeal: revoke one first."))
    return _sent(row, address, user, moment)


def address_of_link(body: Organization) -> str:
    """Where a body without accounts gets a link when it is assigned an appeal; "" for none."""
    if User.objects.filter(organization=body, is_active=True).exists():
        return ""
    return next(iter(addresses_of(body)), "")


def send_by_itself(appeal: Appeal, address: str, now: dt.datetime) -> None:
    """A link without anybody asking for it, to the address that `address_of_link` found."""
    _sent(appeal, address, None, now)


def _sent(appeal: Appeal, address: str, user: User | None, now: dt.datetime) -> WorkLink:
    link = WorkLink.objects.create(
        appeal=appeal, body=appeal.executor, made_at=now, made_by=user, expires_at=now + LASTS
    )
    telling.link_sent(link, address)
    return link


@write
def revoke_link(*, link: WorkLink, user: User, now: dt.datetime | None = None) -> WorkLink:
    """From now on it leads nowhere; one that ended already stays as it is."""
    appeal = locked([link.appeal])[link.appeal_id]
    if not may(user, "appeals.links", appeal):
        raise NotPermittedError(_("You may not do this with this appeal."))
    row = WorkLink.objects.select_for_update().get(pk=link.pk)
    if row.is_open(now or timezone.now()):
        row.revoked_at, row.revoked_by = now or timezone.now(), user
        row.save(update_fields=["revoked_at", "revoked_by"])
    return row


@write
def open_link(*, link: WorkLink, now: dt.datetime | None = None) -> WorkLink:
    """Note that somebody looks at the appeal by the link. Raises TooManyUsesError."""
    row = WorkLink.objects.select_for_update().get(pk=link.pk)
    moment = now or timezone.now()
    note_use(row, LinkUse.OPENED, moment)
    return row


@write
def add_link_photos(
    *,
    link: WorkLink,
    photos: Sequence[CleanPhoto],
    kind: PhotoKind,
    now: dt.datetime | None = None,
) -> list[Photo]:
    """Keep pictures that the holder of a link took."""
    appeal = locked([link.appeal])[link.appeal_id]
    moment = now or timezone.now()
    if appeal.state not in PAUSABLE:
        raise WrongStateError(_("Photos are added while the work goes on."))
    row = require_link(appeal, OPERATIONS["report"], link, moment)
    note_use(row, LinkUse.PHOTO, moment)
    return add_photos(appeal=appeal, photos=photos, kind=kind, user=None)


def note_use(link: WorkLink, what: LinkUse, now: dt.datetime) -> None:
    """A line about a use of a locked link; the limit of an hour holds for all uses together."""
    lately = link.uses.filter(at__gt=now - dt.timedelta(hours=1)).count()
    if lately >= USES_AN_HOUR:
        raise TooManyUsesError(_("This link was used too often. Try again in an hour."))
    WorkLinkUse.objects.create(link=link, what=what, at=now)


def used(step: Step, what: LinkUse) -> None:
    """Note what an operation does by a link; after the last one it leads nowhere."""
    if step.link is None:
        return
    note_use(step.link, what, step.now)
    if what in SPENDING:
        step.link.spent_at = step.now
        step.link.save(update_fields=["spent_at"])
