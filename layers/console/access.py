"""Who may edit yards: planners and administrators, nobody else."""

import functools
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from citymap.accounts.access import may_edit_yards


def planners_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 403 to everybody who may not edit yards."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not may_edit_yards(request.user):
            raise PermissionDenied(_("Yards are edited by planners."))
        return view(request, *args, **kwargs)

    wrapper.permission = "yards.edit"
    return wrapper
