"""The dated rules of earthworks, each with its act and a lawyer's word."""

from django.contrib import admin

from earthworks.models import ApprovalTerm, ClaimPolicy, OrderTerm, SeasonRule


class RuleAdmin(admin.ModelAdmin):
    """Rules are added for a later day; those in force are not removed."""

    date_hierarchy = "valid_from"
    list_filter = ["verified"]

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(SeasonRule)
class SeasonRuleAdmin(RuleAdmin):
    list_display = ["valid_from", "closed_from", "open_from", "permanent_by", "verified"]


@admin.register(OrderTerm)
class OrderTermAdmin(RuleAdmin):
    list_display = ["valid_from", "emergency_days", "guarantee_years", "permit_moves", "verified"]


@admin.register(ApprovalTerm)
class ApprovalTermAdmin(RuleAdmin):
    list_display = ["valid_from", "kind", "working_days", "verified"]


@admin.register(ClaimPolicy)
class ClaimPolicyAdmin(RuleAdmin):
    list_display = ["valid_from", "police", "police_after_hours", "answer_days", "verified"]
    autocomplete_fields = ["police"]
