"""The operators' and coordinators' pages, mounted at `/desk/`."""

from django.urls import path

from appeals.console import (
    appeal,
    calls,
    incidents,
    intake,
    knowing,
    knowledge,
    lists,
    page,
    photos,
    registering,
)

app_name = "desk"

urlpatterns = [
    path("", page.console, name="console"),
    path("contacts/", intake.begin, name="begin"),
    path("contacts/waiting/", intake.waiting, name="waiting"),
    path("contacts/<int:contact>/", intake.contact, name="contact"),
    path("contacts/<int:contact>/look/", intake.look, name="look"),
    path("contacts/<int:contact>/caller/", intake.caller, name="caller"),
    path("contacts/<int:contact>/take/", intake.take, name="take"),
    path("contacts/<int:contact>/consult/", intake.consult, name="consult"),
    path("contacts/<int:contact>/follow-up/", intake.follow_up, name="follow-up"),
    path("contacts/<int:contact>/transfer/", intake.transfer, name="transfer"),
    path("contacts/<int:contact>/drop/", intake.drop, name="drop"),
    path("cases/<str:number>/", intake.case, name="case"),
    path("articles/", knowing.articles, name="articles"),
    path("check/", registering.check, name="check"),
    path("register/", registering.create, name="register"),
    path("photos/<uuid:key>/<slug:size>/", photos.photo, name="photo"),
    path("appeals/", lists.appeals, name="appeals"),
    path("appeals/<str:number>/", appeal.appeal, name="appeal"),
    path("appeals/<str:number>/people/", appeal.people, name="people"),
    path("appeals/<str:number>/photos/", appeal.add_photos, name="add-photos"),
    path("appeals/<str:number>/dispatcher/", appeal.dispatcher, name="dispatcher"),
    path("appeals/<str:number>/route/", appeal.route_again, name="route"),
    path("appeals/<str:number>/do/<slug:name>/", appeal.act, name="act"),
    path("tray/", lists.tray, name="tray"),
    path("calls/", calls.queue, name="calls"),
    path("calls/<str:number>/", calls.call, name="call"),
    path("calls/<str:number>/numbers/", calls.numbers, name="numbers"),
    path("outages/", incidents.incidents, name="incidents"),
    path("outages/new/", incidents.new, name="new-incident"),
    path("outages/<int:incident>/end/", incidents.end, name="end-incident"),
    path("knowledge/", knowledge.articles, name="knowledge"),
    path("knowledge/new/", knowledge.new_article, name="new-article"),
    path("knowledge/<slug:code>/", knowledge.article, name="article"),
]
