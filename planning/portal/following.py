"""Following a yard: the wish, the page that confirms or stops, and the feed for readers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citymap.accounts.access import public
from layers.models import Yard
from planning.models import YardFollower
from planning.passport import story
from planning.portal.kept import kept
from planning.services.errors import NotPossibleNowError, PlanningRefusedError
from planning.services.following import ask_to_follow, confirm_following, stop_following

MAX_EMAIL = 254


@public
@require_POST
def ask(request: HttpRequest, yard: int) -> HttpResponse:
    """Take an address; the answer is the same whoever it belongs to."""
    found = get_object_or_404(Yard.objects.current(), pk=yard)
    try:
        ask_to_follow(
            yard=found,
            email=request.POST.get("email", "")[: MAX_EMAIL + 1],
            language=(get_language() or "ru").split("-")[0],
        )
    except PlanningRefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("If this address does not follow the yard yet, we have sent it a letter.")
        )
    return redirect(f"{reverse('yards:yard', args=[found.pk])}#follow")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the letter's link: looking at it changes nothing, its buttons do."""
    if request.method == "POST":
        return _decide(request, token)
    follower = YardFollower.objects.lasting().filter(token=token).select_related("yard").first()
    status = 200 if follower else 404
    context = {"follower": follower, "yard": follower.yard if follower else None}
    response = render(request, "planning/portal/follow.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _decide(request: HttpRequest, token: str) -> HttpResponse:
    try:
        if "stop" in request.POST:
            follower = stop_following(token=token)
            messages.success(request, _("You get no more letters about this yard."))
        else:
            follower = confirm_following(token=token)
            messages.success(request, _("You follow this yard now."))
    except NotPossibleNowError as error:
        messages.error(request, str(error))
        return redirect("yards:index")
    return redirect("yards:yard", follower.yard_id)


@public
@require_safe
def feed(request: HttpRequest, yard: int) -> HttpResponse:
    """What happened to a yard, as Atom."""
    (text,) = kept(request, lambda: (_atom_of(request, get_object_or_404(Yard, pk=yard)),))
    return HttpResponse(text, content_type="application/atom+xml")


def _atom_of(request: HttpRequest, found: Yard) -> str:
    page = request.build_absolute_uri(reverse("yards:yard", args=[found.pk]))
    atom = Atom1Feed(
        title=_("Yard: %(yard)s") % {"yard": found.localized_label},
        link=page,
        description="",
        language=get_language(),
        feed_url=request.build_absolute_uri(),
    )
    for one in story(found):
        atom.add_item(
            title=one.title,
            link=page,
            description=one.text,
            unique_id=f"{page}#{one.key}",
            updateddate=one.at,
            pubdate=one.at,
        )
    return atom.writeString("utf-8")
