"""Tokens of the API and the programs that bring them."""

from django.test import Client

from citymap.accounts.choices import TokenScope
from citymap.accounts.models import User
from citymap.accounts.services import tokens

PASSWORD = "a-long-password-109"
YARDS = "/api/plan/yards/"


def made(user: User, scope: str = TokenScope.READ, days: int = 30, name: str = "test") -> str:
    """The secret of a new token."""
    return tokens.make_token(user=user, name=name, scope=scope, days=days)[1]


def bearing(secret: str, **more) -> Client:
    """A program that brings a token; checks of forgery are on."""
    headers = {"authorization": f"Bearer {secret}", "accept-language": "en"}
    return Client(enforce_csrf_checks=True, headers=headers, **more)


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def status(secret: str) -> int:
    return bearing(secret).get(YARDS, {"q": "x"}).status_code


def form(**values) -> dict:
    """What is sent to make a token on the page."""
    return {"name": "GIS", "scope": "read", "days": "30", "proof": PASSWORD, **values}
