"""The schedule, to look at."""

from django.contrib import admin

from citymap.jobs.models import Heartbeat, JobRun


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows that only the worker writes."""

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    list_display = ["name", "last_finished_at", "next_due_at", "runs", "failures", "last_error"]


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["name", "host", "process_id", "started_at", "beat_at"]
