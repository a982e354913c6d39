from django.urls import path

from citymap.operations.views import calendar, jobs

app_name = "operations"

urlpatterns = [
    path("jobs/", jobs.index, name="jobs"),
    path("jobs/board/", jobs.board, name="jobs-board"),
    path("jobs/accept-clock/", jobs.accept_clock, name="accept-clock"),
    path("jobs/log/<str:name>/", jobs.log, name="job-log"),
    path("jobs/run/<str:name>/", jobs.run, name="job-run"),
    path("calendar/", calendar.year, name="calendar"),
]
