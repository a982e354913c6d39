"""The residents' pages, and those of moderators beside them."""

from django.urls import path

from appeals.portal import cards, reporting, tracking

app_name = "portal"

urlpatterns = [
    path("report/", reporting.report, name="report"),
    path("report/duplicates/", reporting.duplicates, name="duplicates"),
    path("report/<str:number>/", reporting.reported, name="reported"),
    path("track/", tracking.track, name="track"),
    path("track/<str:number>/", tracking.track, name="track-number"),
    path("track/<str:number>/dispute/", tracking.dispute, name="dispute"),
    path("track/<str:number>/feedback/", tracking.feedback, name="feedback"),
    path("cards/", cards.cards, name="cards"),
    path("cards/moderation/", cards.tray, name="moderation"),
    path("cards/moderation/<str:number>/", cards.moderate, name="moderate"),
    path(
        "cards/moderation/<str:number>/photos/<int:photo>/",
        cards.moderated_photo,
        name="moderated-photo",
    ),
    path("cards/<str:number>/", cards.card, name="card"),
    path("cards/<str:number>/photos/<int:photo>/<slug:size>.jpg", cards.photo, name="photo"),
]
