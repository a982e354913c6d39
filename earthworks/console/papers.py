"""What is added to an order on its page: photos, papers, outages, failures under guarantee."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from citymap.accounts.access import requires, visible
from earthworks.choices import (
    DocumentKind,
    GuaranteeState,
    OutageKind,
    PhotoStage,
)
from earthworks.console.answering import answered
from earthworks.models import GuaranteeCase, Order, OrderDocument
from earthworks.models.extras import MAX_DOCUMENT_BYTES
from earthworks.models.photos import MAX_PHOTO_BYTES
from earthworks.outages import buildings_near
from earthworks.services.guarantees import end_case, report_failure
from earthworks.services.photos import add_document, add_photo
from earthworks.services.repairs import announce_outage


class SizedFileField(forms.FileField):
    """A file that is refused by its size before it is read."""

    def __init__(self, *, most_bytes: int, **options: Any) -> None:
        self.most_bytes = most_bytes
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file and file.size > self.most_bytes:
            raise forms.ValidationError(
                _("The file is too large: at most %(most)d MB.") % {"most": self.most_bytes >> 20}
            )
        return file


class PhotoForm(forms.Form):
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=PhotoStage.choices)
    photo = SizedFileField(
        label=gettext_lazy("Photo"), most_bytes=MAX_PHOTO_BYTES,
        widget=forms.ClearableFileInput({"accept": "image/*"}),
    )  # fmt: skip


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=DocumentKind.choices)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    file = SizedFileField(
        label=gettext_lazy("PDF file"), most_bytes=MAX_DOCUMENT_BYTES,
        widget=forms.ClearableFileInput({"accept": "application/pdf"}),
    )  # fmt: skip


class OutageForm(forms.Form):
    """What is cut off and how far around: the buildings follow from the map."""

    kind = forms.ChoiceField(label=gettext_lazy("What is cut off"), choices=OutageKind.choices)
    starts_at = forms.DateTimeField(
        label=gettext_lazy("From"), widget=forms.DateTimeInput({"type": "datetime-local"})
    )
    ends_at = forms.DateTimeField(
        label=gettext_lazy("Until"), widget=forms.DateTimeInput({"type": "datetime-local"})
    )
    around_m = forms.FloatField(
        label=gettext_lazy("Buildings within, m"), min_value=1, max_value=1000, initial=60
    )


class FailureForm(forms.Form):
    ground = forms.CharField(
        label=gettext_lazy("What has failed"), max_length=2000, widget=forms.Textarea({"rows": 2})
    )


class EndForm(forms.Form):
    state = forms.ChoiceField(
        label=gettext_lazy("How it ended"),
        choices=[one for one in GuaranteeState.choices if one[0] != GuaranteeState.OPEN],
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea({"rows": 2})
    )


def forms_of_papers() -> dict[str, forms.Form]:
    """Empty forms for the order's page."""
    return {
        "photo_form": PhotoForm(prefix="photo"),
        "document_form": DocumentForm(prefix="document"),
        "outage_form": OutageForm(prefix="outage"),
        "failure_form": FailureForm(prefix="failure"),
        "end_form": EndForm(prefix="end"),
    }


def _found(request: HttpRequest, order: int, permission: str) -> Order:
    return get_object_or_404(visible(Order.objects.all(), request.user, permission), pk=order)


@require_POST
@requires("works.edit")
def add_order_photo(request: HttpRequest, order: int) -> HttpResponse:
    """A photo before, during or after."""
    found = _found(request, order, "works.edit")
    form = PhotoForm(request.POST, request.FILES, prefix="photo")
    return answered(
        request, form, done=_("The photo is kept."), to=redirect("works:order", order),
        run=lambda: add_photo(
            order=found, stage=PhotoStage(form.cleaned_data["stage"]),
            content=form.cleaned_data["photo"].read(), user=request.user,
        ),
    )  # fmt: skip


@require_POST
@requires("works.edit")
def add_order_document(request: HttpRequest, order: int) -> HttpResponse:
    """A paper as PDF."""
    found = _found(request, order, "works.edit")
    form = DocumentForm(request.POST, request.FILES, prefix="document")
    return answered(
        request, form, done=_("The document is kept."), to=redirect("works:order", order),
        run=lambda: add_document(
            order=found, kind=DocumentKind(form.cleaned_data["kind"]),
            title=form.cleaned_data["title"], content=form.cleaned_data["file"].read(),
            user=request.user,
        ),
    )  # fmt: skip


@require_safe
@requires("works.read")
def document(request: HttpRequest, document: int) -> HttpResponse:
    """A paper, to those who may read its order."""
    found = get_object_or_404(OrderDocument, pk=document)
    _found(request, found.order_id, "works.read")
    try:
        content = found.file.open("rb").read()
    except FileNotFoundError as error:
        raise Http404 from error
    name = content_disposition_header(True, f"{found.title}.pdf")
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": name}
    )


@require_POST
@requires("works.edit")
def add_order_outage(request: HttpRequest, order: int) -> HttpResponse:
    """Say what the dig cuts off."""
    found = _found(request, order, "works.edit")
    form = OutageForm(request.POST, prefix="outage")
    return answered(
        request, form, done=_("The outage is announced."), to=redirect("works:order", order),
        run=lambda: announced(found, form.cleaned_data, request),
    )  # fmt: skip


def announced(of: Any, values: dict[str, Any], request: HttpRequest) -> Any:
    """Announce an outage of an order or a repair with the buildings around it."""
    return announce_outage(
        of=of, kind=OutageKind(values["kind"]), starts_at=values["starts_at"],
        ends_at=values["ends_at"], buildings=buildings_near(of.geom, values["around_m"]),
        user=request.user,
    )  # fmt: skip


@require_POST
@requires("works.inspect")
def failure(request: HttpRequest, order: int) -> HttpResponse:
    """The ground failed under guarantee: the contractor's duty lives again."""
    found = _found(request, order, "works.inspect")
    form = FailureForm(request.POST, prefix="failure")
    return answered(
        request, form, done=_("The contractor's duty is open again."),
        to=redirect("works:order", order),
        run=lambda: report_failure(
            order=found, position=found.geom.point_on_surface,
            ground=form.cleaned_data["ground"], user=request.user,
        ),
    )  # fmt: skip


@require_POST
@requires("works.inspect")
def end_failure(request: HttpRequest, case: int) -> HttpResponse:
    """The failure is mended, or was no case of guarantee."""
    rows = visible(GuaranteeCase.objects.all(), request.user, "works.inspect")
    found = get_object_or_404(rows, pk=case)
    form = EndForm(request.POST, prefix="end")
    return answered(
        request, form, done=_("The case has ended."), to=redirect("works:order", found.order_id),
        run=lambda: end_case(
            case=found, state=GuaranteeState(form.cleaned_data["state"]),
            reason=form.cleaned_data["reason"], user=request.user,
        ),
    )  # fmt: skip
