"""Pages of the works office, and the public page of an order."""

from django.urls import path

from earthworks.console import actions, drawing, exports, inspecting, public, views

app_name = "works"

urlpatterns = [
    path("", views.orders, name="orders"),
    path("new/", drawing.new_order, name="new"),
    path("orders/<int:order>/inspect/", inspecting.inspect, name="inspect"),
    path("photos/<int:photo>/", inspecting.photo, name="photo"),
    path("orders/<int:order>/", views.order, name="order"),
    path("orders/<int:order>/<slug:action>/", actions.act, name="act"),
    path("repairs/<int:repair>/", views.repair, name="repair"),
    path("claims/", views.claims, name="claims"),
    path("claims/<int:claim>/letter.pdf", views.claim_letter, name="claim_letter"),
    path("feed.<slug:form>", exports.feed, name="feed"),
    path("public/<str:number>/", public.order, name="public"),
]
