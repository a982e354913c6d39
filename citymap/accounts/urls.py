from django.contrib.auth.views import LogoutView
from django.urls import path

from citymap.accounts.access import public
from citymap.accounts.portal import tokens, views

app_name = "accounts"

urlpatterns = [
    path("login/", views.SignInView.as_view(), name="login"),
    path("logout/", public(LogoutView.as_view()), name="logout"),
    path("second-factor/", views.second_factor, name="second-factor"),
    path("second-factor/enrol/", views.enrol_first, name="enrol-first"),
    path("security/", views.security, name="security"),
    path("security/enrol/", views.enrol, name="enrol"),
    path("security/recovery-codes/", views.recovery_codes, name="recovery-codes"),
    path("security/remove/", views.remove_second_factor, name="remove-second-factor"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/all/", tokens.all_tokens, name="all-tokens"),
    path("tokens/<int:token>/revoke/", tokens.revoke, name="revoke-token"),
    path("password/", views.password, name="password"),
]
