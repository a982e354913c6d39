"""Users and organisations in the administration; every change goes through the services."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from citymap.accounts.adminforms import (
    AreaForm,
    NewUserForm,
    OrganizationForm,
    PasswordForm,
    UserForm,
)
from citymap.accounts.choices import Role
from citymap.accounts.models import (
    Area,
    Contact,
    Organization,
    OrganizationGroup,
    SignInAttempt,
    Substitution,
    User,
)
from citymap.accounts.services import bodies, people


class RefusalsAsMessages:
    """What the services refuse is said on the page; nothing of the form is stored then."""

    refusals: tuple[type[Exception], ...] = ()

    def changeform_view(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except self.refusals as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


class RoleFilter(admin.SimpleListFilter):
    """Users that hold a role."""

    title = _("role")
    parameter_name = "role"

    def lookups(self, request, model_admin) -> list:
        return Role.choices

    def queryset(self, request, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(roles__contains=[self.value()]) if self.value() else queryset


@admin.register(User)
class StaffUserAdmin(RefusalsAsMessages, UserAdmin):
    form = UserForm
    add_form = NewUserForm
    change_password_form = PasswordForm
    refusals = (people.PersonRefusedError,)
    list_display = ("username", "full_name", "organization", "role_names", "is_active")
    list_filter = ("is_active", RoleFilter, "organization__kind")
    list_select_related = ("organization",)
    search_fields = ("username", "first_name", "last_name", "organization__name")
    autocomplete_fields = ("organization",)
    readonly_fields = ("last_login", "date_joined")
    actions = ("switch_off", "sign_out", "unlock", "reset_second_factor")
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "language")}),
        (_("Work"), {"fields": ("organization", "post", "roles")}),
        (_("Limits by territory"), {"fields": ("whole_city", "areas")}),
        (_("Rights"), {"fields": ("is_superuser",)}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2")}),
        (_("Work"), {"fields": ("first_name", "last_name", "organization", "roles")}),
    )
    filter_horizontal = ("areas",)

    @admin.display(description=_("name"), ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=_("roles"))
    def role_names(self, user: User) -> str:
        return ", ".join(str(Role(role).label) for role in user.roles)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Iterable[str]:
        """Only a superuser makes superusers."""
        own = super().get_readonly_fields(request, obj)
        return own if request.user.is_superuser else (*own, "is_superuser")

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Users are switched off: what they did refers to them."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        data = form.cleaned_data
        values = {
            name: data[name]
            for name in (
                "username", "first_name", "last_name", "email", "post", "language",
                "organization", "roles", "whole_city", "is_active", "is_superuser",
            )
            if name in data
        }  # fmt: skip
        if change:
            saved = people.update_user(user=obj, areas=data.get("areas"), **values)
        else:
            usable = data.get("usable_password", "true") != "false"
            saved = people.create_user(password=data.get("password1") if usable else None, **values)
        obj.pk = saved.pk
        obj.refresh_from_db()

    def save_related(self, request, form, formsets, change) -> None:
        """The areas went with the user."""

    @admin.action(description=_("Switch off: sign out everywhere, no more signing in"))
    def switch_off(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        def end(user: User) -> None:
            people.deactivate_user(user=user)

        self._for_each(request, queryset, end)

    @admin.action(description=_("Sign out everywhere"))
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._for_each(request, queryset, lambda user: people.sign_out_everywhere(user=user))

    @admin.action(description=_("Unlock sign-in"))
    def unlock(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._for_each(request, queryset, lambda user: people.unlock_sign_in(user=user))

    @admin.action(description=_("Reset the second factor"))
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._for_each(request, queryset, lambda user: people.reset_second_factor(user=user))

    def _for_each(
        self, request: HttpRequest, queryset: QuerySet[User], act: Callable[[User], Any]
    ) -> None:
        done = 0
        for user in queryset.order_by("pk"):
            try:
                act(user)
            except people.PersonRefusedError as error:
                self.message_user(request, f"{user}: {error}", messages.ERROR)
            else:
                done += 1
                self.log_change(request, user, request.POST.get("action", ""))
        text = ngettext("%(count)d user: done.", "%(count)d users: done.", done) % {"count": done}
        self.message_user(request, text)


class ContactInline(admin.TabularInline):
    model = Contact
    extra = 0
    fields = ("kind", "value", "label_ru", "label_kk", "label_en", "is_public", "position")


class SubstitutionInline(admin.TabularInline):
    model = Substitution
    fk_name = "organization"
    extra = 0
    autocomplete_fields = ("substitute",)


@admin.register(Organization)
class OrganizationAdmin(RefusalsAsMessages, admin.ModelAdmin):
    form = OrganizationForm
    refusals = (bodies.OrganizationRefusedError,)
    inlines = (ContactInline, SubstitutionInline)
    list_display = ("name", "kind", "bin", "phone", "parent", "valid_to", "source")
    list_filter = ("kind", "groups", "source")
    list_select_related = ("parent",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("name", "name_ru", "name_kk", "name_en", "short_name", "bin", "phone")
    autocomplete_fields = ("parent",)
    filter_horizontal = ("groups", "areas")
    fieldsets = (
        (None, {"fields": ("kind", "name", "short_name", "bin")}),
        (_("Names by language"), {"fields": ("name_ru", "name_kk", "name_en")}),
        (_("Place in the city"), {"fields": ("parent", "groups", "areas", "languages")}),
        (_("Reaching it"), {"fields": ("phone", "address", "geom", "schedule")}),
        (_("Validity and source"), {"fields": ("valid_from", "valid_to", "source", "source_id")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Bodies are retired by a date: what they did refers to them."""
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """The directory's own search: any language, Latin, telephone, BIN."""
        return (queryset.search(search_term) if search_term.strip() else queryset), False

    def save_model(self, request: HttpRequest, obj: Organization, form: Any, change: bool) -> None:
        saved = bodies.save_organization(
            organization=Organization.objects.get(pk=obj.pk) if change else None,
            **form.cleaned_data,
        )
        obj.pk = saved.pk
        obj.refresh_from_db()

    def save_related(self, request, form, formsets, change) -> None:
        """Groups and areas went with the body."""
        for formset in formsets:
            self.save_formset(request, form, formset, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        changed = formset.save(commit=False)
        for gone in formset.deleted_objects:
            if isinstance(gone, Contact):
                bodies.remove_contact(contact=gone)
            else:
                bodies.end_substitution(substitution=gone, on=gone.valid_from)
        for row in changed:
            if isinstance(row, Contact):
                bodies.save_contact(contact=row)
            else:
                bodies.save_substitution(substitution=row)


@admin.register(OrganizationGroup)
class OrganizationGroupAdmin(admin.ModelAdmin):
    list_display = ("name",)
    search_fields = ("name",)


@admin.register(Area)
class AreaAdmin(admin.ModelAdmin):
    form = AreaForm
    list_display = ("name", "source", "source_id")
    list_filter = ("source",)
    search_fields = ("name",)


@admin.register(SignInAttempt)
class SignInAttemptAdmin(admin.ModelAdmin):
    """Wrong attempts to sign in: to be looked at, and deleted, which unlocks."""

    list_display = ("attempt_time", "username", "ip_address", "failures_since_start")
    search_fields = ("username", "ip_address")
    fields = readonly_fields = (*list_display, "user_agent")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
