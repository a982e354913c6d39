import pytest
from django.test import Client


@pytest.fixture
def client() -> Client:
    """A resident's browser, English."""
    return Client(headers={"accept-language": "en"})
