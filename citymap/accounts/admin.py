"""Users and organisations in the administration."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from citymap.accounts.choices import Role
from citymap.accounts.models import Organization, User


class RolesMixin(forms.ModelForm):
    """Roles as a list of tick boxes."""

    roles = forms.MultipleChoiceField(
        label=_("roles"), choices=Role, required=False, widget=forms.CheckboxSelectMultiple
    )


@admin.register(User)
class StaffUserAdmin(UserAdmin):
    form = type("UserForm", (RolesMixin, UserAdmin.form), {})
    list_display = ("username", "first_name", "last_name", "organization", "roles", "is_active")
    list_filter = ("is_active", "is_staff", "organization")
    list_select_related = ("organization",)
    autocomplete_fields = ("organization",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Work"), {"fields": ("organization", "roles")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    filter_horizontal = ()


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):
    list_display = ("name", "kind", "phone", "source")
    list_filter = ("kind", "source")
    search_fields = ("name", "name_ru", "name_kk", "name_en", "short_name")
