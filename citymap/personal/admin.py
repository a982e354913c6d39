"""Retention rules are edited here; people and looks at them are not shown."""

from django.contrib import admin

from citymap.personal.models import RetentionRule


@admin.register(RetentionRule)
class RetentionRuleAdmin(admin.ModelAdmin):
    list_display = ("code", "valid_from", "keep_months", "citation", "verified")
    list_filter = ("code", "verified")
